import type { JunctionTable, PriorityRole } from '@clearway/contracts'
import { compareClaims, compareImportance, type Hold, type PlannedGreen } from '@clearway/routing'
import { areRivals } from '../signals/arbitration.ts'
import { isActive, type Lease, type PriorityAsk } from '../signals/lease.ts'

/** Whose way is weighed. */
export interface Claimant {
  dispatch: string
  role: PriorityRole
  /** `class/level` */
  importance: string
}

/** What a mission under way will want of a junction ahead of it, by its newest plan. */
export interface JunctionClaim {
  ask: PriorityAsk
  /** Its request there, where one was made. */
  lease: Lease | undefined
  planned: PlannedGreen
}

/**
 * When a junction is kept for missions that go first there, by the rules that arbitration would follow: a strictly higher
 * class and level, unless this vehicle is within its stopping distance; among equals who has it already, else the earlier
 * arrival, else the id. A lower one never counts, so no way is ever changed because of it.
 *
 * @param mine what is asked about, from when it could be there, and the request that is live for it
 * @param giveBackMs from passing the stop line until the junction is given back
 */
export function holdsAgainst(
  claims: Iterable<JunctionClaim>,
  mine: { ask: PriorityAsk; earliestMs: number; lease: Lease | undefined },
  table: JunctionTable,
  giveBackMs: number,
): Hold[] {
  // Buses drive in the plan of the junction, whoever of them is adjusted for.
  if (mine.ask.role === 'bus') return []
  const holds: Hold[] = []
  for (const claim of claims) {
    const { ask, planned } = claim
    if (ask.junction !== mine.ask.junction || !areRivals(table, ask, mine.ask) || !goesFirst(claim, mine)) continue
    const throughMs = planned.arrivalMs + planned.expectedDelayS * 1000
    holds.push({ by: ask.dispatch, fromMs: planned.requestMs, untilMs: throughMs + giveBackMs })
  }
  return holds
}

function goesFirst(
  { ask, lease, planned }: JunctionClaim,
  mine: { ask: PriorityAsk; earliestMs: number; lease: Lease | undefined },
): boolean {
  const mineIsServed = mine.lease !== undefined && isActive(mine.lease.state)
  const order = compareImportance(ask.importance, mine.ask.importance)
  if (order !== 0) return order < 0 && !(mineIsServed && mine.lease?.window.committed)
  if (mineIsServed) return false
  if (lease !== undefined && isActive(lease.state)) return true
  const [other, own] = [
    { importance: ask.importance, earliestMs: planned.earliestMs, id: ask.dispatch },
    { importance: mine.ask.importance, earliestMs: mine.earliestMs, id: mine.ask.dispatch },
  ]
  return compareClaims(other, own) < 0
}
