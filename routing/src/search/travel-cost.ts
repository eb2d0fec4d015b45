import { arcFlag, type RoadNetwork, roadClasses } from '../network/road-network.ts'
import { type ArcGraph, arcGraph, movementFlag } from './arc-graph.ts'
import type { DrivingProfile } from './driving-profile.ts'

/** Never driven. Two of them still add up within 32 bits. */
export const CLOSED_MS = 2 ** 30 - 1

/** Seconds per radian of turning. @see docs/green-channel.md, Route cost */
const TURN_S_PER_RADIAN = 2
/** Less is a bend of the road, not a turn. */
const BEND_DEG = 20
const DEAD_END_S = 5
const MOTORWAY = roadClasses.indexOf('motorway')

/** What driving costs one profile, in whole milliseconds, so that "equal to Dijkstra" is an exact test. */
export interface TravelCost {
  graph: ArcGraph
  /** Time to drive each arc from end to end; `CLOSED_MS` where the profile may not. */
  arcMs: Int32Array
  /** Cost of each movement without the arc after it and without signals; `CLOSED_MS` where the profile may not. */
  turnMs: Int32Array
  /** Expected wait at the head of each arc, as the profile passes signals; 0 where there is none. */
  waitMs: Int32Array
  /** The same without priority. */
  fullWaitMs: Int32Array
  /** Each movement whole: wait at the stop line, turn, and the arc after it. The weights of the search. */
  weightMs: Int32Array
  /** No arc is driven faster than this, metres per second. */
  fastestMps: number
}

/** @param waitS expected wait at each stop line, in the order of `network.approaches` */
export function travelCost(network: RoadNetwork, profile: DrivingProfile, waitS: Float64Array): TravelCost {
  const graph = arcGraph(network)
  const { arcCount, lengthM, approachOfArc } = network
  const arcMs = new Int32Array(arcCount)
  const waitMs = new Int32Array(arcCount)
  const fullWaitMs = new Int32Array(arcCount)
  let fastestMps = 0
  for (let arc = 0; arc < arcCount; arc++) {
    const speed = drivenMps(network, graph, profile, arc)
    fastestMps = Math.max(fastestMps, speed)
    // Rounded up, so that the straight line at top speed stays a lower bound.
    arcMs[arc] = speed > 0 ? Math.ceil((lengthM[arc]! / speed) * 1000) : CLOSED_MS
    const approach = approachOfArc[arc]!
    if (approach < 0) continue
    fullWaitMs[arc] = Math.round(waitS[approach]! * 1000)
    const capMs = profile.priorityWaitS === null ? CLOSED_MS : profile.priorityWaitS * 1000
    waitMs[arc] = Math.min(fullWaitMs[arc]!, capMs)
  }
  const turnMs = Int32Array.from({ length: graph.movementCount }, (_, m) => movementMs(network, graph, profile, m))
  const weightMs = turnMs.map((ms, m) =>
    ms === CLOSED_MS || arcMs[graph.to[m]!] === CLOSED_MS || arcMs[graph.from[m]!] === CLOSED_MS
      ? CLOSED_MS
      : waitMs[graph.from[m]!]! + ms + arcMs[graph.to[m]!]!,
  )
  return { graph, arcMs, turnMs, waitMs, fullWaitMs, weightMs, fastestMps }
}

/** Metres per second, 0 where the profile may not drive. */
function drivenMps(network: RoadNetwork, graph: ArcGraph, profile: DrivingProfile, arc: number): number {
  const speed = Math.max(network.speedMps[arc]! * profile.speedFactor, profile.leastMps)
  const flags = network.flags[arc]!
  if ((flags & arcFlag.contraflow) === 0) return speed
  // No signal face looks at traffic against a one-way street, so no green could be promised to it.
  const never = network.roadClass[arc] === MOTORWAY || (flags & arcFlag.link) !== 0 || graph.touchesSignal[arc] === 1
  if (!profile.contraflow || never) return 0
  return Math.min(speed, profile.contraflow.capMps)
}

function movementMs(network: RoadNetwork, graph: ArcGraph, profile: DrivingProfile, movement: number): number {
  const from = graph.from[movement]!
  const to = graph.to[movement]!
  const flags = graph.flags[movement]!
  let costS = 0
  if ((flags & movementFlag.deadEnd) !== 0) costS += DEAD_END_S
  else if ((flags & movementFlag.uTurn) !== 0) {
    if (profile.uTurnS === null || graph.touchesSignal[from] === 1) return CLOSED_MS
    costS += profile.uTurnS
  } else if ((flags & movementFlag.forbidden) !== 0) {
    if (profile.forbiddenTurnS === null) return CLOSED_MS
    costS += profile.forbiddenTurnS
  }
  const angle = graph.turnDeg[movement]!
  if (angle >= BEND_DEG) costS += ((angle * Math.PI) / 180) * TURN_S_PER_RADIAN
  const starts = network.flags[to]! & ~network.flags[from]! & arcFlag.contraflow
  if (starts !== 0 && profile.contraflow) costS += profile.contraflow.penaltyS
  return Math.round(costS * 1000)
}

/** Milliseconds for the part of an arc between two offsets in metres. */
export function partialMs(network: RoadNetwork, cost: TravelCost, arc: number, fromM: number, toM: number): number {
  return Math.ceil(cost.arcMs[arc]! * Math.min(1, Math.max(0, (toM - fromM) / network.lengthM[arc]!)))
}

/** The movement between two arcs, or −1 when the second does not start where the first ends. */
export function movementBetween(network: RoadNetwork, graph: ArcGraph, from: number, to: number): number {
  const node = network.head[from]!
  if (network.tail[to] !== node) return -1
  return graph.first[from]! + to - network.firstOut[node]!
}
