import { pairDoubt } from './pair-doubt.ts'
import type { PairingVerdict } from './pairing-verdicts.ts'
import type { Looks } from './sightings.ts'

/** One vehicle seen at a gate of a lot. */
export interface Passage {
  direction: 'in' | 'out'
  /** Device time. */
  atMs: number
  /** The stay that holds this passage. */
  stay?: string
  /** What a camera saw; absent in history. */
  seen?: Looks
}

/** What the passages of one plate in one lot say about one of its visits. */
export interface Pairing {
  entry: Passage | null
  exit: Passage | null
  state: 'open' | 'closed' | 'review'
  reason: string | null
}

/** What a person has said of an entry and an exit, if anything. */
export type VerdictOf = (enteredMs: number, leftMs: number) => PairingVerdict | undefined

/** Reads of one plate in one direction within this span are one passage: a camera reads a slow car twice. */
const duplicateMs = 10_000
/** A vehicle that leaves within this span by the gate by which it came has turned back in it. */
const turningMs = 60_000

/** Reason of a stay that was none: the vehicle reversed at the gate. It costs nothing and is no arrival. */
export const turnedBack = 'turned back at the gate'
/** Reason of the three stays that two vehicles with one plate make of their passages. */
export const twoInside = 'two vehicles with this plate were inside at once: one of them is cloned or misread'

/**
 * Turns the passages of one plate in one lot into visits, by device time: an entry and the exit right after it are one
 * stay. What has no counterpart, or is in doubt, goes to review and is never billed; what a person has decided stands.
 * The result does not depend on the order in which the passages became known.
 *
 * @param passages in any order
 * @param stayLimitMs a longer stay is more likely a lost exit and a lost entry than a stay
 */
export function pairPassages(
  passages: readonly Passage[],
  stayLimitMs: number,
  verdictOf: VerdictOf = () => undefined,
): Pairing[] {
  const pairings: Pairing[] = []
  let inside: Passage | null = null
  for (const passage of inOrder(passages)) {
    if (passage.direction === 'in') {
      if (inside) pairings.push(missingExit(inside))
      inside = passage
    } else if (inside) {
      const verdict = verdictOf(inside.atMs, passage.atMs)
      if (verdict === 'apart') pairings.push(missingExit(inside), missingEntry(passage))
      else pairings.push(paired(inside, passage, verdict === 'together', stayLimitMs))
      inside = null
    } else {
      pairings.push(missingEntry(passage))
    }
  }
  if (inside) pairings.push({ entry: inside, exit: null, state: 'open', reason: null })
  return doubtTwins(pairings, stayLimitMs, verdictOf)
}

const missingExit = (entry: Passage): Pairing => ({
  entry,
  exit: null,
  state: 'review',
  reason: 'entered again without an exit',
})

const missingEntry = (exit: Passage): Pairing => ({
  entry: null,
  exit,
  state: 'review',
  reason: 'exit without an entry',
})

function paired(entry: Passage, exit: Passage, confirmed: boolean, stayLimitMs: number): Pairing {
  const dwellMs = exit.atMs - entry.atMs
  if (confirmed) return { entry, exit, state: 'closed', reason: null }
  if (dwellMs <= turningMs && entry.seen && entry.seen.gate === exit.seen?.gate) {
    return { entry, exit, state: 'closed', reason: turnedBack }
  }
  const long = dwellMs > stayLimitMs ? 'longer than the stay limit of the lot' : null
  const reason = long ?? (entry.seen && exit.seen ? pairDoubt(entry.seen, exit.seen, dwellMs) : null)
  return { entry, exit, state: reason === null ? 'closed' : 'review', reason }
}

/**
 * In, in, out, out: two vehicles with one plate were inside together, and which entry belongs to which exit is not known.
 * A camera that missed one exit and then one entry looks the same, so all of them go to review.
 */
function doubtTwins(pairings: Pairing[], stayLimitMs: number, verdictOf: VerdictOf): Pairing[] {
  for (const [i, middle] of pairings.entries()) {
    const [before, after] = [pairings[i - 1], pairings[i + 1]]
    const { entry, exit } = middle
    if (!entry || !exit || middle.state !== 'closed' || verdictOf(entry.atMs, exit.atMs) === 'together') continue
    if (!before?.entry || before.exit || after?.entry || !after?.exit) continue
    if (after.exit.atMs - before.entry.atMs > stayLimitMs) continue
    pairings[i - 1] = { ...before, reason: twoInside }
    pairings[i] = { ...middle, state: 'review', reason: twoInside }
    pairings[i + 1] = { ...after, reason: twoInside }
  }
  return pairings
}

/** By time and without duplicates; of passages at one instant the one that fits the vehicle's place comes first. */
function inOrder(passages: readonly Passage[]): Passage[] {
  const sorted = passages.toSorted((a, b) => a.atMs - b.atMs)
  const kept: Passage[] = []
  for (let i = 0; i < sorted.length; i++) {
    const last = kept.at(-1)
    const fitting = last?.direction === 'in' ? 'out' : 'in'
    const passage = sorted[i] as Passage
    for (let j = i; sorted[j]?.atMs === passage.atMs; j++) {
      if (sorted[j]?.direction !== fitting) continue
      sorted.splice(i, 0, ...sorted.splice(j, 1))
      break
    }
    const next = sorted[i] as Passage
    if (last && last.direction === next.direction && next.atMs - last.atMs <= duplicateMs) {
      // A stored passage stays the one that stands for both.
      if (next.stay !== undefined && last.stay === undefined) kept[kept.length - 1] = next
      continue
    }
    kept.push(next)
  }
  return kept
}
