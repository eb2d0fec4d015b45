import { Counter, Gauge, type Registry } from 'prom-client'
import type { LotWatch } from '../health/lot-watch.ts'
import type { Corrections } from './corrections.ts'

/** What `/metrics` says about the counts. Labels are bounded: no lots. */
export function countCounters(registry: Registry, log: Corrections, watch: LotWatch, drift: () => number): void {
  const registers = [registry]
  const corrections = new Counter({
    name: 'clearway_count_corrections_total',
    help: 'corrections of the counts of lots, by what they rest on',
    labelNames: ['reason'],
    registers,
  })
  new Gauge({
    name: 'clearway_lot_alarms',
    help: 'lots whose feeds or settings somebody should see to',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset()
      for (const [reason, lots] of watch.tally()) this.set({ reason }, lots)
    },
  })
  log.onAdd((reason) => corrections.inc({ reason }))
  new Gauge({
    name: 'clearway_count_drift_vehicles',
    help: 'distance of what gates have counted from the corrected counts, summed over the lots',
    registers,
    collect() {
      this.set(drift())
    },
  })
}
