import type { Sample } from './store.ts'

export const quarterMs = 900_000
/** A reading holds until the next one, at most this long; then the value is unknown. */
export const readingHoldMs = 3_600_000

/** Readings of one series by quarter of an hour, weighted by time. Columns of equal length. */
export interface QuarterReadings {
  /** ∫ value dt while known. */
  valueMs: Float64Array
  knownMs: Float64Array
  /** NaN where nothing is known. */
  min: Float64Array
  max: Float64Array
}

const emptyQuarters = (size: number): QuarterReadings => ({
  valueMs: new Float64Array(size),
  knownMs: new Float64Array(size),
  min: new Float64Array(size).fill(Number.NaN),
  max: new Float64Array(size).fill(Number.NaN),
})

/**
 * Quarters of a window from its readings.
 *
 * @param fromMs, toMs half-open, whole quarters
 * @param samples in time order, from `readingHoldMs` before the window on
 */
export function quarterReadings(fromMs: number, toMs: number, samples: readonly Sample[]): QuarterReadings {
  const quarters = emptyQuarters((toMs - fromMs) / quarterMs)
  for (const [i, { atMs, value }] of samples.entries()) {
    const beginMs = Math.max(atMs, fromMs)
    const endMs = Math.min(samples[i + 1]?.atMs ?? Number.POSITIVE_INFINITY, atMs + readingHoldMs, toMs)
    for (let start = beginMs - ((beginMs - fromMs) % quarterMs); start < endMs; start += quarterMs) {
      const quarter = (start - fromMs) / quarterMs
      const ms = Math.min(endMs, start + quarterMs) - Math.max(beginMs, start)
      if (ms <= 0) continue
      quarters.valueMs[quarter]! += value * ms
      quarters.knownMs[quarter]! += ms
      if (!(quarters.min[quarter]! <= value)) quarters.min[quarter] = value
      if (!(quarters.max[quarter]! >= value)) quarters.max[quarter] = value
    }
  }
  return quarters
}

/** One blob: the four columns one after another, in the machine's byte order. */
export function packQuarters({ valueMs, knownMs, min, max }: QuarterReadings): Uint8Array {
  const size = valueMs.length
  const all = new Float64Array(4 * size)
  for (const [i, column] of [valueMs, knownMs, min, max].entries()) all.set(column, i * size)
  return new Uint8Array(all.buffer)
}

export function unpackQuarters(blob: Uint8Array): QuarterReadings {
  const bytes = blob.byteOffset % 8 === 0 ? blob : blob.slice()
  const size = bytes.byteLength / 32
  const column = (i: number) => new Float64Array(bytes.buffer, bytes.byteOffset + 8 * size * i, size)
  return { valueMs: column(0), knownMs: column(1), min: column(2), max: column(3) }
}
