import { type JunctionTable, movementsConflict } from '@clearway/contracts'
import { compareClaims, compareImportance } from '@clearway/routing'
import { isActive, type Lease, type PriorityAsk, type RequestWindow } from './lease.ts'

/** Leases of other missions at the junction whose vehicles cannot go at the same time as the one asked for. */
export function rivalsOf<L extends Lease>(leases: Iterable<L>, ask: PriorityAsk, table: JunctionTable): L[] {
  return [...leases].filter(
    (other) =>
      other.renewing &&
      other.state !== 'passed' &&
      other.ask.junction === ask.junction &&
      other.ask.dispatch !== ask.dispatch &&
      movementsConflict(table, ask, other.ask),
  )
}

const claimOf = ({ importance, dispatch }: PriorityAsk, { earliestMs }: RequestWindow) => ({
  importance,
  earliestMs,
  id: dispatch,
})

/**
 * Whether a lease makes way for a request. One at work does so only for a strictly higher importance, and never within
 * its vehicle's stopping distance; one that still waits, for whatever comes first by importance, earliest arrival, id.
 */
export function givesWay(holder: Lease, ask: PriorityAsk, window: RequestWindow): boolean {
  if (isActive(holder.state)) {
    return !holder.window.committed && compareImportance(ask.importance, holder.ask.importance) < 0
  }
  return compareClaims(claimOf(ask, window), claimOf(holder.ask, holder.window)) < 0
}
