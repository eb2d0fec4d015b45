import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What `/metrics` says about live traffic. Labels are bounded: no device ids. */
export function trafficCounters(registry: Registry) {
  const registers = [registry]
  return {
    readings: new Counter({
      name: 'clearway_traffic_readings_total',
      help: 'detector reports and driven arcs by what became of them',
      labelNames: ['source', 'outcome'],
      registers,
    }),
    updates: new Counter({
      name: 'clearway_traffic_updates_total',
      help: 'batches of road conditions given to the route engine',
      labelNames: ['outcome'],
      registers,
    }),
    updateSeconds: new Histogram({
      name: 'clearway_traffic_update_seconds',
      help: 'from a batch of road conditions to its epoch in force',
      buckets: [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
      registers,
    }),
    epoch: new Gauge({ name: 'clearway_traffic_epoch', help: 'number of the conditions in force', registers }),
    knownArcs: new Gauge({
      name: 'clearway_traffic_known_arcs',
      help: 'arcs whose speed rests on recent readings',
      registers,
    }),
    closedArcs: new Gauge({ name: 'clearway_traffic_closed_arcs', help: 'arcs that are closed now', registers }),
    followed: new Gauge({
      name: 'clearway_traffic_followed_vehicles',
      help: 'vehicles whose positions are matched to roads',
      registers,
    }),
  }
}
export type TrafficCounters = ReturnType<typeof trafficCounters>
