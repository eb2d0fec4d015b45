import type { MetricsQuery } from '@clearway/contracts'

export const periods = ['day', 'week', 'month'] as const
export type Period = (typeof periods)[number]

const hourMs = 3_600_000

/** How far a curve reaches back, and how fine it is: 96, 168 or 30 points. */
const shapes: Record<Period, { lengthMs: number; bucket: NonNullable<MetricsQuery['bucket']>; bucketMs: number }> = {
  day: { lengthMs: 24 * hourMs, bucket: '15m', bucketMs: hourMs / 4 },
  week: { lengthMs: 7 * 24 * hourMs, bucket: '1h', bucketMs: hourMs },
  month: { lengthMs: 30 * 24 * hourMs, bucket: '1d', bucketMs: 24 * hourMs },
}

/** The query of the metrics of a period that ends now. */
export function metricsQuery(period: Period, nowMs: number): string {
  const { lengthMs, bucket } = shapes[period]
  const from = new Date(nowMs - lengthMs).toISOString()
  return new URLSearchParams({ from, to: new Date(nowMs).toISOString(), bucket }).toString()
}
