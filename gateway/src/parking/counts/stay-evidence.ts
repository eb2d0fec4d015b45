import type { Evidence } from './belief.ts'

/** What the stays of a lot say of the vehicles in it at one instant. */
export interface StaysInside {
  /** When each stay without an exit began; expired ones included. */
  enteredMs: readonly number[]
  /** The same of vehicles whose plate was not read: no exit ends such a stay. */
  unreadMs: readonly number[]
  nowMs: number
  /** Share of the stays that begin then and last longer. */
  survival(enteredMs: number, ageMs: number): number
  /** Share of exits that end no stay: not seen, or not by the right plate. 0 to below 1 */
  unmatchedExits: number
  /** Share of entries that no gate sees. 0 to below 1 */
  missedEntries: number
  /** Whether it is the one look of the day at the quiet hour. */
  night: boolean
}

/** Stays are not drawn alike (guests come together, permits stay for weeks): so much wider than by chance alone. */
const spreadOfChance = 1.5
/** Within a day much the same stays are looked at again and again: wider, so that together they say no more than once. */
const spreadOfRepeats = 1.5
/** Chance that the stays of a lot mislead altogether. */
const doubt = 0.01

/**
 * The vehicles that the stays show inside. A stay that has no exit after a time t is either still there, of which the
 * chance is S(t), or has left and its exit was lost, of which it is (1 − S(t)) · u; so it is still there with
 *
 *     p = S / (S + (1 − S) · u)
 *
 * which falls with its age and never quite to 0: an old stay does not prove a departure, but counts for less and less.
 * Vehicles whose entry was not seen have no stay: Σp is divided by the share of entries seen.
 */
export function stayEvidence(stays: StaysInside): Evidence {
  const { enteredMs, unreadMs, nowMs, survival, unmatchedExits, missedEntries, night } = stays
  let inside = 0
  let variance = 0
  const look = (entered: number, lostExits: number) => {
    const stay = survival(entered, nowMs - entered)
    const p = stay / (stay + (1 - stay) * lostExits)
    inside += p
    variance += p * (1 - p)
  }
  for (const entered of enteredMs) look(entered, unmatchedExits)
  for (const entered of unreadMs) look(entered, 1)
  const unseen = missedEntries / (1 - missedEntries)
  // A quarter: whole vehicles, and those that pass while one looks.
  const sd = Math.sqrt(0.25 + spreadOfChance ** 2 * variance + inside * unseen)
  return { mean: inside * (1 + unseen), sd: night ? sd : spreadOfRepeats * sd, doubt }
}
