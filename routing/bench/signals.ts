import { seededRandom } from '@clearway/contracts'
import type { FileRoads } from '../eval/evaluation-case.ts'
import { type Graph, INFINITE } from '../src/hierarchy/graph.ts'
import type { MovementGraph } from '../src/search/movement-graph.ts'
import type { ApproachPlan } from '../src/search/signal-plan.ts'

/** Of all nodes so many have signals: 17,500 of New York's. */
const SIGNAL_SHARE = 17_500 / 264_346
/** As the route engine counts turns where more than two roads meet. @see routing/src/search/travel-cost.ts */
const TURN_MS_PER_RADIAN = 2000
const BEND_RADIANS = (20 * Math.PI) / 180
const FORBIDDEN_SHARE = 0.01

type Places = Pick<FileRoads, 'x' | 'y'>

export interface SyntheticStreet {
  signalCount: number
  /** At the head of each arc. */
  planOf(arc: number): ApproachPlan | undefined
  /** Expected wait at the head of each arc: red² / (2 · cycle). */
  waitMs: Int32Array
  /** Of each movement: by its angle; one in a hundred forbidden, U-turns too unless nothing else is left. */
  turnMs: Int32Array
}

/** Seeded fixed plans at random nodes: 60 to 120 s long, each approach green for a third to a half. */
export function syntheticStreet(
  graph: Graph,
  places: Places,
  movements: MovementGraph,
  bans: Int32Array,
): SyntheticStreet {
  const random = seededRandom(21)
  const signalCount = Math.round(graph.nodeCount * SIGNAL_SHARE)
  const cycles = new Map<number, { cycleMs: number; startMs: number }>()
  while (cycles.size < signalCount) {
    const cycleMs = 60_000 + 1000 * random.integer(61)
    cycles.set(random.integer(graph.nodeCount), { cycleMs, startMs: random.integer(cycleMs) })
  }
  const plans = Array.from(graph.head, (node): ApproachPlan | undefined => {
    const cycle = cycles.get(node)
    if (!cycle) return undefined
    const greenMs = Math.round(cycle.cycleMs * (1 / 3 + random.next() / 6))
    const fromMs = random.integer(cycle.cycleMs)
    return { ...cycle, greens: [{ fromMs, toMs: fromMs + greenMs }] }
  })
  const waitMs = Int32Array.from(plans, (plan) => {
    if (!plan) return 0
    const { fromMs, toMs } = plan.greens[0]!
    return Math.round((plan.cycleMs - (toMs - fromMs)) ** 2 / (2 * plan.cycleMs))
  })
  const turnMs = Int32Array.from({ length: movements.movementCount }, (_, m) => {
    const isForbidden = random.next() < FORBIDDEN_SHARE || bans[m]! >= INFINITE
    return isForbidden ? INFINITE : turnCostMs(graph, places, movements.from[m]!, movements.to[m]!)
  })
  return { signalCount, planOf: (arc) => plans[arc], waitMs, turnMs }
}

function turnCostMs({ firstOut, tail, head }: Graph, { x, y }: Places, from: number, into: number): number {
  const node = head[from]!
  const roads = new Set(head.subarray(firstOut[node]!, firstOut[node + 1]!)).size
  if (roads <= 2) return 0
  const bearing = (arc: number) => Math.atan2(y[head[arc]!]! - y[tail[arc]!]!, x[head[arc]!]! - x[tail[arc]!]!)
  const turned = Math.abs(bearing(into) - bearing(from))
  const angle = Math.min(turned, 2 * Math.PI - turned)
  return angle < BEND_RADIANS ? 0 : Math.round(angle * TURN_MS_PER_RADIAN)
}
