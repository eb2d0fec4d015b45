import type { LotMetrics } from '@clearway/contracts'

const columns = [
  'lot',
  'from',
  'to',
  'occupancy',
  'vacancyRate',
  'utilisation',
  'arrivals',
  'turnoverRate',
  'effectiveTurnoverRate',
  'meanDwellS',
  'medianDwellS',
  'peakOccupied',
  'usualPeak',
  'peakAt',
  'fullShare',
  'nearlyFullShare',
  'revenueFen',
  'revenuePerBayDayFen',
  'coverage',
  'offline',
  'group',
  'district',
] as const satisfies (keyof LotMetrics)[]

/** RFC 4180 with a header row; the byte-order mark lets spreadsheets read UTF-8. Unknown values are empty. */
export function metricsCsv(rows: readonly LotMetrics[]): string {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','))
  return `\uFEFF${[columns.join(','), ...lines].join('\r\n')}\r\n`
}
