import { ConflictError } from '@clearway/contracts'
import type { Outcome, PaymentNotice } from '../../payments/payment-provider.ts'
import type { Records } from '../../records/records.ts'
import type { Billing } from '../bills/billing.ts'
import type { BillRecord } from '../bills/bills.ts'
import type { Account } from '../books/accounts.ts'
import { transfer } from '../books/accounts.ts'
import { type OrderRecord, Orders } from './orders.ts'
import { type RefundRecord, Refunds } from './refunds.ts'
import { UnmatchedNotices, type UnmatchedRecord } from './unmatched-notices.ts'

/** What an outcome or a notice did here. `again`: it was known. `queued`: it fits nothing and waits for a person. */
export type Taken = 'paid' | 'pending' | 'refused' | 'again' | 'queued'

type Paid = Extract<Outcome, { state: 'paid' }>

/** Who is to pay for what. */
export interface OrderFor {
  bill: string | null
  stay: string
  creditOf: string
  plate: string
  provider: string
  kind: 'debit' | 'link' | 'desk'
  amountFen: number
  request: string | null
  expiresMs: number | null
}

/** After this long without an outcome the provider is asked; doubled each time, up to an hour. */
const askAgainMs = 30_000

/**
 * Money that comes and goes: orders, refunds and what fits neither, with what they book. Every method works inside the
 * caller's transaction; none speaks with a provider.
 */
export class Till {
  readonly orders: Orders
  readonly refunds: Refunds
  readonly unmatched: UnmatchedNotices
  readonly #billing: Billing
  readonly #paidAhead: (order: OrderRecord, paid: Paid) => void

  /** @param paidAhead told of money for a stay, before its bill is looked for */
  constructor(records: Records, billing: Billing, paidAhead: (order: OrderRecord, paid: Paid) => void) {
    this.orders = new Orders(records)
    this.refunds = new Refunds(records)
    this.unmatched = new UnmatchedNotices(records)
    this.#billing = billing
    this.#paidAhead = paidAhead
  }

  /** Notes that money is asked for, before anybody is asked. */
  order(wanted: OrderFor, nowMs: number): OrderRecord {
    const id = this.orders.nextId(wanted.bill ?? wanted.stay)
    const order: OrderRecord = {
      ...wanted,
      ...{ id, providerOrder: id, state: 'pending', reason: null, transactionId: null },
      ...{ createdMs: nowMs, paidMs: null, refundedFen: 0, nextMs: nowMs + askAgainMs },
    }
    this.orders.add(order)
    return order
  }

  /** How an order ended, as its provider says. */
  settle(orderId: string, outcome: Outcome, nowMs: number): Taken {
    const order = this.orders.find(orderId) as OrderRecord
    if (outcome.state === 'paid') return this.#paid(order, outcome, nowMs)
    if (order.state !== 'pending') return 'again'
    if (outcome.state === 'pending') {
      const waitMs = Math.min(3_600_000, Math.max(askAgainMs, nowMs - order.createdMs))
      const over = order.expiresMs !== null && nowMs >= order.expiresMs
      this.orders.change({ ...order, ...(over ? { state: 'closed', nextMs: null } : { nextMs: nowMs + waitMs }) })
      return 'pending'
    }
    this.orders.change({ ...order, state: 'refused', reason: outcome.reason, nextMs: null })
    this.#debitFailed(order)
    return 'refused'
  }

