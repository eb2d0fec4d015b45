import type { RoadNetwork } from '../network/road-network.ts'

/** Each arc of a route already found costs so much more in the next search. */
const PENALTY = 1.25
/** An alternative may cost at most so much more than the best route, */
const COSTLIEST = 1.25
/** and share at most so much of its length with any route already accepted. */
const LARGEST_OVERLAP = 0.8
/** Searches per alternative wanted. */
const TRIES = 3

export interface Candidate {
  arcs: Int32Array
  costMs: number
}

/**
 * The best route and up to `wanted` others by the penalty method: search again with the roads of what was found made
 * dearer, in both directions. Lower bounds of the search stay valid, because costs only rise.
 *
 * @param search the cheapest route when driving each arc costs `factor` times as much, at its true cost
 * @param closed factor to start from: Infinity where the vehicle may not drive
 */
export function withAlternatives<C extends Candidate>(
  network: RoadNetwork,
  wanted: number,
  search: (factor?: Float64Array) => C | undefined,
  closed?: Float64Array,
): C[] {
  const best = search(closed)
  if (!best || wanted === 0) return best ? [best] : []
  const accepted = [best]
  const factor = closed?.slice() ?? new Float64Array(network.arcCount).fill(1)
  let latest = best
  for (let tries = 0; accepted.length <= wanted && tries < wanted * TRIES; tries++) {
    for (const arc of latest.arcs) {
      factor[arc]! *= PENALTY
      const reverse = network.reverse[arc]!
      if (reverse >= 0) factor[reverse]! *= PENALTY
    }
    const found = search(factor)
    if (!found) break
    latest = found
    const isCheap = found.costMs <= best.costMs * COSTLIEST
    if (isCheap && accepted.every((other) => overlap(network, found.arcs, other.arcs) <= LARGEST_OVERLAP)) {
      accepted.push(found)
    }
  }
  return [best, ...accepted.slice(1).sort((a, b) => a.costMs - b.costMs)]
}

/** Share of the length of `arcs` that `other` drives too. */
function overlap(network: RoadNetwork, arcs: Int32Array, other: Int32Array): number {
  const known = new Set(other)
  let lengthM = 0
  let sharedM = 0
  for (const arc of arcs) {
    lengthM += network.lengthM[arc]!
    if (known.has(arc)) sharedM += network.lengthM[arc]!
  }
  return sharedM / lengthM
}
