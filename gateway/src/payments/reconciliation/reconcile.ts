import type { SettlementLine } from '../payment-provider.ts'
import type { Movement } from './movements.ts'

/**
 * How a movement of money stands: both have it alike; the provider has it and we do not; we have it and the provider does
 * not; both have it with different amounts.
 */
export type Verdict = 'matched' | 'missing-here' | 'missing-there' | 'amount-differs'

/** One movement as both sides see it. */
export interface ComparedLine {
  verdict: Verdict
  kind: 'payment' | 'refund'
  orderId: string
  /** Of refunds only. */
  refundId?: string
  transactionId: string
  /** Null: we do not have it. */
  oursFen: number | null
  /** Null: the provider does not have it. */
  theirsFen: number | null
  /** What the provider keeps; negative when it gives it back. */
  feeFen: number
  /** The provider's time where it has the movement. */
  atMs: number
}

export interface Comparison {
  lines: ComparedLine[]
  totals: Totals
}

/** Payments count up, refunds down. */
export interface Totals {
  counts: Record<Verdict, number>
  oursFen: number
  theirsFen: number
  feeFen: number
  /** What the provider pays out: theirs without its fees. */
  payoutFen: number
}

/** The window of a day, half-open, and what its neighbours know. */
export interface Day {
  startMs: number
  endMs: number
  /** Keys of movements that the bill of another day has had: providers and we may put midnight differently. */
  settledElsewhere: ReadonlySet<string>
}

/** A movement is the same on both sides when its kind and our id of it are. */
export const keyOf = ({ kind, orderId, refundId }: Pick<Movement, 'kind' | 'orderId' | 'refundId'>): string =>
  `${kind} ${refundId ?? orderId}`

/**
 * Compares our movements with the provider's bill of a day. Neither side is trusted: each line of both comes out once.
 *
 * @param ours of the day and of those beside it; what lies outside the day only serves to find partners
 * @param theirs the lines of the bill
 */
export function reconcile(ours: readonly Movement[], theirs: readonly SettlementLine[], day: Day): Comparison {
  const isOfDay = ({ atMs }: Movement) => atMs >= day.startMs && atMs < day.endMs
  const waiting = Map.groupBy(ours.toSorted(byTime), keyOf)
  const take = (line: SettlementLine, fits: (movement: Movement) => boolean): Movement | undefined => {
    const candidates = waiting.get(keyOf(line)) ?? []
    const index = candidates.findIndex(fits)
    return index < 0 ? undefined : candidates.splice(index, 1)[0]
  }
  // The same transaction first, for the whole bill: an order may be paid twice, and we may know either.
  const same = theirs.map((line) => take(line, ({ transactionId }) => transactionId === line.transactionId))
  const lines = theirs.map((line, index) =>
    compared(same[index] ?? take(line, isOfDay) ?? take(line, () => true), line),
  )
  for (const movement of [...waiting.values()].flat()) {
    if (isOfDay(movement) && !day.settledElsewhere.has(keyOf(movement))) lines.push(compared(movement, undefined))
  }
  lines.sort((a, b) => a.atMs - b.atMs || (keyOf(a) < keyOf(b) ? -1 : 1))
  return { lines, totals: totalsOf(lines) }
}

/** A full order, so that the result does not hang on how the movements were read. */
const byTime = (a: Movement, b: Movement): number =>
  a.atMs - b.atMs ||
  (a.transactionId < b.transactionId ? -1 : a.transactionId > b.transactionId ? 1 : 0) ||
  a.amountFen - b.amountFen

function compared(ours: Movement | undefined, theirs: SettlementLine | undefined): ComparedLine {
  const { kind, orderId, refundId, transactionId, atMs } = (theirs ?? ours) as Movement
  const oursFen = ours?.amountFen ?? null
  const theirsFen = theirs?.amountFen ?? null
  const verdict = !ours
    ? 'missing-here'
    : !theirs
      ? 'missing-there'
      : oursFen === theirsFen
        ? 'matched'
        : 'amount-differs'
  return {
    ...{ verdict, kind, orderId },
    ...(refundId === undefined ? {} : { refundId }),
    ...{ transactionId, oursFen, theirsFen, feeFen: theirs?.feeFen ?? 0, atMs },
  }
}

function totalsOf(lines: readonly ComparedLine[]): Totals {
  const counts = { matched: 0, 'missing-here': 0, 'missing-there': 0, 'amount-differs': 0 }
  let oursFen = 0
  let theirsFen = 0
  let feeFen = 0
  for (const line of lines) {
    const sign = line.kind === 'payment' ? 1 : -1
    counts[line.verdict]++
    oursFen += sign * (line.oursFen ?? 0)
    theirsFen += sign * (line.theirsFen ?? 0)
    feeFen += line.feeFen
  }
  return { counts, oursFen, theirsFen, feeFen, payoutFen: theirsFen - feeFen }
}

/** How many lines are not alike. */
export const differencesOf = ({ counts }: Totals): number =>
  counts['missing-here'] + counts['missing-there'] + counts['amount-differs']
