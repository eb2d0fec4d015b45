import { Counter, Gauge, type Registry } from 'prom-client'

/** What `/metrics` says about the review of stays. Labels are bounded: no lots, no plates. */
export function reviewCounters(registry: Registry, waiting: () => number) {
  const registers = [registry]
  new Gauge({
    name: 'clearway_stays_in_review',
    help: 'stays that wait for a person',
    registers,
    collect() {
      this.set(waiting())
    },
  })
  return {
    corrections: new Counter({
      name: 'clearway_stay_corrections_total',
      help: 'stays that people have corrected, by what they did',
      labelNames: ['action'],
      registers,
    }),
  }
}