  /** What a provider told by itself. */
  take(provider: string, { about }: PaymentNotice, nowMs: number): Taken {
    const { outcome, orderId } = about
    if (about.kind === 'refund') {
      const refund = this.refunds.find(about.refundId)
      if (refund && refund.provider === provider) return this.settleRefund(refund, outcome, nowMs)
      return this.#queue(
        provider,
        about.refundId,
        outcome,
        'refundId',
        `there is no refund "${about.refundId}"`,
        nowMs,
        0,
      )
    }
    const order = this.orders.find(orderId)
    if (order && order.provider === provider) return this.settle(orderId, outcome, nowMs)
    return this.#queue(provider, orderId, outcome, 'orderId', `there is no order "${orderId}" of ${provider}`, nowMs)
  }

  /**
   * Promises money of a bill back: credit first, then what was paid of it. From the newest payments.
   *
   * @returns one refund for each payment that it comes from
   * @throws ConflictError as `applyToBill`
   */
  refundBill(bill: BillRecord, amountFen: number, why: string, nowMs: number, request: string | null): RefundRecord[] {
    const sources = this.orders
      .ofStay(bill.stay)
      .filter(({ creditOf, state }) => creditOf === bill.creditOf && state === 'paid')
      .reverse()
    const refunds: RefundRecord[] = []
    let leftFen = amountFen
    for (const order of sources) {
      const partFen = Math.min(leftFen, order.amountFen - order.refundedFen)
      if (partFen <= 0) continue
      const refund = this.#newRefund(order, partFen, why, nowMs)
      this.#billing.act(bill.id, { action: 'refund', amountFen: partFen, refund: refund.id }, nowMs)
      this.orders.change({ ...order, refundedFen: order.refundedFen + partFen })
      const kept = { ...refund, from: 'driver-credit' as const, fromSubject: bill.creditOf, bill: bill.id, request }
      this.refunds.add(kept)
      refunds.push(kept)
      leftFen -= partFen
    }
    if (leftFen > 0) {
      const message = `${amountFen} is more than the ${amountFen - leftFen} that was paid and not yet given back`
      throw new ConflictError('bill-amount', `amountFen of bill ${bill.id} ${message}`, [
        { field: 'amountFen', message },
      ])
    }
    return refunds
  }

  /** Sends money in suspense back where it came from. @throws ConflictError `notice-state` */
  refundNotice(id: string, why: string, nowMs: number): RefundRecord {
    const notice = this.#openNotice(id)
    const { provider, order, amountFen } = notice
    const refund: RefundRecord = {
      ...{ id: this.refunds.nextId(`notice-${id}`), order: null, providerOrder: order },
      ...{ from: 'suspense', fromSubject: id, bill: null, provider, amountFen, orderFen: amountFen },
      ...{ state: 'pending', reason: why, createdMs: nowMs, paidMs: null, attempts: 0, nextMs: nowMs, request: null },
    }
    this.refunds.add(refund)
    this.unmatched.change({ id, state: 'refunded', bill: null })
    const { books } = this.#billing
    books.post(
      nowMs,
      'refund-notice',
      id,
      transfer(amountFen, { account: 'refunds-payable', subject: refund.id }, { account: 'suspense', subject: id }),
    )
    return refund
  }

  /** The money in suspense was for this bill. @throws ConflictError `notice-state`, and as `applyToBill` */
  assign(id: string, bill: BillRecord, nowMs: number): BillRecord {
    const notice = this.#openNotice(id)
    const { provider, order: providerOrder, amountFen, transactionId } = notice
    const { stay, creditOf, plate } = bill
    this.unmatched.change({ id, state: 'assigned', bill: bill.id })
    this.orders.add({
      ...{ id, providerOrder, bill: bill.id, stay, creditOf, plate, provider, kind: 'assigned', amountFen },
      // The same transaction may stand with the order that it was told for.
      transactionId: transactionId && !this.orders.byTransaction(provider, transactionId) ? transactionId : null,
      ...{ state: 'paid', reason: null, createdMs: nowMs, paidMs: notice.atMs, refundedFen: 0 },
      ...{ request: null, nextMs: null, expiresMs: null },
    })
    return this.#billing.pay(bill.id, amountFen, { account: 'suspense', subject: id }, nowMs)
  }

  /** Nothing is to be done about a notice without money. @throws ConflictError `notice-state` */
  close(id: string): void {
    const notice = this.unmatched.require(id)
    if (notice.state !== 'open' || notice.amountFen > 0) {
      const message = notice.amountFen > 0 ? 'has money: assign or refund it' : `is ${notice.state} already`
      throw new ConflictError('notice-state', `notice ${id} ${message}`, [{ field: 'state', message }])
    }
    this.unmatched.change({ id, state: 'closed', bill: null })
  }

  /** How a refund ended, as its provider says. What was refused is the driver's again. */
  settleRefund(refund: RefundRecord, outcome: Outcome, nowMs: number): Taken {
    if (refund.state === 'paid') return 'again'
    const { id, provider, amountFen, from, fromSubject } = refund
    const payable = { account: 'refunds-payable', subject: id } as const
    if (outcome.state === 'paid') {
      if (outcome.amountFen !== amountFen) {
        const message = `${outcome.amountFen} was sent back, refund ${id} is of ${amountFen}`
        return this.#queue(provider, id, outcome, 'amountFen', message, nowMs, 0)
      }
      // The provider may find after all that it had refused too early.
      if (refund.state === 'refused') this.#takeBack(refund, nowMs)
      this.refunds.change({ ...refund, state: 'paid', paidMs: outcome.atMs, nextMs: null })
      this.#billing.books.post(
        nowMs,
        'refund-paid',
        id,
        transfer(amountFen, cashOf(provider, refund.providerOrder), payable),
      )
      return 'paid'
    }
    if (refund.state === 'refused') return 'again'
    const attempts = refund.attempts + 1
    if (outcome.state === 'pending') {
      const waitMs = Math.min(3_600_000, askAgainMs * 2 ** Math.min(attempts, 7))
      this.refunds.change({ ...refund, attempts, nextMs: nowMs + waitMs })
      return 'pending'
    }
    this.refunds.change({ ...refund, attempts, state: 'refused', reason: outcome.reason, nextMs: null })
    if (refund.order !== null) this.#moveRefunded(refund.order, -amountFen)
    else this.unmatched.change({ id: fromSubject, state: 'open', bill: null })
    this.#billing.books.post(
      nowMs,
      'refund-refused',
      id,
      transfer(amountFen, { account: from, subject: fromSubject }, payable),
    )
    return 'refused'
  }

  /** A refused refund was paid: what had gone back to the driver's credit is promised again. */
  #takeBack({ id, order, amountFen, from, fromSubject }: RefundRecord, nowMs: number): void {
    if (order !== null) this.#moveRefunded(order, amountFen)
    this.#billing.books.post(
      nowMs,
      'refund-again',
      id,
      transfer(amountFen, { account: 'refunds-payable', subject: id }, { account: from, subject: fromSubject }),
    )
  }

  #moveRefunded(orderId: string, byFen: number): void {
    const order = this.orders.find(orderId) as OrderRecord
    this.orders.change({ ...order, refundedFen: order.refundedFen + byFen })
  }

  /** Money for an order: it goes to the bill, unless something about it does not fit. */
  #paid(order: OrderRecord, paid: Paid, nowMs: number): Taken {
    const { id, provider } = order
    const { transactionId } = paid
    if (order.state === 'paid' && order.transactionId === transactionId) return 'again'
    const other = this.orders.byTransaction(provider, transactionId)
    if (other) {
      const message = `${transactionId} was told for order ${other.id} before`
      return this.#queue(provider, id, paid, 'transactionId', message, nowMs, 0)
    }
    const misfit = this.#misfitOf(order, paid)
    if (misfit) return this.#queue(provider, id, paid, misfit.field, misfit.message, nowMs)

    this.orders.change({
      ...order,
      ...{ state: 'paid', reason: null, transactionId, paidMs: paid.atMs, nextMs: null },
    })
    const from = cashOf(provider, id)
    if (order.bill === null) this.#paidAhead(order, paid)
    const bill = order.bill ?? this.#billing.bills.ofStay(order.stay).findLast(inForce)?.id
    if (bill === undefined) this.#billing.prepay(order.stay, order.plate, paid.amountFen, from, nowMs)
    else this.#billing.pay(bill, paid.amountFen, from, nowMs)
    return 'paid'
  }

  #misfitOf(order: OrderRecord, paid: Paid): { field: string; message: string } | undefined {
    if (order.state === 'paid') {
      const message = `order ${order.id} was paid by transaction ${order.transactionId} already`
      return { field: 'transactionId', message }
    }
    if (paid.amountFen !== order.amountFen) {
      return { field: 'amountFen', message: `${paid.amountFen} came in, order ${order.id} asks for ${order.amountFen}` }
    }
    const bill = order.bill === null ? undefined : this.#billing.bills.find(order.bill)
    if (bill?.phase === 'withdrawn') {
      const next = this.#billing.bills.ofStay(order.stay).findLast(inForce)
      const message = `bill ${bill.id} was withdrawn${next ? `; bill ${next.id} stands in its place` : ''}`
      return { field: 'orderId', message }
    }
    if (bill?.phase === 'refunded') return { field: 'orderId', message: `bill ${bill.id} was refunded` }
    return undefined
  }

  #queue(
    provider: string,
    order: string,
    outcome: Outcome,
    field: string,
    reason: string,
    nowMs: number,
    amountFen = outcome.state === 'paid' ? outcome.amountFen : 0,
  ): Taken {
    const transactionId = outcome.state === 'paid' ? outcome.transactionId : null
    // A provider repeats its notice until it is heard.
    if (transactionId !== null && this.unmatched.knows(provider, transactionId)) return 'again'
    if (transactionId === null && amountFen === 0 && outcome.state !== 'paid') return 'again'
    const notice = this.unmatched.add({ provider, order, transactionId, amountFen, field, reason, atMs: nowMs })
    this.#billing.books.post(
      nowMs,
      'suspense',
      notice.id,
      transfer(amountFen, { account: 'suspense', subject: notice.id }, cashOf(provider, order)),
    )
    return 'queued'
  }

  /** The driver has to be told of the bill after all. */
  #debitFailed({ kind, bill }: OrderRecord): void {
    const billed = kind === 'debit' && bill !== null ? this.#billing.bills.find(bill) : undefined
    if (billed?.step === 0) this.#billing.advance(billed, 1)
  }

  #newRefund(order: OrderRecord, amountFen: number, reason: string, nowMs: number) {
    const { id, providerOrder, provider, amountFen: orderFen } = order
    return {
      ...{ id: this.refunds.nextId(id), order: id, providerOrder, provider, amountFen, orderFen, reason },
      ...{ state: 'pending' as const, createdMs: nowMs, paidMs: null, attempts: 0, nextMs: nowMs },
    }
  }

  #openNotice(id: string): UnmatchedRecord {
    const notice = this.unmatched.require(id)
    if (notice.state === 'open' && notice.amountFen > 0) return notice
    const message = notice.state === 'open' ? 'has no money' : `is ${notice.state} already`
    throw new ConflictError('notice-state', `notice ${id} ${message}`, [{ field: 'state', message }])
  }
}

const cashOf = (provider: string, order: string): { account: Account; subject: string } => ({
  account: `cash:${provider}`,
  subject: order,
})

const inForce = ({ phase }: BillRecord): boolean => phase !== 'priced' && phase !== 'withdrawn'
