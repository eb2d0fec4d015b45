import type { JunctionTable } from '@clearway/contracts'
import { approachOf, compareClaims, compareImportance, inConflict } from '@clearway/routing'
import { isActive, type Lease, type PriorityAsk, type RequestWindow } from './lease.ts'

/** Leases of other missions at the junction whose green cannot be shown together with the one asked for. */
export function rivalsOf<L extends Lease>(leases: Iterable<L>, ask: PriorityAsk, table: JunctionTable): L[] {
  const group = approachOf(table, ask.approach).group
  return [...leases].filter(
    (other) =>
      other.renewing &&
      other.state !== 'passed' &&
      other.ask.junction === ask.junction &&
      other.ask.dispatch !== ask.dispatch &&
      inConflict(table, group, approachOf(table, other.ask.approach).group),
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
