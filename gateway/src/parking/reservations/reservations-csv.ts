import type { Reservation } from '@clearway/contracts'

const columns = [
  'id',
  'state',
  'lot',
  'bay',
  'from',
  'until',
  'arriveBy',
  'walkM',
  'plate',
  'need',
  'hospital',
  'appointment',
  'appointmentAt',
  'stay',
  'overrunS',
  'reason',
] as const satisfies (keyof Reservation)[]

/** A cell as spreadsheets read it; what they would take for a formula is text (RFC 4180, OWASP CSV injection). */
function cell(value: string | number | undefined): string {
  const text = String(value ?? '')
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value !== 'number' ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** With a byte-order mark, by which spreadsheets know that it is UTF-8. */
export const reservationsCsv = (items: readonly Reservation[]): string =>
  `\uFEFF${[columns.join(','), ...items.map((item) => columns.map((column) => cell(item[column])).join(','))].join('\r\n')}\r\n`
