import { chinaInstant } from '../china-time.ts'
import type { ComparedLine } from './reconcile.ts'

const columns = [
  'verdict',
  'kind',
  'orderId',
  'refundId',
  'transactionId',
  'oursFen',
  'theirsFen',
  'feeFen',
  'at',
] as const

/** What a spreadsheet would take for a formula gets an apostrophe: numbers of orders may come from anybody. */
const cell = (value: string | number | null | undefined): string => {
  if (typeof value !== 'string') return String(value ?? '')
  const text = /^[=+@\-\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** RFC 4180 with a header row; the byte-order mark lets spreadsheets read UTF-8. Unknown amounts are empty. */
export function reconciliationCsv(lines: readonly ComparedLine[]): string {
  const rows = lines.map((line) => {
    const row = { ...line, at: chinaInstant(line.atMs) }
    return columns.map((column) => cell(row[column])).join(',')
  })
  return `\uFEFF${[columns.join(','), ...rows].join('\r\n')}\r\n`
}
