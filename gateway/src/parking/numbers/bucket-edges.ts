import { type CityMetricsQuery, fromTimestamp, InputError } from '@clearway/contracts'
import type { LocalDays } from './local-days.ts'
import { quarterMs, quarterOf } from './rollups.ts'

const hourMs = 4 * quarterMs
const dayMs = 86_400_000

type Bucket = NonNullable<CityMetricsQuery['bucket']>

export interface MetricsWindow {
  from: string
  to: string
  bucket?: Bucket | undefined
}

/** How many values an answer may have, and what it calls them. */
export interface AnswerLimit {
  most: number
  /** Values of one bucket. */
  perBucket: number
  what: 'rows' | 'values'
}

/**
 * Starts of the buckets that cover a window, and the end of the last.
 *
 * @throws InputError naming `to` when the window is empty or has too many buckets for an answer
 */
export function bucketEdges({ from, to, bucket = '1h' }: MetricsWindow, days: LocalDays, limit: AnswerLimit): number[] {
  const fromMs = fromTimestamp(from)
  const toMs = fromTimestamp(to)
  const refuse = (message: string) => new InputError('metrics-window', `to ${message}`, [{ field: 'to', message }])
  if (toMs <= fromMs) throw refuse(`${to} must be after from ${from}`)
  const widthMs = { '15m': quarterMs, '1h': hourMs, '1d': dayMs, all: toMs - fromMs }[bucket]
  if (((toMs - fromMs) / widthMs) * limit.perBucket > limit.most) {
    throw refuse(
      `${to} is too far from ${from}: more than ${limit.most} ${limit.what}; take a shorter window or a wider bucket`,
    )
  }
  if (bucket === 'all') return [quarterOf(fromMs), quarterOf(toMs + quarterMs - 1)]
  const edges: number[] = []
  if (bucket === '15m') {
    for (let edge = quarterOf(fromMs); edge < toMs + quarterMs; edge += quarterMs) edges.push(edge)
  } else if (bucket === '1h') {
    let hour = days.startOfHour(fromMs)
    for (; hour.toMillis() < toMs; hour = hour.plus({ hours: 1 })) edges.push(hour.toMillis())
    edges.push(hour.toMillis())
  } else {
    // Days follow the calendar of the zone: on two days of the year they have 23 and 25 hours.
    const midnights = days.touching(fromMs, toMs)
    edges.push(...midnights, days.endOf(midnights.at(-1) as number))
  }
  return edges
}
