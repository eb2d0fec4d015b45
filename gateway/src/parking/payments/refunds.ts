import type { StatementSync } from 'node:sqlite'
import type { Records } from '../../records/records.ts'

/** Money on its way back, from one payment. */
export interface RefundRecord {
  /** `<order>-f<count>`. */
  id: string
  /** The payment that it comes from; null: money in suspense. */
  order: string | null
  providerOrder: string
  /** Where it goes again when the provider refuses: a driver's credit, or a notice in suspense. */
  from: 'driver-credit' | 'suspense'
  fromSubject: string
  bill: string | null
  provider: string
  amountFen: number
  orderFen: number
  state: 'pending' | 'paid' | 'refused'
  reason: string
  createdMs: number
  paidMs: number | null
  attempts: number
  nextMs: number | null
  request: string | null
}

const columns = `id, order_id as "order", provider_order as providerOrder, source as "from", source_subject as fromSubject,
  bill, provider, amount_fen as amountFen, order_fen as orderFen, state, reason, created_ms as createdMs,
  paid_ms as paidMs, attempts, next_ms as nextMs, request`

/** The table of refunds. */
export class Refunds {
  readonly #records: Records
  readonly #find: StatementSync

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists payment_refund (
        id text primary key, order_id text, provider_order text not null, source text not null,
        source_subject text not null, bill text, provider text not null, amount_fen integer not null,
        order_fen integer not null, state text not null, reason text not null, created_ms integer not null,
        paid_ms integer, attempts integer not null, next_ms integer, request text) strict, without rowid;
      create index if not exists refund_bill on payment_refund (bill) where bill is not null;
      create index if not exists refund_next on payment_refund (next_ms) where next_ms is not null`)
    this.#find = records.db.prepare(`select ${columns} from payment_refund where id = ?`)
  }

  find(id: string): RefundRecord | undefined {
    return this.#find.get(id) as unknown as RefundRecord | undefined
  }

  /** Oldest first. */
  ofBill(bill: string): RefundRecord[] {
    return this.#all('bill = ? order by created_ms, id', bill)
  }

  /** What this request asked for before. */
  byRequest(bill: string, request: string): RefundRecord[] {
    return this.#all('bill = ? and request = ? order by id', bill, request)
  }

  due(nowMs: number, limit: number): RefundRecord[] {
    return this.#all('next_ms <= ? order by next_ms limit ?', nowMs, limit)
  }

  /** Paid within a half-open window, by time. */
  paidBetween(provider: string, fromMs: number, toMs: number): RefundRecord[] {
    return this.#all('provider = ? and paid_ms >= ? and paid_ms < ? order by paid_ms, id', provider, fromMs, toMs)
  }

  /** The next id of a refund of this order. */
  nextId(order: string): string {
    for (let count = 1; ; count++) if (!this.find(`${order}-f${count}`)) return `${order}-f${count}`
  }

  add(refund: RefundRecord): void {
    this.#records.db
      .prepare('insert into payment_refund values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        refund.id,
        refund.order,
        refund.providerOrder,
        refund.from,
        refund.fromSubject,
        refund.bill,
        refund.provider,
        refund.amountFen,
        refund.orderFen,
        refund.state,
        refund.reason,
        refund.createdMs,
        refund.paidMs,
        refund.attempts,
        refund.nextMs,
        refund.request,
      )
  }

  change({ id, state, reason, paidMs, attempts, nextMs }: RefundRecord): void {
    this.#records.db
      .prepare('update payment_refund set state = ?, reason = ?, paid_ms = ?, attempts = ?, next_ms = ? where id = ?')
      .run(state, reason, paidMs, attempts, nextMs, id)
  }

  #all(condition: string, ...values: (string | number)[]): RefundRecord[] {
    return this.#records.db
      .prepare(`select ${columns} from payment_refund where ${condition}`)
      .all(...values) as unknown as RefundRecord[]
  }
}
