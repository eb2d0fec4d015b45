import { Readable } from 'node:stream'
import { toTimestamp } from '@clearway/contracts'
import type { Entry } from './books.ts'

const header = 'entry,at,kind,cause,account,subject,amountFen,hash'

/** One line for each posting, with a byte-order mark for spreadsheets. Made while it is read. */
export const booksCsv = (entries: Iterable<Entry>): Readable => Readable.from(lines(entries))

function* lines(entries: Iterable<Entry>): Generator<string> {
  yield `\ufeff${header}\r\n`
  for (const { seq, atMs, kind, cause, postings, hash } of entries) {
    for (const { account, subject, amountFen } of postings) {
      yield `${[seq, toTimestamp(atMs), kind, cause, account, subject, amountFen, hash].join(',')}\r\n`
    }
  }
}
