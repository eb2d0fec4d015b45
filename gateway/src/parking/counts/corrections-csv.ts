import type { CountCorrection } from '@clearway/contracts'

const header = 'sequence,lot,at,before,after,reason,who,evidence'

/** RFC 4180 with a header row; the byte-order mark lets spreadsheets read UTF-8. */
export function correctionsCsv(rows: readonly CountCorrection[]): string {
  const lines = rows.map(({ sequence, lot, at, before, after, reason, who, evidence }) =>
    [sequence, lot, at, before, after, reason, who, quoted(JSON.stringify(evidence))].join(','),
  )
  return `\uFEFF${[header, ...lines].join('\r\n')}\r\n`
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
