import { isDeepStrictEqual } from 'node:util'
import { NotFoundError } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import type { Account, Posting } from '../books/accounts.ts'
import { Books } from '../books/books.ts'
import type { Price } from '../tariffs/price-line.ts'
import { applyToBill, type BillEvent, type BillMoney } from './bill-money.ts'
import { type BillRecord, Bills, billedFen } from './bills.ts'
import { Disputes } from './disputes.ts'
import { type DunningStep, readDunning, stepDueMs } from './dunning.ts'

/** How bills are made. */
export interface BillingPolicy {
  /** A price waits so long for late events before it becomes a bill, s. */
  issueAfterS: number
  /** Shorter stays get no bill, s. */
  shortestStayS: number
  dunning: readonly DunningStep[]
  /** Whether somebody may debit for this plate. */
  hasAgreement(plate: string): boolean
}

export const plainPolicy: BillingPolicy = {
  issueAfterS: 0,
  shortestStayS: 60,
  dunning: readDunning(),
  hasAgreement: () => false,
}

/** What is billed. */
export interface BilledStay {
  id: string
  lot: string
  plate: string
  tariff: string
  tariffVersion: number
  /** The bill that stands for it so far. */
  bill: string | null
}

/**
 * Bills and what they book, in the caller's transaction: nothing changes a bill without its entry in the books, nor the
 * books without their bill.
 */
export class Billing {
  readonly bills: Bills
  readonly books: Books
  readonly disputes: Disputes
  readonly policy: BillingPolicy

  constructor(records: Records, policy: BillingPolicy = plainPolicy) {
    this.bills = new Bills(records)
    this.books = new Books(records)
    this.disputes = new Disputes(records)
    this.policy = policy
  }

  /**
   * Lets a stay have this price. The same price leaves its bill as it is; another one withdraws it and makes the next
   * revision, which takes over what was paid.
   *
   * @param closedMs from when the waiting time counts
   * @param nowMs what is due by then is issued
   * @returns the bill that stands now
   */
  rate(stay: BilledStay, price: Price, closedMs: number, nowMs: number): string | null {
    const standing = stay.bill === null ? undefined : this.bills.find(stay.bill)
    if (standing && sameBill(standing, stay, price)) return standing.id
    if (standing) this.withdraw(standing.id, nowMs)
    if (price.amountFen === 0) return null
    const issuedMs = closedMs + this.policy.issueAfterS * 1000
    const { id, lot, plate, tariff, tariffVersion } = stay
    const bill = this.bills.add({
      ...{ stay: id, lot, plate, tariff, tariffVersion },
      creditOf: this.creditFor(id, plate),
      ...{ amountFen: price.amountFen, lines: price.lines },
      ...{ issuedMs, step: 0, nextMs: issuedMs },
    })
    if (issuedMs <= nowMs) this.issue(bill)
    return bill.id
  }

