import { hash } from 'node:crypto'
import type { StatementSync } from 'node:sqlite'
import type { Records } from '../../records/records.ts'

/** One attempt to take money for a bill, or for a stay before its bill. */
export interface OrderRecord {
  /** Ours, at most 32 characters. */
  id: string
  /** What the provider knows it by; another than `id` only for money that was found later. */
  providerOrder: string
  bill: string | null
  stay: string
  /** Whose money it is, see `BillRecord.creditOf`. */
  creditOf: string
  plate: string
  provider: string
  /** By agreement; by a link that the driver opens; over the counter; found in suspense. */
  kind: 'debit' | 'link' | 'desk' | 'assigned'
  amountFen: number
  state: 'pending' | 'paid' | 'refused' | 'closed'
  reason: string | null
  /** The provider's. */
  transactionId: string | null
  createdMs: number
  paidMs: number | null
  /** Given back or on its way back. */
  refundedFen: number
  /** The Idempotency-Key of whoever asked for it: asking again finds the same order. */
  request: string | null
  /** When the provider is asked how it stands; null: never. */
  nextMs: number | null
  expiresMs: number | null
}

const columns = `id, provider_order as providerOrder, bill, stay, credit_of as creditOf, plate, provider, kind,
  amount_fen as amountFen, state, reason, transaction_id as transactionId, created_ms as createdMs, paid_ms as paidMs,
  refunded_fen as refundedFen, request, next_ms as nextMs, expires_ms as expiresMs`

/** The table of orders. */
export class Orders {
  readonly #records: Records
  readonly #find: StatementSync

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists payment_order (
        id text primary key, provider_order text not null, bill text, stay text not null, credit_of text not null,
        plate text not null, provider text not null, kind text not null, amount_fen integer not null,
        state text not null, reason text, transaction_id text, created_ms integer not null, paid_ms integer,
        refunded_fen integer not null, request text, next_ms integer, expires_ms integer) strict, without rowid;
      create unique index if not exists payment_transaction on payment_order (provider, transaction_id)
        where transaction_id is not null;
      create unique index if not exists payment_request on payment_order (stay, request) where request is not null;
      create index if not exists payment_stay on payment_order (stay, created_ms);
      create index if not exists payment_next on payment_order (next_ms) where next_ms is not null`)
    this.#find = records.db.prepare(`select ${columns} from payment_order where id = ?`)
  }

  find(id: string): OrderRecord | undefined {
    return this.#find.get(id) as unknown as OrderRecord | undefined
  }

  /** The order that this request made before. */
  byRequest(stay: string, request: string): OrderRecord | undefined {
    return this.#one('stay = ? and request = ?', stay, request)
  }

  byTransaction(provider: string, transactionId: string): OrderRecord | undefined {
    return this.#one('provider = ? and transaction_id = ?', provider, transactionId)
  }

  /** Oldest first. */
  ofStay(stay: string): OrderRecord[] {
    return this.#records.db
      .prepare(`select ${columns} from payment_order where stay = ? order by created_ms, id`)
      .all(stay) as unknown as OrderRecord[]
  }

  /** The next id for a bill, or for a stay without one: short enough for every provider. */
  nextId(subject: string): string {
    const short = hash('sha256', subject).slice(0, 20)
    for (let attempt = 1; ; attempt++) if (!this.find(`${short}-a${attempt}`)) return `${short}-a${attempt}`
  }

  add(order: OrderRecord): void {
    this.#records.db
      .prepare('insert into payment_order values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        order.id,
        order.providerOrder,
        order.bill,
        order.stay,
        order.creditOf,
        order.plate,
        order.provider,
        order.kind,
        order.amountFen,
        order.state,
        order.reason,
        order.transactionId,
        order.createdMs,
        order.paidMs,
        order.refundedFen,
        order.request,
        order.nextMs,
        order.expiresMs,
      )
  }

  change(order: OrderRecord): void {
    this.#records.db
      .prepare(
        `update payment_order set state = ?, reason = ?, transaction_id = ?, paid_ms = ?, refunded_fen = ?, next_ms = ?,
           expires_ms = ? where id = ?`,
      )
      .run(
        order.state,
        order.reason,
        order.transactionId,
        order.paidMs,
        order.refundedFen,
        order.nextMs,
        order.expiresMs,
        order.id,
      )
  }

  /** About which the provider is to be asked now. */
  due(nowMs: number, limit: number): OrderRecord[] {
    return this.#records.db
      .prepare(`select ${columns} from payment_order where next_ms <= ? order by next_ms limit ?`)
      .all(nowMs, limit) as unknown as OrderRecord[]
  }

  /** Paid within a half-open window, by time. */
  paidBetween(provider: string, fromMs: number, toMs: number): OrderRecord[] {
    return this.#records.db
      .prepare(
        `select ${columns} from payment_order where provider = ? and paid_ms >= ? and paid_ms < ? order by paid_ms, id`,
      )
      .all(provider, fromMs, toMs) as unknown as OrderRecord[]
  }

  #one(condition: string, ...values: string[]): OrderRecord | undefined {
    const row = this.#records.db.prepare(`select ${columns} from payment_order where ${condition}`).get(...values)
    return row as unknown as OrderRecord | undefined
  }
}
