import { ConflictError } from '@clearway/contracts'
import { type Account, type Posting, transfer } from '../books/accounts.ts'
import { type BillAction, type BillPhase, targetOf } from './bill-phases.ts'

/**
 * A bill and its money, integer fen, none negative. Always
 * `billedFen = paidFen + allowedFen + writtenOffFen + owed`, owed ≥ 0.
 */
export interface BillMoney {
  readonly bill: string
  /** Where money of its driver stands that no bill claims: the stay, or a part of it. */
  readonly creditOf: string
  readonly phase: BillPhase
  /** How far it is when something is owed. */
  readonly stage: 'issued' | 'overdue' | 'collection'
  /** Its amount while it is in force: from its issue until it is withdrawn, else 0. */
  readonly billedFen: number
  /** Money of the driver that counts towards it. */
  readonly paidFen: number
  /** Waived or given back by decision. */
  readonly allowedFen: number
  readonly writtenOffFen: number
  /** That money. */
  readonly creditFen: number
}

/** What happens to a bill. */
export type BillEvent =
  /** `waivedFen`, `forgiven`: what was decided for the revision before holds for this one. */
  | { action: 'issue'; amountFen: number; waivedFen?: number; forgiven?: boolean }
  | { action: 'pay'; amountFen: number; from: { account: Account; subject: string } }
  | { action: 'fall-due' | 'collect' | 'dispute' | 'reject' | 'write-off' | 'withdraw' }
  | { action: 'grant'; amountFen: number }
  | { action: 'refund'; amountFen: number; refund: string }

export const owedFen = ({ billedFen, paidFen, allowedFen, writtenOffFen }: BillMoney): number =>
  billedFen - paidFen - allowedFen - writtenOffFen

/** The phase that the money says. */
function phaseByBalance(money: BillMoney): BillPhase {
  if (owedFen(money) > 0) return money.stage
  if (money.writtenOffFen > 0) return 'written-off'
  return money.allowedFen === money.billedFen ? 'refunded' : 'paid'
}

/**
 * What a bill is after an event, and what goes into the books for it. The only place where money moves to or from bills.
 *
 * @throws ConflictError `bill-action` when the bill's phase does not allow it, `bill-amount` when there is not so much
 */
export function applyToBill(money: BillMoney, event: BillEvent): { money: BillMoney; postings: Posting[] } {
  const target = targetOf(money.bill, money.phase, event.action)
  const moved = effect(money, event)
  const phase = target === 'balance' ? phaseByBalance(moved.money) : target
  return { money: { ...moved.money, phase }, postings: moved.postings }
}

function effect(money: BillMoney, event: BillEvent): { money: BillMoney; postings: Posting[] } {
  const of = accountsOf(money)
  switch (event.action) {
    case 'issue':
      return issued(money, event)
    case 'pay':
      return paid(money, event.amountFen, event.from)
    case 'fall-due':
      return { money: { ...money, stage: 'overdue' }, postings: [] }
    case 'collect':
      return { money: { ...money, stage: 'collection' }, postings: [] }
    case 'dispute':
    case 'reject':
      return { money, postings: [] }
    case 'grant': {
      within(money, 'grant', event.amountFen, money.billedFen - money.allowedFen - money.writtenOffFen)
      return allowed(money, event.amountFen)
    }
    case 'refund':
      return refunded(money, event)
    case 'write-off': {
      const owed = owedFen(money)
      within(money, 'write-off', 1, owed)
      return {
        money: { ...money, writtenOffFen: money.writtenOffFen + owed },
        postings: transfer(owed, of.receivable, of.writeOffs),
      }
    }
    case 'withdraw':
      return withdrawn(money)
  }
}

const accountsOf = ({ bill, creditOf }: BillMoney) => ({
  receivable: { account: 'receivable', subject: bill } as const,
  revenue: { account: 'revenue', subject: bill } as const,
  allowances: { account: 'allowances', subject: bill } as const,
  writeOffs: { account: 'write-offs', subject: bill } as const,
  credit: { account: 'driver-credit', subject: creditOf } as const,
})

