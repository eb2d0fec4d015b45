import { type Inside, normalisePlate, type Sight } from '@clearway/gateway'
import type { GateSight, LotReads } from './lot-reads.ts'
import type { Matcher } from './matchers.ts'

const dayMs = 86_400_000
/** As the gateway has it: reads of one plate in one direction within this span are one passage. */
const sameMs = 10_000
/** The stay limit of a lot by default: what is open for longer is not looked for any more. */
const stayLimitMs = 7 * dayMs

/** What became of the scored exits. */
export interface Score {
  /** Exits whose entry was read: the denominator of all shares. */
  exits: number
  /** Assigned to their own stay, exactly or as a proposal. */
  correct: number
  /** Assigned to the stay of another vehicle, exits without an entry and second reads included. */
  wrong: number
  /** Of the wrong ones, those by equal plates: nobody would have looked. */
  wrongExact: number
  /** Not assigned. */
  review: number
  /** Assigned by equal plates. */
  exact: number
  /** Assigned as a proposal. */
  proposed: number
  /** Exits whose entry nobody saw, and second reads of exits: there is nothing to assign them to. */
  others: number
  /** Of these, assigned to somebody. */
  othersAssigned: number
  /** Stays that were open at the exits, added up. */
  openSum: number
}

export const noScore = (): Score => ({
  exits: 0,
  correct: 0,
  wrong: 0,
  wrongExact: 0,
  review: 0,
  exact: 0,
  proposed: 0,
  others: 0,
  othersAssigned: 0,
  openSum: 0,
})

type Open = Inside & { visit: number }

/**
 * Runs one lot's reads through a matcher. What it assigns by equal plates stands, right or wrong; whatever else leaves is
 * looked up by a person, who finds the right stay, and the matcher learns from that only after it was scored.
 */
export function score({ sights, plates, scoredFromMs }: LotReads, matcher: Matcher, into: Score): void {
  let open: Open[] = []
  let left: Open[] = []
  for (const sight of sights) {
    const seen: Sight = { ...sight, colour: sight.plateColour, plate: normalisePlate(sight.plate) }
    const recent = (one: Open) => sight.atMs - one.entry.atMs <= sameMs
    if (sight.direction === 'in') {
      if (!open.some((one) => recent(one) && one.entry.plate === seen.plate)) {
        open.push({ stay: `${sight.visit}${sight.again ? ' again' : ''}`, entry: seen, visit: sight.visit })
      }
      continue
    }
    left = left.filter(recent)
    if (left.some((one) => one.entry.plate === seen.plate)) continue
    open = open.filter(({ entry }) => sight.atMs - entry.atMs <= stayLimitMs)
    const verdict = matcher.decide(seen, open, left)
    const own = open.find(({ visit }) => visit === sight.visit)
    if (sight.atMs >= scoredFromMs)
      count(into, verdict.stay === undefined ? undefined : verdict, sight, own, [open, left])
    const assigned = verdict.outcome === 'exact' ? open.find(({ stay }) => stay === verdict.stay) : own
    if (assigned) {
      open = open.filter((one) => one !== assigned && (verdict.outcome === 'exact' || one.visit !== sight.visit))
      const truth = verdict.outcome === 'exact' ? seen.plate : (plates[sight.visit] as string)
      matcher.confirm(truth, [assigned.entry, seen])
      matcher.close(sight.atMs - assigned.entry.atMs)
    }
    left.push({ stay: `${sight.visit} left`, entry: seen, visit: sight.visit })
  }
}

function count(
  into: Score,
  verdict: { outcome: string; stay?: string; again?: boolean } | undefined,
  sight: GateSight,
  own: Open | undefined,
  [open, left]: readonly [readonly Open[], readonly Open[]],
): void {
  const assigned = verdict && !verdict.again ? open.find(({ stay }) => stay === verdict.stay)?.visit : undefined
  const saidAgain = verdict?.again ? left.find(({ stay }) => stay === verdict.stay)?.visit : undefined
  if (!own || sight.again) {
    into.others++
    if (assigned !== undefined && assigned !== sight.visit) {
      into.othersAssigned++
      into.wrong++
    }
    return
  }
  into.exits++
  into.openSum += open.length
  if (assigned === undefined && saidAgain === undefined) into.review++
  else if (assigned === sight.visit) {
    into.correct++
    if (verdict?.outcome === 'exact') into.exact++
    else into.proposed++
  } else {
    into.wrong++
    if (verdict?.outcome === 'exact') into.wrongExact++
  }
}
