import { type Graph, INFINITE } from '../hierarchy/graph.ts'
import type { MovementGraph } from './movement-graph.ts'

/** What turning costs at least, in two parts: a movement from `a` into `b` costs `outMs[a] + intoMs[b]` or more. */
export interface TurnBounds {
  /** At the head of each arc; `INFINITE` where nothing leads out of it. */
  outMs: Int32Array
  /** At the tail of each arc. */
  intoMs: Int32Array
}

/**
 * Lower bounds that count turns keep a search narrow. Where a road ends across another one they miss nothing: whoever
 * comes out of it turns, and whoever goes into it does. Where roads cross they see none, since one may go straight on.
 */
export function turnBounds({ arcCount }: Graph, movements: MovementGraph, turnMs: Int32Array): TurnBounds {
  const { first, to, arcOf } = movements
  const outMs = new Int32Array(arcCount).fill(INFINITE)
  const intoMs = new Int32Array(arcCount).fill(INFINITE)
  for (let arc = 0; arc < arcCount; arc++) {
    for (let m = first[arc]!; m < first[arc + 1]!; m++) outMs[arc] = Math.min(outMs[arc]!, turnMs[m]!)
  }
  for (let arc = 0; arc < arcCount; arc++) {
    for (let m = first[arc]!; m < first[arc + 1]!; m++) {
      if (turnMs[m]! >= INFINITE) continue
      const into = arcOf[to[m]!]!
      intoMs[into] = Math.min(intoMs[into]!, turnMs[m]! - outMs[arc]!)
    }
  }
  // Where a way can only start, nobody turns.
  for (let arc = 0; arc < arcCount; arc++) if (intoMs[arc] === INFINITE) intoMs[arc] = 0
  return { outMs, intoMs }
}

/**
 * What a lower bound counts for each arc: driving it and what must go before and follow, `INFINITE` where one of them is.
 *
 * @param waitMs at the head of each arc; nothing where not given
 */
export function boundWeights(
  arcMs: Int32Array,
  { outMs, intoMs }: TurnBounds,
  waitMs?: Int32Array,
  into: Int32Array = new Int32Array(arcMs.length),
): Int32Array {
  for (let arc = 0; arc < into.length; arc++) {
    const wait = waitMs ? waitMs[arc]! : 0
    into[arc] = Math.min(INFINITE, arcMs[arc]! + intoMs[arc]! + outMs[arc]! + wait)
  }
  return into
}
