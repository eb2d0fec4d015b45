import { type BillState, ConflictError } from '@clearway/contracts'

/**
 * Where a bill is. Finer than the `state` of the API:
 *
 * - `priced` waits for late events before it is issued; nothing is booked
 * - `issued` → `overdue` → `collection` is owed, by how long
 * - `disputed` is owed or paid, and somebody has to decide
 * - `paid` nothing is owed
 * - `refunded` all of it was waived or given back
 * - `written-off` what was owed is no longer asked for
 * - `withdrawn` its stay turned out otherwise; another revision may stand in its place
 */
export const billPhases = [
  'priced',
  'issued',
  'overdue',
  'collection',
  'disputed',
  'paid',
  'refunded',
  'written-off',
  'withdrawn',
] as const
export type BillPhase = (typeof billPhases)[number]

/** What can happen to a bill. */
export const billActions = [
  'issue',
  'pay',
  'fall-due',
  'collect',
  'dispute',
  'reject',
  'grant',
  'refund',
  'write-off',
  'withdraw',
] as const
export type BillAction = (typeof billActions)[number]

/** `balance`: what is still owed decides, see `phaseByBalance` of the bill's money. */
type Target = BillPhase | 'balance'

/** The whole life of a bill: an action that a phase does not list is refused. */
export const transitions: Readonly<Record<BillPhase, Readonly<Partial<Record<BillAction, Target>>>>> = {
  priced: { issue: 'balance', withdraw: 'withdrawn' },
  issued: {
    pay: 'balance',
    'fall-due': 'overdue',
    dispute: 'disputed',
    grant: 'balance',
    refund: 'balance',
    'write-off': 'written-off',
    withdraw: 'withdrawn',
  },
  overdue: {
    pay: 'balance',
    'fall-due': 'overdue',
    collect: 'collection',
    dispute: 'disputed',
    grant: 'balance',
    refund: 'balance',
    'write-off': 'written-off',
    withdraw: 'withdrawn',
  },
  collection: {
    pay: 'balance',
    dispute: 'disputed',
    grant: 'balance',
    refund: 'balance',
    'write-off': 'written-off',
    withdraw: 'withdrawn',
  },
  // Money is taken while a dispute goes on; only its decision ends it.
  disputed: {
    pay: 'disputed',
    reject: 'balance',
    grant: 'balance',
    refund: 'balance',
    'write-off': 'written-off',
    withdraw: 'withdrawn',
  },
  paid: { pay: 'paid', dispute: 'disputed', grant: 'balance', refund: 'balance', withdraw: 'withdrawn' },
  refunded: { pay: 'refunded', refund: 'refunded', withdraw: 'withdrawn' },
  'written-off': { pay: 'balance', refund: 'balance', withdraw: 'withdrawn' },
  withdrawn: { pay: 'withdrawn', refund: 'withdrawn' },
}

const words: Readonly<Record<BillAction, string>> = {
  issue: 'issued',
  pay: 'paid',
  'fall-due': 'reminded',
  collect: 'handed to collection',
  dispute: 'disputed',
  reject: 'confirmed against a dispute',
  grant: 'reduced',
  refund: 'refunded',
  'write-off': 'written off',
  withdraw: 'withdrawn',
}

/** @throws ConflictError `bill-action` naming the bill, the phase and what is possible in it */
export function targetOf(bill: string, phase: BillPhase, action: BillAction): Target {
  const target = transitions[phase][action]
  if (target !== undefined) return target
  const possible = Object.keys(transitions[phase]).map((each) => words[each as BillAction])
  const message = `is ${phase} and cannot be ${words[action]}; it can be ${possible.join(', ')}`
  throw new ConflictError('bill-action', `bill ${bill} ${message}`, [{ field: 'state', message }])
}

/** The phases as the states of the API. */
export const stateOf: Readonly<Record<BillPhase, BillState>> = {
  priced: 'issued',
  issued: 'issued',
  overdue: 'overdue',
  collection: 'overdue',
  disputed: 'disputed',
  paid: 'paid',
  refunded: 'refunded',
  'written-off': 'written-off',
  withdrawn: 'written-off',
}

export const phasesOf = (state: BillState): BillPhase[] => billPhases.filter((phase) => stateOf[phase] === state)
