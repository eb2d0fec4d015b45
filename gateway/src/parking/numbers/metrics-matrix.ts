import { type MatrixField, toTimestamp } from '@clearway/contracts'
import type { LotSetup } from '../lots/lots.ts'
import type { BucketFigures } from './bucket-figures.ts'
import { dwellBins, medianDwellMs } from './dwell-bins.ts'
import type { LotMetricsReader } from './metrics.ts'

/** Values are rounded to this: a ten-thousandth of a share, of a bay or of a stay. */
const grain = 10_000

/** Shares written out once: most values of a matrix are between 0 and 1. */
const shares = Array.from({ length: grain + 1 }, (_, i) => String(i / grain))

const textOf = (value: number): string => {
  if (Number.isNaN(value)) return 'null'
  const rounded = Math.round(value * grain)
  return shares[rounded] ?? String(rounded / grain)
}

const dayMs = 86_400_000

/** One value of each field for a bucket; NaN where nothing is known. */
const figureOf: Record<MatrixField, (sums: BucketFigures, i: number) => number> = {
  occupancy: (sums, i) => sums.occupiedMs[i]! / sums.capacityMs[i]!,
  vacancyRate: (sums, i) => Math.max(0, 1 - sums.occupiedMs[i]! / sums.capacityMs[i]!),
  utilisation: (sums, i) => sums.openOccupiedMs[i]! / sums.openCapacityMs[i]!,
  fullShare: (sums, i) => sums.fullMs[i]! / sums.knownMs[i]!,
  nearlyFullShare: (sums, i) => sums.nearlyFullMs[i]! / sums.knownMs[i]!,
  arrivals: (sums, i) => sums.arrivals[i]!,
  turnoverRate: (sums, i) => (sums.capacityMs[i]! > 0 ? (sums.arrivals[i]! * dayMs) / sums.capacityMs[i]! : 0),
  meanDwellS: (sums, i) => sums.dwellMs[i]! / sums.ended[i]! / 1000,
  medianDwellS: (sums, i) => (medianDwellMs(sums.dwells, i * dwellBins) ?? Number.NaN) / 1000,
  peakOccupied: (sums, i) => sums.peak[i]!,
  revenueFen: (sums, i) => sums.revenueFen[i]!,
  coverage: (sums, i) => sums.knownMs[i]! / sums.spanMs[i]!,
}

/** One figure of every lot in every bucket: `{ field, starts, to, lots, values: [of the first lot, …] }` as JSON. */
export function matrixJson(
  reader: LotMetricsReader,
  lots: readonly LotSetup[],
  edges: readonly number[],
  field: MatrixField,
  nowMs: number,
): string {
  const value = figureOf[field]
  const rows: string[] = []
  reader.eachLot(lots, edges, nowMs, (_, figures) => {
    let row = textOf(value(figures, 0))
    for (let i = 1; i < figures.size; i++) row += `,${textOf(value(figures, i))}`
    rows.push(`[${row}]`)
  })
  const head = {
    field,
    starts: edges.slice(0, -1).map(toTimestamp),
    to: toTimestamp(edges.at(-1) as number),
    lots: lots.map(({ id }) => id),
  }
  return `${JSON.stringify(head).slice(0, -1)},"values":[${rows.join(',')}]}`
}

/** The same as a table: a row for each bucket, a column for each lot; unknown values are empty. */
export function matrixCsv(
  reader: LotMetricsReader,
  lots: readonly LotSetup[],
  edges: readonly number[],
  field: MatrixField,
  nowMs: number,
): string {
  const value = figureOf[field]
  const lines = edges.slice(0, -1).map(toTimestamp)
  reader.eachLot(lots, edges, nowMs, (_, figures) => {
    for (let i = 0; i < figures.size; i++) {
      const one = value(figures, i)
      lines[i] += Number.isNaN(one) ? ',' : `,${textOf(one)}`
    }
  })
  return `\uFEFF${[['from', ...lots.map(({ id }) => id)].join(','), ...lines].join('\r\n')}\r\n`
}
