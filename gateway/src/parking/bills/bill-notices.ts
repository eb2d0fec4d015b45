import { type LocalText, NotFoundError } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'

/** What a driver is to be told about a bill. Whoever can reach him (a flow, a letter shop) fetches it and says when. */
export interface NoticeRecord {
  /** `<bill>-s<step>`: a step is told once. */
  id: string
  bill: string
  plate: string
  step: number
  channel: 'message' | 'letter' | 'none'
  text: LocalText
  atMs: number
  sentMs: number | null
}

const columns = 'seq, id, bill, plate, step, channel, text, at_ms as atMs, sent_ms as sentMs'
const fromRow = (row: unknown): NoticeRecord & { seq: number } => {
  const { text, ...rest } = row as Omit<NoticeRecord, 'text'> & { text: string; seq: number }
  return { ...rest, text: JSON.parse(text) }
}

/** The table of notices. */
export class BillNotices {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists bill_notice (
        seq integer primary key, id text not null unique, bill text not null, plate text not null, step integer not null,
        channel text not null, text text not null, at_ms integer not null, sent_ms integer) strict;
      create index if not exists bill_notice_bill on bill_notice (bill);
      create index if not exists bill_notice_waiting on bill_notice (seq) where sent_ms is null`)
  }

  add({ bill, plate, step, channel, text, atMs }: Omit<NoticeRecord, 'id' | 'sentMs'>): void {
    this.#records.db
      .prepare(
        `insert or ignore into bill_notice (id, bill, plate, step, channel, text, at_ms) values (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(`${bill}-s${step}`, bill, plate, step, channel, JSON.stringify(text), atMs)
  }

  /** Says when it was sent; the first time counts. @throws NotFoundError `notice-unknown` */
  sent(id: string, sentMs: number): NoticeRecord {
    this.#records.db.prepare('update bill_notice set sent_ms = coalesce(sent_ms, ?) where id = ?').run(sentMs, id)
    const row = this.#records.db.prepare(`select ${columns} from bill_notice where id = ?`).get(id)
    if (!row) throw new NotFoundError('notice-unknown', `there is no notice "${id}"`)
    return fromRow(row)
  }

  /** Oldest first. @param waiting those that were not sent */
  list(waiting: boolean, limit: number, afterSeq = 0): (NoticeRecord & { seq: number })[] {
    return this.#records.db
      .prepare(
        `select ${columns} from bill_notice where seq > ? ${waiting ? 'and sent_ms is null' : ''} order by seq limit ?`,
      )
      .all(afterSeq, limit)
      .map(fromRow)
  }

  /** Oldest first. */
  ofBill(bill: string): NoticeRecord[] {
    return this.#records.db
      .prepare(`select ${columns} from bill_notice where bill = ? order by seq`)
      .all(bill)
      .map(fromRow)
  }
}
