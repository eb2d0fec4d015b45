import type { StatementSync } from 'node:sqlite'
import { ConflictError } from '@clearway/contracts'
import type { Records } from '../records/records.ts'
import type { PaymentOrder, RefundOrder } from './payment-provider.ts'

/** `debit`: by agreement. `link`: paid by the driver. `refund`: money back. */
type Way = 'debit' | 'link' | 'refund'

/** What a provider was asked for under an id. */
export interface PaymentRequest {
  way: Way
  /** Of a refund: the order that it is of. */
  orderId: string
  amountFen: number
}

/**
 * What the providers were asked for. A row is written before the provider hears of it: what a notice names is known even
 * if the gateway died in between.
 */
export class PaymentRequests {
  readonly #records: Records
  readonly #find: StatementSync
  readonly #insert: StatementSync

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists provider_request (
        provider text not null,
        id text not null,
        way text not null check (way in ('debit', 'link', 'refund')),
        order_id text not null,
        amount_fen integer not null check (amount_fen > 0),
        primary key (provider, id)
      ) strict, without rowid`)
    this.#find = records.db.prepare(
      'select way, order_id as orderId, amount_fen as amountFen from provider_request where provider = ? and id = ?',
    )
    this.#insert = records.db.prepare('insert into provider_request values (?, ?, ?, ?, ?)')
  }

  /**
   * @throws ConflictError `order-changed` when the order was asked for otherwise before: providers refuse a number that
   * returns with another amount or another way
   */
  noteOrder(provider: string, way: 'debit' | 'link', { orderId, amountFen }: PaymentOrder): void {
    this.#note(provider, orderId, { way, orderId, amountFen })
  }

  /** @throws ConflictError as `noteOrder` */
  noteRefund(provider: string, { refundId, orderId, amountFen }: RefundOrder): void {
    this.#note(provider, refundId, { way: 'refund', orderId, amountFen })
  }

  /** @param id of an order or a refund */
  find(provider: string, id: string): PaymentRequest | undefined {
    return this.#find.get(provider, id) as PaymentRequest | undefined
  }

  #note(provider: string, id: string, asked: PaymentRequest): void {
    this.#records.transaction(() => {
      const before = this.find(provider, id)
      if (!before) this.#insert.run(provider, id, asked.way, asked.orderId, asked.amountFen)
      else if (before.way !== asked.way || before.amountFen !== asked.amountFen) {
        const message = `${id} was a ${before.way} of ${before.amountFen} fen, not a ${asked.way} of ${asked.amountFen} fen; use a new id`
        throw new ConflictError('order-changed', message, [{ field: 'amountFen', message }])
      }
    })
  }
}
