import { InputError } from '@clearway/contracts/errors'
import { INFINITE } from '../hierarchy/graph.ts'
import { type AvoidedRoads, closure, type RoadConditions } from '../live/road-conditions.ts'
import { arcFlag, type RoadNetwork, roadClasses, type TurnBan } from '../network/road-network.ts'
import { appliesAt } from '../network/weekly-hours.ts'
import { type ArcGraph, arcGraph, movementFlag } from './arc-graph.ts'
import type { MovementCosts } from './arc-search.ts'
import type { DrivingProfile } from './driving-profile.ts'

/** Never driven. */
export const CLOSED_MS = INFINITE

/** Seconds per radian of turning. @see docs/green-channel.md, Route cost */
const TURN_S_PER_RADIAN = 2
/** Less is a bend of the road, not a turn. */
const BEND_DEG = 20
const DEAD_END_S = 5
const MOTORWAY = roadClasses.indexOf('motorway')

/** What driving costs one profile, in whole milliseconds, so that "equal to Dijkstra" is an exact test. */
export interface TravelCost extends MovementCosts {
  graph: ArcGraph
  /** Time to drive each arc from end to end: `arcMs` without what keeps ordinary traffic away; the same array where nothing does. */
  drivenMs: Int32Array
  /** The waits without priority; `waitMs` are those of the profile. */
  fullWaitMs: Int32Array
  /** No arc is driven faster than this, metres per second. */
  fastestMps: number
}

export interface CostOptions {
  /** What the roads are like now; as the network says where not given. */
  conditions?: RoadConditions | undefined
  /** For bans that hold at some hours only; absent: all of them hold. */
  at?: { ms: number; timeZone: string } | undefined
}

/** @param waitS expected wait at each stop line, in the order of `network.approaches` */
export function travelCost(
  network: RoadNetwork,
  profile: DrivingProfile,
  waitS: Float64Array,
  { conditions, at }: CostOptions = {},
): TravelCost {
  const graph = arcGraph(network)
  const waits = waitsOf(network, profile, waitS)
  return {
    graph,
    ...waits,
    ...driveCosts(network, graph, profile, conditions),
    turnMs: turnCosts(network, profile, at),
  }
}

function waitsOf({ arcCount, approachOfArc }: RoadNetwork, { priorityWaitS }: DrivingProfile, waitS: Float64Array) {
  const waitMs = new Int32Array(arcCount)
  const fullWaitMs = new Int32Array(arcCount)
  const capMs = priorityWaitS === null ? CLOSED_MS : priorityWaitS * 1000
  for (let arc = 0; arc < arcCount; arc++) {
    const approach = approachOfArc[arc]!
    if (approach < 0) continue
    fullWaitMs[arc] = Math.round(waitS[approach]! * 1000)
    waitMs[arc] = Math.min(fullWaitMs[arc]!, capMs)
  }
  return { waitMs, fullWaitMs }
}

/** Time to drive each arc from end to end. */
export function driveCosts(
  network: RoadNetwork,
  graph: ArcGraph,
  profile: DrivingProfile,
  conditions?: RoadConditions,
): Pick<TravelCost, 'arcMs' | 'drivenMs' | 'fastestMps'> {
  const { arcCount, lengthM } = network
  const arcMs = new Int32Array(arcCount)
  let fastestMps = 0
  const ordinaryMps = (conditions ?? network).speedMps
  for (let arc = 0; arc < arcCount; arc++) {
    const delayMs = conditions ? conditions.delayS[arc]! * 1000 : 0
    // The comparisons are false for what is no number, too.
    if (!(ordinaryMps[arc]! >= 0 && lengthM[arc]! >= 0 && delayMs >= 0)) throw notACost(network, conditions, arc)
    const speed = drivenMps(network, graph, profile, arc, conditions)
    fastestMps = Math.max(fastestMps, speed)
    // Rounded up, so that the straight line at top speed stays a lower bound.
    const ms = speed > 0 ? Math.ceil((lengthM[arc]! / speed) * 1000 + delayMs) : CLOSED_MS
    arcMs[arc] = Math.min(CLOSED_MS, ms)
  }
  return { arcMs: avoiding(arcMs, profile, conditions?.avoided), drivenMs: arcMs, fastestMps }
}

/**
 * What the search is to minimise. The factor holds for the whole epoch, whenever the arc is reached: leaving later never
 * means arriving earlier, and the straight line at top speed stays a lower bound.
 */
function avoiding(drivenMs: Int32Array, { contraflow }: DrivingProfile, avoided?: AvoidedRoads): Int32Array {
  // Emergency vehicles are whom the roads are kept free for.
  if (!avoided || avoided.arcs.size === 0 || contraflow !== null) return drivenMs
  const arcMs = Int32Array.from(drivenMs)
  for (const arc of avoided.arcs) {
    if (drivenMs[arc] !== CLOSED_MS) arcMs[arc] = Math.min(CLOSED_MS - 1, Math.ceil(drivenMs[arc]! * avoided.factor))
  }
  return arcMs
}

