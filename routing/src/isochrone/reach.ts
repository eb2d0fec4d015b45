import FlatQueue from 'flatqueue'
import type { RoadNetwork } from '../network/road-network.ts'
import type { ArcPoint } from '../network/snap.ts'
import { CLOSED_MS, partialDrivenMs, type TravelCost } from '../search/travel-cost.ts'

/** A part of an arc that is driven in time, evenly from `fromM` at `startMs` to `toM` at `endMs`. */
export interface ReachedPart {
  arc: number
  /** Metres from the arc's tail. */
  fromM: number
  toM: number
  /** Milliseconds after the start. */
  startMs: number
  endMs: number
}

/**
 * Everything that can be driven to within a time, exactly: Dijkstra over movements, forbidden turns, turn costs and
 * expected waits among them. At the rim an arc is driven in part.
 *
 * @param closed Infinity where the vehicle may not drive
 */
export function reach(
  network: RoadNetwork,
  cost: TravelCost,
  starts: readonly ArcPoint[],
  withinMs: number,
  closed?: Float64Array,
): ReachedPart[] {
  const { first, to, arcOf, vertexCount } = cost.graph
  const isOpen = (arc: number) => cost.arcMs[arc]! < CLOSED_MS && closed?.[arc] !== Number.POSITIVE_INFINITY
  const headMs = new Int32Array(vertexCount).fill(CLOSED_MS)
  const tailMs = new Int32Array(network.arcCount).fill(CLOSED_MS)
  const queue = new FlatQueue<number>()
  const arrive = (vertex: number, ms: number) => {
    if (ms >= headMs[vertex]! || ms > withinMs) return
    headMs[vertex] = ms
    queue.push(vertex, ms)
  }
  const parts: ReachedPart[] = []
  for (const { arc, offsetM } of starts) {
    const restMs = partialDrivenMs(network, cost, arc, offsetM, network.lengthM[arc]!)
    parts.push(partOf(network, cost, arc, offsetM, 0, withinMs))
    arrive(arc, restMs)
  }
  while (queue.length > 0) {
    const ms = queue.peekValue()!
    const vertex = queue.pop()!
    if (ms > headMs[vertex]!) continue
    const leavingMs = ms + cost.waitMs[arcOf[vertex]!]!
    for (let m = first[vertex]!; m < first[vertex + 1]!; m++) {
      const next = arcOf[to[m]!]!
      if (cost.turnMs[m] === CLOSED_MS || !isOpen(next)) continue
      const entryMs = leavingMs + cost.turnMs[m]!
      if (entryMs > withinMs) continue
      tailMs[next] = Math.min(tailMs[next]!, entryMs)
      arrive(to[m]!, entryMs + cost.drivenMs[next]!)
    }
  }
  for (let arc = 0; arc < network.arcCount; arc++) {
    if (tailMs[arc]! < CLOSED_MS) parts.push(partOf(network, cost, arc, 0, tailMs[arc]!, withinMs))
  }
  return parts
}

/** From an offset of an arc at a time as far as the rest of the time leads. */
function partOf(
  network: RoadNetwork,
  cost: TravelCost,
  arc: number,
  fromM: number,
  startMs: number,
  withinMs: number,
): ReachedPart {
  const lengthM = network.lengthM[arc]!
  const wholeMs = partialDrivenMs(network, cost, arc, fromM, lengthM)
  if (startMs + wholeMs <= withinMs) return { arc, fromM, toM: lengthM, startMs, endMs: startMs + wholeMs }
  const toM = Math.min(lengthM, fromM + (lengthM * (withinMs - startMs)) / cost.drivenMs[arc]!)
  return { arc, fromM, toM, startMs, endMs: withinMs }
}