/** Books the price, lets earlier decisions hold, and takes what the driver has already paid. */
function issued(money: BillMoney, event: Extract<BillEvent, { action: 'issue' }>) {
  const { amountFen, waivedFen = 0, forgiven = false } = event
  const of = accountsOf(money)
  const allowedFen = Math.min(waivedFen, amountFen)
  const paidFen = Math.min(amountFen - allowedFen, money.creditFen)
  const writtenOffFen = forgiven ? amountFen - allowedFen - paidFen : 0
  return {
    money: {
      ...money,
      billedFen: amountFen,
      allowedFen,
      paidFen,
      writtenOffFen,
      creditFen: money.creditFen - paidFen,
    },
    postings: [
      ...transfer(amountFen, of.revenue, of.receivable),
      ...transfer(allowedFen, of.receivable, of.allowances),
      ...transfer(paidFen, of.receivable, of.credit),
      ...transfer(writtenOffFen, of.receivable, of.writeOffs),
    ],
  }
}

/** Money goes to what is owed, then to what was written off, and the rest stays the driver's. */
function paid(money: BillMoney, amountFen: number, from: { account: Account; subject: string }) {
  within(money, 'pay', amountFen, Number.MAX_SAFE_INTEGER)
  const of = accountsOf(money)
  const settledFen = Math.min(amountFen, owedFen(money))
  const recoveredFen = Math.min(amountFen - settledFen, money.writtenOffFen)
  const creditFen = amountFen - settledFen - recoveredFen
  return {
    money: {
      ...money,
      paidFen: money.paidFen + settledFen + recoveredFen,
      writtenOffFen: money.writtenOffFen - recoveredFen,
      creditFen: money.creditFen + creditFen,
    },
    postings: [
      ...transfer(settledFen, of.receivable, from),
      ...transfer(recoveredFen, of.writeOffs, from),
      ...transfer(creditFen, of.credit, from),
    ],
  }
}

/** Takes off what is owed first; what had been paid of it becomes credit. */
function allowed(money: BillMoney, amountFen: number) {
  const of = accountsOf(money)
  const backFen = Math.max(0, amountFen - owedFen(money))
  return {
    money: {
      ...money,
      allowedFen: money.allowedFen + amountFen,
      paidFen: money.paidFen - backFen,
      creditFen: money.creditFen + backFen,
    },
    postings: [...transfer(amountFen, of.receivable, of.allowances), ...transfer(backFen, of.credit, of.receivable)],
  }
}

/** Gives credit back; beyond it, money that had been paid, which is then no longer asked for. */
function refunded(money: BillMoney, event: Extract<BillEvent, { action: 'refund' }>) {
  within(money, 'refund', event.amountFen, money.creditFen + money.paidFen)
  const of = accountsOf(money)
  const fromPaidFen = Math.max(0, event.amountFen - money.creditFen)
  return {
    money: {
      ...money,
      allowedFen: money.allowedFen + fromPaidFen,
      paidFen: money.paidFen - fromPaidFen,
      creditFen: money.creditFen - (event.amountFen - fromPaidFen),
    },
    postings: [
      ...transfer(fromPaidFen, of.receivable, of.allowances),
      ...transfer(fromPaidFen, of.credit, of.receivable),
      ...transfer(event.amountFen, { account: 'refunds-payable', subject: event.refund }, of.credit),
    ],
  }
}

/** Takes back everything that the bill booked. What was paid stays the driver's. */
function withdrawn(money: BillMoney) {
  const of = accountsOf(money)
  const { billedFen, paidFen, allowedFen, writtenOffFen } = money
  return {
    money: {
      ...money,
      billedFen: 0,
      paidFen: 0,
      allowedFen: 0,
      writtenOffFen: 0,
      creditFen: money.creditFen + paidFen,
    },
    postings: [
      ...transfer(billedFen, of.receivable, of.revenue),
      ...transfer(allowedFen, of.allowances, of.receivable),
      ...transfer(writtenOffFen, of.writeOffs, of.receivable),
      ...transfer(paidFen, of.credit, of.receivable),
    ],
  }
}

function within({ bill }: BillMoney, action: BillAction, amountFen: number, mostFen: number): void {
  if (Number.isSafeInteger(amountFen) && amountFen > 0 && amountFen <= mostFen) return
  if (mostFen === 0) {
    const message = `has nothing to ${action}`
    throw new ConflictError('bill-amount', `bill ${bill} ${message}`, [{ field: 'amountFen', message }])
  }
  const message = `${amountFen} must be from 1 to ${mostFen} to ${action}`
  throw new ConflictError('bill-amount', `amountFen of bill ${bill} ${message}`, [{ field: 'amountFen', message }])
}
