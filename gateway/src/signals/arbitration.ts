import { type JunctionTable, movementsConflict } from '@clearway/contracts'
import { compareClaims, compareImportance } from '@clearway/routing'
import { isActive, type Lease, type PriorityAsk, type RequestWindow } from './lease.ts'

/** A claim that has not been heard again for so long is given up; missions repeat theirs every second. */
const claimedWithinMs = 2_500

/**
 * Whether two missions want the same of a junction and cannot both have it. Buses are no rivals of emergency vehicles:
 * their priority ends by itself where a pre-emption begins, and goes on after it.
 */
export const areRivals = (table: JunctionTable, a: PriorityAsk, b: PriorityAsk): boolean =>
  a.junction === b.junction &&
  a.dispatch !== b.dispatch &&
  (a.role === 'bus') === (b.role === 'bus') &&
  movementsConflict(table, a, b)

/** Leases of other missions at the junction whose vehicles cannot go at the same time as the one asked for. */
export const rivalsOf = <L extends Lease>(leases: Iterable<L>, ask: PriorityAsk, table: JunctionTable): L[] =>
  [...leases].filter((other) => other.renewing && other.state !== 'passed' && areRivals(table, ask, other.ask))

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

interface Waiting {
  ask: PriorityAsk
  window: RequestWindow
  holder: Lease
  askedMs: number
}

/**
 * Missions that wait for a lease of another. One that comes later may go along with that other only when it is gone by
 * the time the other is: else a junction that is never free would let the waiting one wait for ever.
 */
export class WaitingClaims {
  readonly #waiting = new Map<string, Waiting>()

  wait(ask: PriorityAsk, window: RequestWindow, holder: Lease, nowMs: number): void {
    this.#waiting.set(keyOf(ask), { ask, window, holder, askedMs: nowMs })
  }

  served(ask: PriorityAsk): void {
    this.#waiting.delete(keyOf(ask))
  }

  /** @returns the lease that a claim ahead of this one waits for, where this one would prolong the wait */
  ahead(ask: PriorityAsk, window: RequestWindow, table: JunctionTable, nowMs: number): Lease | undefined {
    for (const [key, waiting] of this.#waiting) {
      if (!waiting.holder.renewing || nowMs - waiting.askedMs > claimedWithinMs) this.#waiting.delete(key)
      else if (!areRivals(table, ask, waiting.ask)) continue
      else if (compareClaims(claimOf(waiting.ask, waiting.window), claimOf(ask, window)) > 0) continue
      else if (window.latestMs > waiting.holder.window.latestMs) return waiting.holder
    }
    return undefined
  }
}

const keyOf = ({ dispatch, junction }: PriorityAsk): string => `${dispatch}/${junction}`
