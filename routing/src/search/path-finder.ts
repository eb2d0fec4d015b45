import type { ArcEnd, ArcPath, SearchOptions } from './arc-search.ts'
import type { TravelCost } from './travel-cost.ts'

/** What one profile pays in one epoch, and whatever a finder keeps to search under it. */
export interface Weights {
  cost: TravelCost
}

/**
 * Finds cheapest paths of arcs. Two finders stand behind it: the hierarchy of a network (`hierarchy-finder.ts`), and
 * ngraph.path (`ngraph-finder.ts`), the reference and the fallback for small maps.
 */
export interface PathFinder<W extends Weights = Weights> {
  /** Prepares searches under a cost, at once. */
  weigh(cost: TravelCost): W
  /** The same for a cost that follows another one; may take its time, searches go on under `before` meanwhile. */
  reweigh(cost: TravelCost, before: W): Promise<W>
  /** These are not used any more. */
  release(weights: W): void
  /** Fixes where the next searches end; a later call ends this one's use. */
  toward(goals: readonly ArcEnd[], weights: W): GoalSearch
  close(): Promise<void>
}

export interface GoalSearch {
  /** No path from the nearest of these starts costs less; `CLOSED_MS` when there is none. */
  boundMs(starts: readonly ArcEnd[]): number
  /** Undefined when there is no path. Only the hierarchy keeps `timed`; the reference takes expected waits. */
  from(starts: readonly ArcEnd[], options?: SearchOptions): ArcPath | undefined
}
