import {
  type ComparedField,
  type ComparisonQuery,
  comparedFields,
  fromTimestamp,
  InputError,
  type LotComparison,
  type LotMetrics,
  toTimestamp,
} from '@clearway/contracts'
import { DateTime } from 'luxon'
import type { MetricsWindow } from './bucket-edges.ts'

/**
 * The period that another is compared with: as given, right before it, or a week or a year earlier by the calendar.
 *
 * @param zone IANA
 * @throws InputError naming `compareFrom` or `compare` where the two do not make one period
 */
export function comparedWindow(query: ComparisonQuery, zone: string): MetricsWindow {
  const { from, to, compare, compareFrom, compareTo } = query
  if (compareFrom !== undefined || compareTo !== undefined) {
    if (compareFrom !== undefined && compareTo !== undefined && compare === undefined) {
      return { from: compareFrom, to: compareTo, bucket: 'all' }
    }
    const message = 'and compareTo belong together, without compare'
    throw new InputError('comparison', `compareFrom ${message}`, [{ field: 'compareFrom', message }])
  }
  const fromMs = fromTimestamp(from)
  const toMs = fromTimestamp(to)
  if (compare === undefined || compare === 'previous') {
    return { from: toTimestamp(2 * fromMs - toMs), to: from, bucket: 'all' }
  }
  const earlier = (atMs: number) =>
    toTimestamp(
      DateTime.fromMillis(atMs, { zone })
        .minus(compare === 'week' ? { weeks: 1 } : { years: 1 })
        .toMillis(),
    )
  return { from: earlier(fromMs), to: earlier(toMs), bucket: 'all' }
}

/** Two periods of the same lots, and what is different: absolute, and in per cent of the earlier where it is not 0. */
export function compareMetrics(now: LotMetrics, before: LotMetrics): LotComparison {
  const change = comparedFields.map((field): [ComparedField, LotComparison['change'][ComparedField]] => {
    const [a, b] = [now[field], before[field]]
    if (a === null || b === null) return [field, { difference: null, percent: null }]
    return [field, { difference: a - b, percent: b === 0 ? null : (100 * (a - b)) / b }]
  })
  return { now, before, change: Object.fromEntries(change) as LotComparison['change'] }
}

/** A table: a row for each choice of lots and figure. */
export function comparisonCsv(items: readonly LotComparison[]): string {
  const lines = items.flatMap(({ now, before, change }) =>
    comparedFields.map((field) =>
      [
        now.lot ?? now.group ?? now.district ?? '',
        field,
        now[field] ?? '',
        before[field] ?? '',
        change[field].difference ?? '',
        change[field].percent ?? '',
      ].join(','),
    ),
  )
  return `\uFEFF${['of,figure,now,before,difference,percent', ...lines].join('\r\n')}\r\n`
}
