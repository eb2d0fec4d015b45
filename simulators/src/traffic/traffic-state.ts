import { arcFlag, type RoadNetwork } from '@clearway/routing'
import { driver } from './krauss.ts'
import { LaneQueues } from './lane-queues.ts'
import { type RightOfWay, rightOfWay } from './right-of-way.ts'
import { type KnownMovements, Roadway } from './roadway.ts'
import type { SignalHeads } from './signal-heads.ts'
import { VehicleTable, vehicleKind } from './vehicle-table.ts'

/** Everything that a step reads and writes, shared by its phases. */
export interface TrafficState {
  network: RoadNetwork
  roadway: Roadway
  rules: RightOfWay
  signals: SignalHeads
  vehicles: VehicleTable
  queues: LaneQueues
  stepS: number
  /** Node → arc by which an emergency vehicle is about to arrive: others wait. Made anew each step. */
  kept: Map<number, number>
}

export function trafficState(
  network: RoadNetwork,
  signals: SignalHeads,
  seed: number,
  stepS: number,
  capacity: number,
  movements?: KnownMovements,
): TrafficState {
  const roadway = new Roadway(network, movements)
  const vehicles = new VehicleTable(capacity, seed)
  const queues = new LaneQueues(roadway.laneCount, vehicles)
  return { network, roadway, rules: rightOfWay(roadway), signals, vehicles, queues, stepS, kept: new Map() }
}

/** Lanes over the whole network, both ends included. */
export interface LaneRange {
  first: number
  last: number
}

/** Free metres from the start of the lane to the rear of its last vehicle; the arc's length when it is empty. */
export function roomM({ queues, vehicles, network }: TrafficState, arc: number, lane: number): number {
  const last = queues.back[lane]!
  return last < 0 ? network.lengthM[arc]! : vehicles.positionM[last]! - vehicles.lengthM[last]!
}

/** The arc after `step` of the vehicle's route, −1 at its end. */
export const arcAfter = (route: Int32Array, step: number): number => (step + 1 < route.length ? route[step + 1]! : -1)

/** The lanes of `arc` from which the movement onto `then` may be made; all for emergency vehicles and at the end. */
export function lanesOnward({ roadway }: TrafficState, kind: number, arc: number, then: number): LaneRange {
  const start = roadway.laneStart[arc]!
  if (then < 0 || kind === vehicleKind.emergency) return { first: start, last: roadway.laneStart[arc + 1]! - 1 }
  const { firstLane, lastLane } = roadway.movements[roadway.movementIndex(arc, then)]!
  return { first: start + firstLane, last: start + lastLane }
}

/**
 * The lane of `arc` for someone who comes from lane `fromLane` of `fromArc`: one that leads on to `then`, the one
 * straight ahead where it will do, another where two vehicles fewer wait. There are no lane changes within an arc.
 */
export function laneInto(
  state: TrafficState,
  kind: number,
  fromArc: number,
  fromLane: number,
  arc: number,
  then: number,
): number {
  const { roadway, queues } = state
  const start = roadway.laneStart[arc]!
  const lanes = roadway.lanesOf(arc)
  if (lanes === 1) return start
  const { first, last } = lanesOnward(state, kind, arc, then)
  const { turn } = roadway.movements[roadway.movementIndex(fromArc, arc)]!
  const place = fromLane - roadway.laneStart[fromArc]!
  // From the outside in after a right turn or on the outer half, else from the inside out.
  const outer = turn === 'right' || (turn === 'straight' && place * 2 >= roadway.lanesOf(fromArc))
  const aligned = start + (outer ? lanes - roadway.lanesOf(fromArc) + place : place)
  let best = Math.min(Math.max(aligned, first), last)
  for (let lane = first; lane <= last; lane++) {
    if (queues.count[lane]! + 2 <= queues.count[best]!) best = lane
  }
  return best
}

/** Who enters here must be able to leave: free metres on the first arc beyond the junction, −1 when none is needed. */
export function exitRoomM(state: TrafficState, slot: number, step: number): number {
  const { network, vehicles, queues, roadway } = state
  const route = vehicles.route[slot]!
  let at = step + 1
  while (at + 1 < route.length && network.flags[route[at]!]! & arcFlag.inside) at++
  if (at >= route.length) return Number.POSITIVE_INFINITY
  const arc = route[at]!
  const lane = laneInto(
    state,
    vehicles.kind[slot]!,
    route[at - 1]!,
    roadway.laneStart[route[at - 1]!]!,
    arc,
    arcAfter(route, at),
  )
  const last = queues.back[lane]!
  if (last < 0) return Number.POSITIVE_INFINITY
  // A rear that moves on makes room before the next vehicle arrives.
  if (vehicles.speedMps[last]! > 2) return Number.POSITIVE_INFINITY
  let room = vehicles.positionM[last]! - vehicles.lengthM[last]!
  for (let i = step + 1; i < at; i++) {
    const inside = roadway.laneStart[route[i]!]!
    for (let l = inside; l < roadway.laneStart[route[i]! + 1]!; l++) {
      room -= queues.count[l]! * (driver.lengthM + driver.minGapM)
    }
  }
  return room
}
