import { ClearwayError, ConflictError, InputError, NotFoundError } from '@clearway/contracts'
import type { Core } from '../../core.ts'
import type { Outcome, PaymentNotice, PaymentOrder, PaymentProvider } from '../../payments/payment-provider.ts'
import { paymentCounters } from './counters.ts'
import type { OrderRecord } from './orders.ts'
import type { RefundRecord } from './refunds.ts'
import type { OrderFor, Taken, Till } from './till.ts'

/** What an order is told to be for. */
export type OrderTerms = Pick<PaymentOrder, 'subject' | 'stay'>

/** Money over the counter: it is there when it is noted. */
export const cash = 'cash'

/** Asked in one round; the rest waits for the next. */
const askedAtOnce = 20

/**
 * Carries orders and refunds to their providers. An order is on disk before its provider hears of it, and its outcome is
 * booked in one transaction; what a stop or a dead line leaves open is asked for again, under the same id.
 */
export class PaymentDesk {
  readonly till: Till
  readonly #core: Core
  readonly #providers: ReadonlyMap<string, PaymentProvider>
  readonly #terms: (order: OrderRecord) => OrderTerms
  readonly #counters: ReturnType<typeof paymentCounters>

  constructor(
    core: Core,
    till: Till,
    providers: readonly PaymentProvider[],
    terms: (order: OrderRecord) => OrderTerms,
  ) {
    this.#core = core
    this.till = till
    this.#providers = new Map(providers.map((provider) => [provider.name, provider]))
    this.#terms = terms
    this.#counters = paymentCounters(core.metrics, () => till.unmatched.open())
  }

  /** Those that speak for themselves: all but cash. */
  providers(): PaymentProvider[] {
    return [...this.#providers.values()]
  }

  /** Names of those that can take money, `cash` first. */
  names(): string[] {
    return [cash, ...this.#providers.keys()]
  }

  /** @throws InputError naming those that there are */
  require(name: string): void {
    if (this.names().includes(name)) return
    const message = `there is no provider "${name}"; there are ${this.names().join(', ')}`
    throw new InputError('provider-unknown', `provider ${message}`, [{ field: 'provider', message }])
  }

  /**
   * Asks for money: cash is booked at once, another provider answers with a link. Inside no transaction.
   *
   * @param noted told of the order in the transaction that makes it, also when cash is booked in it
   */
  async ask(
    wanted: OrderFor,
    noted: (order: OrderRecord) => void,
  ): Promise<{ order: OrderRecord; link?: { url: string; expiresMs: number } }> {
    const known = wanted.request === null ? undefined : this.till.orders.byRequest(wanted.stay, wanted.request)
    const order = known ?? this.#noted(wanted, noted)
    if (order.provider === cash || order.state !== 'pending') return { order }
    const link = await this.#provider(order.provider).payLink(this.#orderOf(order))
    return { order, link }
  }

  /** Debits by agreement; the outcome is booked, also that it has to be asked for again. */
  async debit(order: OrderRecord): Promise<Taken> {
    const outcome = await this.#heard(() => this.#provider(order.provider).debit(this.#orderOf(order)))
    return this.#settle(order, outcome)
  }

  /** A provider told something by itself; when this returns it is on disk. */
  take(provider: string, notice: PaymentNotice): Taken {
    const taken = this.#core.records.transaction(() => {
      const now = this.till.take(provider, notice, this.#core.clock.now())
      if (now === 'queued') {
        const { about } = notice
        this.#core.audit.record(system, 'payment.unmatched', about.orderId, { provider, kind: about.kind })
      }
      return now
    })
    this.#counters.notices.inc({ provider, outcome: taken })
    return taken
  }

  /** Sends refunds on their way; those that fail are tried again by `tick`. */
  async sendRefunds(refunds: readonly RefundRecord[]): Promise<RefundRecord[]> {
    for (const refund of refunds) if (refund.state === 'pending') await this.#refund(refund)
    return refunds.map(({ id }) => this.till.refunds.find(id) as RefundRecord)
  }

  /** Asks for what was left open: orders without an outcome, refunds that did not get through. */
  async tick(): Promise<void> {
    const nowMs = this.#core.clock.now()
    for (const order of this.till.orders.due(nowMs, askedAtOnce)) {
      const outcome = await this.#heard(async () => {
        const provider = this.#provider(order.provider)
        try {
          return await provider.query(order.providerOrder)
        } catch (error) {
          // The order was noted, and then we were stopped: its provider never heard of it.
          if (error instanceof NotFoundError && order.kind === 'debit') return provider.debit(this.#orderOf(order))
          if (error instanceof NotFoundError) return { state: 'pending' }
          throw error
        }
      })
      this.#settle(order, outcome)
    }
    for (const refund of this.till.refunds.due(nowMs, askedAtOnce)) await this.#refund(refund)
  }

  #noted(wanted: OrderFor, noted: (order: OrderRecord) => void): OrderRecord {
    const { records, clock } = this.#core
    return records.transaction(() => {
      const nowMs = clock.now()
      const order = this.till.order(wanted, nowMs)
      if (order.provider === cash && this.till.settle(order.id, paidInCash(order, nowMs), nowMs) !== 'paid') {
        const message = `order ${order.id} takes no money`
        throw new ConflictError('bill-action', message, [{ field: 'bill', message }])
      }
      noted(order)
      return this.till.orders.find(order.id) as OrderRecord
    })
  }

  async #refund(refund: RefundRecord): Promise<void> {
    const { id: refundId, providerOrder: orderId, provider, amountFen, orderFen, reason } = refund
    const { records, clock } = this.#core
    const outcome =
      provider === cash
        ? ({ state: 'paid', transactionId: refundId, amountFen, atMs: clock.now() } as const)
        : await this.#heard(() => this.#provider(provider).refund({ refundId, orderId, amountFen, orderFen, reason }))
    const taken = records.transaction(() =>
      this.till.settleRefund(this.till.refunds.find(refundId) as RefundRecord, outcome, clock.now()),
    )
    this.#counters.refunds.inc({ provider, outcome: taken })
  }

  #settle(order: OrderRecord, outcome: Outcome): Taken {
    const taken = this.#core.records.transaction(() => this.till.settle(order.id, outcome, this.#core.clock.now()))
    this.#counters.orders.inc({ provider: order.provider, outcome: taken })
    return taken
  }

  /** No answer is no outcome: it is asked for again. Our own mistakes stop the work. */
  async #heard(ask: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ClearwayError) || error.kind === 'bug') throw error
      this.#core.log.warn({ err: error, code: error.code }, 'a payment provider did not answer; it is asked again')
      return { state: 'pending' }
    }
  }

  #orderOf(order: OrderRecord): PaymentOrder {
    const { id, bill, stay, amountFen, plate, expiresMs } = order
    return {
      ...{ orderId: id, bill: bill ?? stay, amountFen, plate, ...this.#terms(order) },
      ...(expiresMs !== null && { expiresMs }),
    }
  }

  #provider(name: string): PaymentProvider {
    const provider = this.#providers.get(name)
    if (provider) return provider
    throw new InputError('provider-unknown', `provider "${name}" is not set up here; it still has open orders`)
  }
}

const system = { name: 'system', roles: [] } as const

const paidInCash = ({ id, amountFen }: OrderRecord, atMs: number): Outcome => ({
  ...{ state: 'paid', transactionId: id, amountFen, atMs },
})