function notACost({ lengthM, speedMps }: RoadNetwork, conditions: RoadConditions | undefined, arc: number): InputError {
  const given = `length ${lengthM[arc]} m, speed ${(conditions?.speedMps ?? speedMps)[arc]} m/s, delay ${conditions?.delayS[arc] ?? 0} s`
  const message = `arc ${arc} has no cost: ${given}; give positive numbers`
  return new InputError('arc-cost', message, [{ field: `arcs.${arc}`, message: given }])
}

/** Metres per second, 0 where the profile may not drive. */
function drivenMps(
  network: RoadNetwork,
  graph: ArcGraph,
  profile: DrivingProfile,
  arc: number,
  conditions?: RoadConditions,
): number {
  const flags = network.flags[arc]!
  const isEmergency = profile.contraflow !== null
  if (conditions) {
    const closed = conditions.closed[arc]!
    if (closed === closure.everyone || (closed === closure.ordinary && !isEmergency)) return 0
  }
  if ((flags & arcFlag.emergencyOnly) !== 0 && !isEmergency) return 0
  const ordinary = (conditions?.speedMps ?? network.speedMps)[arc]!
  const speed = Math.max(ordinary * profile.speedFactor, profile.leastMps)
  if ((flags & arcFlag.contraflow) === 0) return speed
  // No signal face looks at traffic against a one-way street, so no green could be promised to it.
  const never = network.roadClass[arc] === MOTORWAY || (flags & arcFlag.link) !== 0 || graph.touchesSignal[arc] === 1
  if (!profile.contraflow || never) return 0
  return Math.min(speed, profile.contraflow.capMps)
}

/** Cost of each movement. Hours of bans are those of the instant, or all where it is not given. */
function turnCosts(network: RoadNetwork, profile: DrivingProfile, at: CostOptions['at']): Int32Array {
  const graph = arcGraph(network)
  const holds = ({ emergencyExempt, hours }: TurnBan) =>
    !(emergencyExempt && profile.contraflow) && (!hours || !at || appliesAt(hours, at.ms, at.timeZone))
  const turnMs = new Int32Array(graph.movementCount)
  for (let m = 0; m < graph.movementCount; m++) {
    const isBanned = graph.bans.get(m)?.some(holds) ?? false
    turnMs[m] = movementMs(network, graph, profile, m, isBanned)
  }
  return turnMs
}

function movementMs(
  network: RoadNetwork,
  graph: ArcGraph,
  profile: DrivingProfile,
  movement: number,
  isBanned: boolean,
): number {
  const from = graph.arcOf[graph.from[movement]!]!
  const to = graph.arcOf[graph.to[movement]!]!
  const flags = graph.flags[movement]!
  let costS = 0
  if ((flags & movementFlag.deadEnd) !== 0) costS += DEAD_END_S
  else if ((flags & movementFlag.uTurn) !== 0) {
    if (profile.uTurnS === null || graph.touchesSignal[from] === 1) return CLOSED_MS
    costS += profile.uTurnS
  } else if (isBanned) {
    if (profile.forbiddenTurnS === null) return CLOSED_MS
    costS += profile.forbiddenTurnS
  }
  const angle = graph.turnDeg[movement]!
  if (angle >= BEND_DEG) costS += ((angle * Math.PI) / 180) * TURN_S_PER_RADIAN
  const starts = network.flags[to]! & ~network.flags[from]! & arcFlag.contraflow
  if (starts !== 0 && profile.contraflow) costS += profile.contraflow.penaltyS
  return Math.round(costS * 1000)
}

/** What the search counts for the part of an arc between two offsets in metres, milliseconds. */
export function partialMs(network: RoadNetwork, cost: TravelCost, arc: number, fromM: number, toM: number): number {
  return partOf(network, cost.arcMs, arc, fromM, toM)
}

/** What driving that part takes. */
export function partialDrivenMs(
  network: RoadNetwork,
  cost: TravelCost,
  arc: number,
  fromM: number,
  toM: number,
): number {
  return partOf(network, cost.drivenMs, arc, fromM, toM)
}

function partOf({ lengthM }: RoadNetwork, ms: Int32Array, arc: number, fromM: number, toM: number): number {
  return Math.ceil(ms[arc]! * Math.min(1, Math.max(0, (toM - fromM) / lengthM[arc]!)))
}

/** The movement from a vertex into an arc, or −1 when the arc does not start where the vertex's ends. */
export function movementInto(network: RoadNetwork, graph: ArcGraph, vertex: number, arc: number): number {
  const node = network.head[graph.arcOf[vertex]!]!
  if (network.tail[arc] !== node) return -1
  return graph.first[vertex]! + arc - network.firstOut[node]!
}
