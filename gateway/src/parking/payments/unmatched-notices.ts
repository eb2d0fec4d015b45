import { NotFoundError } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'

/** Money, or a message about money, that fits nothing that the gateway knows. */
export interface UnmatchedRecord {
  /** `n1`, `n2`…: the subject of its money in suspense. */
  id: string
  provider: string
  order: string
  transactionId: string | null
  /** What is in suspense for it, 0 when no money came in. */
  amountFen: number
  /** What of it does not fit, and why. */
  field: string
  reason: string
  atMs: number
  state: 'open' | 'assigned' | 'refunded' | 'closed'
  bill: string | null
}

const columns = `'n' || id as id, provider, order_id as "order", transaction_id as transactionId, amount_fen as amountFen,
  field, reason, at_ms as atMs, state, bill`

/** The queue of what a cashier has to look at. */
export class UnmatchedNotices {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists unmatched_notice (
        id integer primary key, provider text not null, order_id text not null, transaction_id text,
        amount_fen integer not null, field text not null, reason text not null, at_ms integer not null,
        state text not null, bill text) strict;
      create unique index if not exists unmatched_transaction on unmatched_notice (provider, transaction_id, field)
        where transaction_id is not null;
      create index if not exists unmatched_open on unmatched_notice (id) where state = 'open'`)
  }

  add(notice: Omit<UnmatchedRecord, 'id' | 'state' | 'bill'>): UnmatchedRecord {
    const { provider, order, transactionId, amountFen, field, reason, atMs } = notice
    const { lastInsertRowid } = this.#records.db
      .prepare(
        `insert into unmatched_notice (provider, order_id, transaction_id, amount_fen, field, reason, at_ms, state)
           values (?, ?, ?, ?, ?, ?, ?, 'open')`,
      )
      .run(provider, order, transactionId, amountFen, field, reason, atMs)
    return { ...notice, id: `n${lastInsertRowid}`, state: 'open', bill: null }
  }

  /** Whether this money is in the queue, or was. */
  knows(provider: string, transactionId: string): boolean {
    const row = this.#records.db
      .prepare('select 1 from unmatched_notice where provider = ? and transaction_id = ?')
      .get(provider, transactionId)
    return row !== undefined
  }

  /** Money of this queue, whatever became of it, that came in within a half-open window. */
  receivedBetween(provider: string, fromMs: number, toMs: number): UnmatchedRecord[] {
    return this.#records.db
      .prepare(
        `select ${columns} from unmatched_notice where provider = ? and amount_fen > 0 and at_ms >= ? and at_ms < ?`,
      )
      .all(provider, fromMs, toMs) as unknown as UnmatchedRecord[]
  }

  /** @throws NotFoundError `notice-unknown` */
  require(id: string): UnmatchedRecord {
    const row = this.#records.db.prepare(`select ${columns} from unmatched_notice where id = ?`).get(numberOf(id))
    if (!row) throw new NotFoundError('notice-unknown', `there is no payment notice "${id}"`)
    return row as unknown as UnmatchedRecord
  }

  change({ id, state, bill }: Pick<UnmatchedRecord, 'id' | 'state' | 'bill'>): void {
    this.#records.db
      .prepare('update unmatched_notice set state = ?, bill = ? where id = ?')
      .run(state, bill, numberOf(id))
  }

  /** Newest first. @param before the last one of the page before */
  list(state: UnmatchedRecord['state'] | undefined, limit: number, before?: string): UnmatchedRecord[] {
    return this.#records.db
      .prepare(
        `select ${columns} from unmatched_notice where id < ?1 and (?2 is null or state = ?2) order by id desc limit ?3`,
      )
      .all(
        before === undefined ? Number.MAX_SAFE_INTEGER : numberOf(before),
        state ?? null,
        limit,
      ) as unknown as UnmatchedRecord[]
  }

  open(): number {
    const row = this.#records.db.prepare(`select count(*) as open from unmatched_notice where state = 'open'`).get()
    return (row as { open: number }).open
  }
}

const numberOf = (id: string): number => Number(/^n(\d{1,15})$/.exec(id)?.[1] ?? 0)
