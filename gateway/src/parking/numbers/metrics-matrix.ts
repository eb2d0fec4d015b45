import { type MatrixField, toTimestamp } from '@clearway/contracts'
import type { LotSetup } from '../lots/lots.ts'
import type { BucketFigures } from './bucket-figures.ts'
import { dwellBins, medianDwellMs } from './dwell-bins.ts'
import type { LotMetricsReader } from './metrics.ts'

/** Values are rounded to this: a ten-thousandth of a share, of a bay or of a stay. */
const grain = 10_000

const textOf = (value: number): string => (Number.isNaN(value) ? 'null' : String(Math.round(value * grain) / grain))

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
): Buffer {
  const value = figureOf[field]
  const head = {
    field,
    starts: edges.slice(0, -1).map(toTimestamp),
    to: toTimestamp(edges.at(-1) as number),
    lots: lots.map(({ id }) => id),
  }
  const text = new NumberText()
  text.put(`${JSON.stringify(head).slice(0, -1)},"values":[`)
  let first = true
  reader.eachLot(lots, edges, nowMs, (_, figures) => {
    text.put(first ? '[' : ',[')
    first = false
    for (let i = 0; i < figures.size; i++) {
      if (i > 0) text.put(',')
      text.number(value(figures, i))
    }
    text.put(']')
  })
  text.put(']}')
  return text.bytes()
}

/** Shares written out once: most values of a matrix are between 0 and 1. */
const shareTexts = Array.from({ length: grain + 1 }, (_, i) => Buffer.from(String(i / grain)))

/** A text of many numbers, made byte by byte: a string of millions of parts would be a burden to the heap. */
class NumberText {
  #bytes = Buffer.allocUnsafe(1 << 20)
  #length = 0

  put(text: string): void {
    this.#room(3 * text.length)
    this.#length += text.length === 1 ? this.#one(text.charCodeAt(0)) : this.#bytes.write(text, this.#length)
  }

  /** Rounded to the grain; `null` for NaN. */
  number(value: number): void {
    const share = shareTexts[Math.round(value * grain)]
    if (!share) {
      this.put(textOf(value))
      return
    }
    this.#room(share.length)
    for (let i = 0; i < share.length; i++) this.#bytes[this.#length++] = share[i]!
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #one(code: number): number {
    this.#bytes[this.#length] = code
    return 1
  }

  #room(length: number): void {
    if (this.#length + length <= this.#bytes.length) return
    const wider = Buffer.allocUnsafe(2 * this.#bytes.length + length)
    this.#bytes.copy(wider, 0, 0, this.#length)
    this.#bytes = wider
  }
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
