import type { LocalDays } from './local-days.ts'
import { quarterMs } from './rollups.ts'

/** A day within a plan: its quarters from `first` on, `count` of them, or the whole of it as one entry. */
interface PlannedDay {
  dayMs: number
  /** Entry of the plan at which it begins. */
  entry: number
  whole: boolean
  /** Quarters of the day, not taken when it is whole. */
  first: number
  count: number
}

/** How a window of buckets is read: entries of rollups, each within one bucket, in order and without gaps. */
export interface TimePlan {
  /** Starts of the entries, and the end of the last. */
  starts: Float64Array
  bucketOf: Int32Array
  days: PlannedDay[]
}

/**
 * Days that lie within one bucket are read whole, others by quarter.
 *
 * @param edges starts of the buckets and the end of the last, on whole quarters
 * @param byQuarter never read a day whole
 */
export function timePlan(edges: readonly number[], days: LocalDays, byQuarter: boolean): TimePlan {
  const fromMs = edges[0] as number
  const toMs = edges.at(-1) as number
  const starts: number[] = []
  const bucketOf: number[] = []
  const planned: PlannedDay[] = []
  let bucket = 0
  const bucketAt = (atMs: number): number => {
    while ((edges[bucket + 1] as number) <= atMs) bucket++
    return bucket
  }
  for (const dayMs of days.touching(fromMs, toMs)) {
    const endMs = days.endOf(dayMs)
    const entry = starts.length
    const fits = dayMs >= fromMs && endMs <= toMs
    if (fits && !byQuarter && (edges[bucketAt(dayMs) + 1] as number) >= endMs) {
      starts.push(dayMs)
      bucketOf.push(bucket)
      planned.push({ dayMs, entry, whole: true, first: 0, count: 1 })
      continue
    }
    const beginMs = Math.max(dayMs, fromMs)
    for (let atMs = beginMs; atMs < Math.min(endMs, toMs); atMs += quarterMs) {
      starts.push(atMs)
      bucketOf.push(bucketAt(atMs))
    }
    planned.push({
      dayMs,
      entry,
      whole: false,
      first: (beginMs - dayMs) / quarterMs,
      count: starts.length - entry,
    })
  }
  starts.push(toMs)
  return { starts: Float64Array.from(starts), bucketOf: Int32Array.from(bucketOf), days: planned }
}

/** Index of the entry that holds an instant; `starts` are in order and it lies within them. */
export function entryAt(starts: ArrayLike<number>, atMs: number): number {
  let low = 0
  let high = starts.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] as number) <= atMs) low = middle
    else high = middle
  }
  return low
}