  /** Takes back a bill whose stay turned out otherwise; one that still waits is forgotten. */
  withdraw(id: string, atMs: number): void {
    const bill = this.require(id)
    if (bill.phase === 'priced') this.bills.remove(id)
    else if (bill.phase !== 'withdrawn') {
      this.disputes.decide(id, 'withdrawn', 'its stay turned out otherwise', atMs, 'system')
      this.#apply(bill, { action: 'withdraw' }, atMs, {
        waivedFen: bill.allowedFen,
        forgiven: bill.phase === 'written-off' ? 1 : 0,
      })
    }
  }

  /** The waiting time is over. What was decided for the revision before holds for this one. */
  issue(bill: BillRecord): BillRecord {
    const before = this.bills
      .ofStay(bill.stay)
      .findLast((other) => other.id !== bill.id && other.phase === 'withdrawn' && other.creditOf === bill.creditOf)
    const waived = before ? { waivedFen: before.waivedFen, forgiven: before.forgiven === 1 } : {}
    const step = this.policy.hasAgreement(bill.plate) ? 0 : 1
    return this.#apply(bill, { action: 'issue', amountFen: bill.amountFen, ...waived }, bill.issuedMs, { step })
  }

  /**
   * Money came in, or was found to be for this bill. What it does not need stays the driver's.
   *
   * @param from the account that has it, and what it is about there
   */
  pay(id: string, amountFen: number, from: { account: Account; subject: string }, atMs: number): BillRecord {
    return this.#apply(this.require(id), { action: 'pay', amountFen, from }, atMs)
  }

  /** Money for a stay that has no bill yet. */
  prepay(
    stay: string,
    plate: string,
    amountFen: number,
    from: { account: Account; subject: string },
    atMs: number,
  ): void {
    const postings: Posting[] = [
      { ...from, amountFen },
      { account: 'driver-credit', subject: this.creditFor(stay, plate), amountFen: -amountFen },
    ]
    this.books.post(atMs, 'prepay', stay, postings)
  }

  /**
   * Anything else that happens to a bill.
   *
   * @throws NotFoundError `bill-unknown`; ConflictError as `applyToBill`
   */
  act(id: string, event: Exclude<BillEvent, { action: 'pay' | 'issue' | 'withdraw' }>, atMs: number): BillRecord {
    return this.#apply(this.require(id), event, atMs)
  }

  /** Notes that a step was taken. @param step the next one */
  advance(bill: BillRecord, step: number): BillRecord {
    const after = { ...bill, step, nextMs: this.#nextMs({ ...bill, step }) }
    this.bills.change(bill.id, after)
    return after
  }

  /** Money of the bill's driver that no bill claims, fen. */
  creditFen({ creditOf }: Pick<BillRecord, 'creditOf'>): number {
    return 0 - this.books.balance('driver-credit', creditOf)
  }

  /** @throws NotFoundError `bill-unknown` */
  require(id: string): BillRecord {
    const bill = this.bills.find(id)
    if (!bill) throw new NotFoundError('bill-unknown', `there is no bill "${id}"`)
    return bill
  }

  /** Whose credit the stay's bills use: everybody's own. */
  creditFor(stay: string, plate: string): string {
    const before = this.bills.ofStay(stay)
    const own = before.find((bill) => bill.plate === plate)
    if (own) return own.creditOf
    const drivers = new Set(before.map(({ creditOf }) => creditOf)).size
    return drivers === 0 ? stay : `${stay}/${drivers + 1}`
  }

  #apply(
    bill: BillRecord,
    event: BillEvent,
    atMs: number,
    also: Partial<Pick<BillRecord, 'step' | 'waivedFen' | 'forgiven'>> = {},
  ): BillRecord {
    const { money, postings } = applyToBill(this.#moneyOf(bill), event)
    const { phase, stage, paidFen, allowedFen, writtenOffFen } = money
    const after: BillRecord = { ...bill, phase, stage, paidFen, allowedFen, writtenOffFen, ...also }
    after.nextMs = this.#nextMs(after)
    this.bills.change(bill.id, after)
    this.books.post(atMs, event.action, bill.id, postings)
    return after
  }

  #moneyOf(bill: BillRecord): BillMoney {
    const { id, creditOf, phase, stage, paidFen, allowedFen, writtenOffFen } = bill
    const creditFen = this.creditFen(bill)
    return {
      bill: id,
      creditOf,
      phase,
      stage,
      billedFen: billedFen(bill),
      paidFen,
      allowedFen,
      writtenOffFen,
      creditFen,
    }
  }

  /** When the bill is looked at next: while it is owed and nobody disputes it. */
  #nextMs({ phase, step, issuedMs }: BillRecord): number | null {
    if (phase !== 'issued' && phase !== 'overdue' && phase !== 'collection') return null
    return step === 0 ? issuedMs : stepDueMs(this.policy.dunning, step, issuedMs)
  }
}

function sameBill(bill: BillRecord, stay: BilledStay, { amountFen, lines }: Price): boolean {
  return (
    bill.plate === stay.plate &&
    bill.tariff === stay.tariff &&
    bill.tariffVersion === stay.tariffVersion &&
    bill.amountFen === amountFen &&
    isDeepStrictEqual(bill.lines, lines)
  )
}
