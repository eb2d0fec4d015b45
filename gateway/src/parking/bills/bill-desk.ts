import { createHash } from 'node:crypto'
import {
  ConflictError,
  type DisputeDecision,
  InputError,
  NotFoundError,
  type PaymentRequest,
  type RefundRequest,
} from '@clearway/contracts'
import type { Core } from '../../core.ts'
import type { Actor } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { OrderRecord } from '../payments/orders.ts'
import { cash, type PaymentDesk } from '../payments/payment-desk.ts'
import type { RefundRecord } from '../payments/refunds.ts'
import type { StayRecord } from '../stays/stays.ts'
import { type BillRecord, billedFen, owedOf } from './bills.ts'
import type { DisputeRecord } from './disputes.ts'

const linkLivesMs = 24 * 3_600_000

/** What people do about bills. Each is audited in the transaction that does it; plates stay out of the log. */
export class BillDesk {
  readonly #core: Core
  readonly #ledger: LotLedger
  readonly #payments: PaymentDesk

  constructor(core: Core, ledger: LotLedger, payments: PaymentDesk) {
    this.#core = core
    this.#ledger = ledger
    this.#payments = payments
  }

  /**
   * Takes money for a bill.
   *
   * @param key Idempotency-Key of the request: money is not taken twice for it, also after a crash
   * @throws ConflictError `bill-action` when the bill takes no money, `bill-amount` when nothing is owed and none is named
   */
  async pay(id: string, request: PaymentRequest, actor: Actor, key: string | undefined) {
    const { provider = cash } = request
    this.#payments.require(provider)
    const bill = this.#ledger.billing.require(id)
    const done = key === undefined ? undefined : this.#payments.till.orders.byRequest(bill.stay, requestOf(actor, key))
    const amountFen = done?.amountFen ?? request.amountFen ?? owedOf(bill)
    if (!done && ['priced', 'withdrawn', 'refunded'].includes(bill.phase)) throw notPayable(bill)
    if (amountFen === 0) {
      const message = 'is missing, and nothing is owed: name what was given'
      throw new ConflictError('bill-amount', `amountFen of bill ${id} ${message}`, [{ field: 'amountFen', message }])
    }
    const { stay, creditOf, plate } = bill
    return this.#payments.ask(
      {
        ...{ bill: id, stay, creditOf, plate, provider, kind: provider === cash ? 'desk' : 'link', amountFen },
        ...this.#terms(actor, key),
      },
      (order) => this.#core.audit.record(actor, 'bill.pay', id, { order: order.id, provider, amountFen }),
    )
  }

  /** Takes money for a stay that has not been billed: whoever pays before leaving. As `pay`. */
  async payStay(id: string, request: PaymentRequest, actor: Actor, key: string | undefined) {
    const { provider = cash } = request
    this.#payments.require(provider)
    const stay = this.#stay(id)
    if (stay.bill !== null) return this.pay(stay.bill, request, actor, key)
    const nowMs = this.#core.clock.now()
    if (stay.state !== 'open' || stay.plate === null || stay.enteredMs === null) {
      const message = `is ${stay.state} and has no bill; only an open stay can be paid ahead`
      throw new ConflictError('stay-state', `stay ${id} ${message}`, [{ field: 'state', message }])
    }
    const paidFen = this.#ledger.claims.payments(id).reduce((sum, { amountFen }) => sum + amountFen, 0)
    const soFarFen = this.#ledger.priceOf(stay, Math.max(nowMs, stay.enteredMs)).amountFen
    const amountFen = request.amountFen ?? Math.max(0, soFarFen - paidFen)
    if (amountFen === 0) {
      const message = `is missing, and the ${soFarFen} so far are paid: nothing is owed`
      throw new ConflictError('bill-amount', `amountFen of stay ${id} ${message}`, [{ field: 'amountFen', message }])
    }
    return this.#payments.ask(
      {
        ...{ bill: null, stay: id, plate: stay.plate, provider, amountFen },
        creditOf: this.#ledger.billing.creditFor(id, stay.plate),
        ...{ kind: provider === cash ? 'desk' : 'link', ...this.#terms(actor, key) },
      },
      (order) => this.#core.audit.record(actor, 'stay.pay', id, { order: order.id, provider, amountFen }),
    )
  }

  /** A driver does not agree. Asking again with the same words finds the same dispute. */
  dispute(id: string, reason: string, actor: Actor): DisputeRecord {
    const { billing } = this.#ledger
    return this.#change(() => {
      const bill = billing.require(id)
      const open = billing.disputes.ofBill(id).find(({ outcome }) => outcome === null)
      if (open?.reason === reason) return open
      billing.act(bill.id, { action: 'dispute' }, this.#nowMs)
      const dispute = billing.disputes.open(id, reason, this.#nowMs, actor.name)
      this.#core.audit.record(actor, 'bill.dispute', id, { dispute: dispute.id, reason })
      return dispute
    })
  }

  /** Ends a dispute. A grant takes off what is owed first; what had been paid of it becomes credit. */
  decide(id: string, decision: DisputeDecision, actor: Actor): BillRecord {
    const { billing } = this.#ledger
    return this.#change(() => {
      const bill = billing.require(id)
      if (bill.phase !== 'disputed') {
        const message = `is ${bill.phase}, not disputed`
        throw new ConflictError('bill-action', `bill ${id} ${message}`, [{ field: 'state', message }])
      }
      const { outcome, why } = decision
      const mostFen = billedFen(bill) - bill.allowedFen - bill.writtenOffFen
      const amountFen = outcome === 'grant' ? (decision.amountFen ?? mostFen) : 0
      const after =
        outcome === 'grant'
          ? billing.act(id, { action: 'grant', amountFen }, this.#nowMs)
          : billing.act(id, { action: 'reject' }, this.#nowMs)
      billing.disputes.decide(id, outcome, why, this.#nowMs, actor.name)
      this.#core.audit.record(actor, 'bill.decide', id, { outcome, why, ...(amountFen > 0 && { amountFen }) })
      return after
    })
  }

  /** Gives money back: credit first, then what was paid. Sent at once; what does not get through is sent again. */
  async refund(id: string, request: RefundRequest, actor: Actor, key: string | undefined): Promise<RefundRecord[]> {
    const { billing } = this.#ledger
    const { till } = this.#payments
    const request_ = key === undefined ? null : requestOf(actor, key)
    const known = request_ === null ? [] : till.refunds.byRequest(id, request_)
    const refunds =
      known.length > 0
        ? known
        : this.#change(() => {
            const bill = billing.require(id)
            const amountFen = request.amountFen ?? billing.creditFen(bill) + bill.paidFen
            if (amountFen === 0) {
              const message = 'is missing, and nothing was paid that could be given back'
              throw new ConflictError('bill-amount', `amountFen of bill ${id} ${message}`, [
                { field: 'amountFen', message },
              ])
            }
            const made = till.refundBill(bill, amountFen, request.why, this.#nowMs, request_)
            billing.disputes.decide(id, 'refunded', request.why, this.#nowMs, actor.name)
            const ids = made.map((refund) => refund.id)
            this.#core.audit.record(actor, 'bill.refund', id, { amountFen, refunds: ids, why: request.why })
            return made
          })
    return this.#payments.sendRefunds(refunds)
  }

  /** What is owed will not come. */
  writeOff(id: string, why: string, actor: Actor): BillRecord {
    const { billing } = this.#ledger
    return this.#change(() => {
      const before = billing.require(id)
      const after = billing.act(id, { action: 'write-off' }, this.#nowMs)
      billing.disputes.decide(id, 'written-off', why, this.#nowMs, actor.name)
      this.#core.audit.record(actor, 'bill.write-off', id, { amountFen: owedOf(before), why })
      return after
    })
  }

  /** Money in suspense was for this bill. */
  assign(notice: string, bill: string, why: string, actor: Actor): BillRecord {
    const { till } = this.#payments
    return this.#change(() => {
      const after = till.assign(notice, this.#ledger.billing.require(bill), this.#nowMs)
      const { amountFen } = till.unmatched.require(notice)
      this.#core.audit.record(actor, 'payment.assign', notice, { bill, amountFen, why })
      return after
    })
  }

  /** Money in suspense goes back where it came from. */
  async refundNotice(notice: string, why: string, actor: Actor): Promise<RefundRecord> {
    const { till } = this.#payments
    const refund = this.#change(() => {
      const made = till.refundNotice(notice, why, this.#nowMs)
      this.#core.audit.record(actor, 'payment.refund', notice, { refund: made.id, amountFen: made.amountFen, why })
      return made
    })
    const [sent] = await this.#payments.sendRefunds([refund])
    return sent as RefundRecord
  }

  /** A notice without money needs nothing more. */
  closeNotice(notice: string, why: string, actor: Actor): void {
    this.#change(() => {
      this.#payments.till.close(notice)
      this.#core.audit.record(actor, 'payment.close', notice, { why })
    })
  }

  /** A discount of the stay's tariff was shown; a bill that was made is made anew. */
  showDiscount(id: string, discount: string, actor: Actor): StayRecord {
    return this.#change(() => {
      const stay = this.#stay(id)
      const { document } = this.#ledger.tariffs.edition(stay.tariff, stay.tariffVersion)
      const known = document.discounts?.map((one) => one.id) ?? []
      if (!known.includes(discount)) {
        const message = `"${discount}" is none of tariff ${stay.tariff} version ${stay.tariffVersion}; it has ${known.join(', ') || 'none'}`
        throw new InputError('discount-unknown', `discount ${message}`, [{ field: 'discount', message }])
      }
      if (this.#ledger.claims.showDiscount(id, discount, this.#nowMs)) {
        this.#core.audit.record(actor, 'stay.discount', id, { discount })
        this.#rate(stay)
      }
      return this.#stay(id)
    })
  }

  /** Prices a stay, and those that depend on it, anew. Inside a transaction. */
  #rate({ lot, plate, enteredMs }: StayRecord): void {
    if (plate === null || enteredMs === null) return
    this.#ledger.rate(this.#ledger.lots.get(lot), plate, enteredMs, { nowMs: this.#nowMs, issuedMs: this.#nowMs })
    this.#ledger.settle()
  }

  /** One transaction; figures that were not written are forgotten with it. */
  #change<T>(work: () => T): T {
    try {
      return this.#core.records.transaction(work)
    } catch (error) {
      this.#ledger.discard()
      throw error
    }
  }

  #stay(id: string): StayRecord {
    const stay = this.#ledger.stays.find(id)
    if (!stay) throw new NotFoundError('stay-unknown', `there is no stay "${id}"`)
    return stay
  }

  #terms(actor: Actor, key: string | undefined): Pick<OrderRecord, 'request' | 'expiresMs'> {
    return { request: key === undefined ? null : requestOf(actor, key), expiresMs: this.#nowMs + linkLivesMs }
  }

  get #nowMs(): number {
    return this.#core.clock.now()
  }
}

/** A key counts for its caller only. */
const requestOf = ({ name }: Actor, key: string): string =>
  createHash('sha256').update(`${name}\n${key}`).digest('base64url')

function notPayable({ id, phase }: BillRecord): ConflictError {
  const message = `is ${phase} and cannot be paid`
  return new ConflictError('bill-action', `bill ${id} ${message}`, [{ field: 'state', message }])
}
