import { type QuarterReadings, quarterMs } from './quarter-readings.ts'
import type { QuarterSums } from './store.ts'

export function emptySums(fromMs: number, toMs: number): QuarterSums {
  const column = () => new Float64Array((toMs - fromMs) / quarterMs)
  return { valueMs: column(), weightMs: column(), knownMs: column(), min: column(), max: column() }
}

/** Adds quarters that begin at entry `to`; those before 0 or past the end are left out. */
export function addQuarters(sums: QuarterSums, to: number, quarters: QuarterReadings, weight: number): void {
  const first = Math.max(0, -to)
  const last = Math.min(quarters.valueMs.length, sums.valueMs.length - to)
  for (let i = first; i < last; i++) {
    const known = quarters.knownMs[i]!
    if (known === 0) continue
    sums.valueMs[to + i]! += quarters.valueMs[i]!
    sums.knownMs[to + i]! += known
    sums.weightMs[to + i]! += known * weight
    sums.min[to + i]! += quarters.min[i]!
    sums.max[to + i]! += quarters.max[i]!
  }
}
