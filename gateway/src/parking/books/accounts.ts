import { ClearwayError } from '@clearway/contracts'

/**
 * The accounts of the books. Debits are positive, credits negative; what a balance means when it is positive (+) or
 * negative (−):
 *
 * - `receivable` (+) what drivers still owe, by bill
 * - `revenue` (−) prices of the bills in force, by bill: what the lots earned
 * - `allowances` (+) what was waived or given back of them by decision, by bill
 * - `write-offs` (+) what will not come, by bill
 * - `driver-credit` (−) money of drivers that no bill claims: paid ahead or too much, by stay
 * - `refunds-payable` (−) promised back and not yet sent, by refund
 * - `suspense` (−) money of which it is not known what for, by notice
 * - `cash:<provider>` (+) what the provider holds for the city
 */
const fixedAccounts = [
  'receivable',
  'revenue',
  'allowances',
  'write-offs',
  'driver-credit',
  'refunds-payable',
  'suspense',
] as const

export type Account = (typeof fixedAccounts)[number] | `cash:${string}`

/** One line of an entry. */
export interface Posting {
  account: Account
  /** What the amount is about: the id of a bill, stay, refund, notice or order. */
  subject: string
  /** Integer fen, never 0; debits positive. */
  amountFen: number
}

/**
 * What becomes of `amountFen` when it goes from one account to another: two postings, none for an amount of 0.
 *
 * @param from is credited
 * @param to is debited
 */
export const transfer = (
  amountFen: number,
  from: Omit<Posting, 'amountFen'>,
  to: Omit<Posting, 'amountFen'>,
): Posting[] =>
  amountFen === 0
    ? []
    : [
        { ...to, amountFen },
        { ...from, amountFen: -amountFen },
      ]

/**
 * The same with one line for each account and subject; what cancels out is left away.
 *
 * @throws ClearwayError `books-unbalanced`, our bug, when the lines do not add up to 0 or an amount is no integer
 */
export function balanced(postings: readonly Posting[]): Posting[] {
  const sums = new Map<string, Posting>()
  let total = 0
  for (const posting of postings) {
    const key = `${posting.account}\n${posting.subject}`
    const sum = sums.get(key) ?? { ...posting, amountFen: 0 }
    sum.amountFen += posting.amountFen
    total += posting.amountFen
    sums.set(key, sum)
  }
  if (total !== 0 || postings.some(({ amountFen }) => !Number.isSafeInteger(amountFen))) {
    throw new ClearwayError('bug', 'books-unbalanced', `an entry adds up to ${total} fen: ${JSON.stringify(postings)}`)
  }
  return [...sums.values()].filter(({ amountFen }) => amountFen !== 0)
}
