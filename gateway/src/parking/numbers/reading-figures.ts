import { type LotReadings, toTimestamp } from '@clearway/contracts'
import { quarterMs } from '../../telemetry/quarter-readings.ts'
import type { QuarterSums } from '../../telemetry/store.ts'

type Row = LotReadings['items'][number]

/**
 * Buckets of readings from their quarters.
 *
 * @param edges starts of the buckets and the end of the last, on whole quarters
 * @param sums of the same window
 */
export function readingFigures(edges: readonly number[], sums: QuarterSums, lots: number): Row[] {
  const firstMs = edges[0] as number
  return edges.slice(0, -1).map((fromMs, bucket): Row => {
    const toMs = edges[bucket + 1] as number
    let [valueMs, weightMs, knownMs] = [0, 0, 0]
    let lowest = Number.POSITIVE_INFINITY
    let highest = Number.NEGATIVE_INFINITY
    for (let i = (fromMs - firstMs) / quarterMs; i < (toMs - firstMs) / quarterMs; i++) {
      if (sums.knownMs[i] === 0) continue
      valueMs += sums.valueMs[i]!
      weightMs += sums.weightMs[i]!
      knownMs += sums.knownMs[i]!
      lowest = Math.min(lowest, sums.min[i]!)
      highest = Math.max(highest, sums.max[i]!)
    }
    const known = knownMs > 0
    return {
      from: toTimestamp(fromMs),
      to: toTimestamp(toMs),
      lots,
      occupied: known ? (valueMs / knownMs) * lots : null,
      lowest: known ? lowest : null,
      highest: known ? highest : null,
      occupancy: weightMs > 0 ? valueMs / weightMs : null,
      coverage: lots > 0 ? knownMs / ((toMs - fromMs) * lots) : 0,
    }
  })
}

/** RFC 4180 with a header row; unknown values are empty. */
export function readingsCsv(rows: readonly Row[]): string {
  const names = ['from', 'to', 'lots', 'occupied', 'lowest', 'highest', 'occupancy', 'coverage'] as const
  const lines = rows.map((row) => names.map((name) => row[name] ?? '').join(','))
  return `\uFEFF${[names.join(','), ...lines].join('\r\n')}\r\n`
}
