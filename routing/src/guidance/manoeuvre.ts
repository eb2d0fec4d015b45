import type { StepKind } from '@clearway/contracts'
import { arrivalBearing, departureBearing } from '../network/arc-shape.ts'
import { turnDeg } from '../network/geodesy.ts'
import { arcFlag, type RoadNetwork, roadClasses } from '../network/road-network.ts'

/** Where a driver has something to do: from one arc of the route across a junction into a later one. */
export interface Manoeuvre {
  kind: StepKind
  /** Places in the list of arcs: the last before the junction, the first after it. */
  before: number
  after: number
  /** Of a roundabout that the route leaves. */
  exit?: number
}

/** Less is straight on, less than the second a slight turn, less than the third a turn, more a sharp one. */
const SLIGHT_DEG = 20
const TURN_DEG = 45
const SHARP_DEG = 120
/** Back where one came from, on another carriageway. */
const U_TURN_DEG = 160
/** Two roads so near to each other in direction are a fork: the driver has to be told which. */
const FORK_DEG = 40
const SECONDARY = roadClasses.indexOf('secondary')

/** Roads that ordinary traffic does not see as a choice. */
const CLOSED = arcFlag.contraflow | arcFlag.emergencyOnly

const has = (network: RoadNetwork, arc: number, flag: number): boolean => (network.flags[arc]! & flag) !== 0

/** On a roundabout in its own direction. */
export const isRoundabout = (network: RoadNetwork, arc: number): boolean =>
  has(network, arc, arcFlag.roundabout) && !has(network, arc, arcFlag.contraflow)

/** What a turn of so many degrees is called; positive is to the right. */
function turnKind(angleDeg: number): StepKind {
  const size = Math.abs(angleDeg)
  if (size < SLIGHT_DEG) return 'straight'
  const side = angleDeg < 0 ? 'left' : 'right'
  if (size < TURN_DEG) return `slight-${side}`
  return size <= SHARP_DEG ? side : `sharp-${side}`
}

/**
 * What the driver does between two arcs of a route, with nothing but the inside of one junction between them. Undefined
 * where the road simply goes on.
 *
 * @param street the road that the driver was last told, as on the map
 */
export function turnAt(
  network: RoadNetwork,
  arcs: Int32Array,
  before: number,
  after: number,
  street: string,
): Manoeuvre | undefined {
  const [from, to] = [arcs[before]!, arcs[after]!]
  const made = (kind: StepKind): Manoeuvre => ({ kind, before, after })
  const bearing = arrivalBearing(network, from)
  const angle = turnDeg(bearing, departureBearing(network, to))
  const name = network.streetNames[network.street[to]!]!
  if (to === network.reverse[from]) return made('u-turn')
  const isBack = Math.abs(angle) >= U_TURN_DEG && name === network.streetNames[network.street[from]!]
  if (isBack && after - before > 1) return made('u-turn')
  if (isMerge(network, from, to, angle)) return made('merge')
  const changes = name !== '' && name !== street
  const others = otherRoads(network, arcs, before, after).map((arc) => ({
    arc,
    angle: turnDeg(bearing, departureBearing(network, arc)),
  }))
  if (others.length === 0) return changes ? made(turnKind(angle)) : undefined
  const rivals = others.filter((other) => network.roadClass[other.arc]! <= network.roadClass[to]! + 1)
  const fork = rivals.find((other) => Math.abs(other.angle) < TURN_DEG && Math.abs(other.angle - angle) < FORK_DEG)
  const isStraightest = others.every((other) => Math.abs(other.angle) > Math.abs(angle))
  if (Math.abs(angle) < TURN_DEG) {
    if (fork) return made(angle < fork.angle ? 'slight-left' : 'slight-right')
    const bends = Math.abs(angle) >= SLIGHT_DEG && !isStraightest && rivals.length > 0
    return changes || bends ? made(turnKind(angle)) : undefined
  }
  // The street itself bends, and whatever else begins here is both lesser and no straighter.
  const isOwnBend = !changes && name === street && isStraightest && rivals.length === 0
  return isOwnBend ? undefined : made(turnKind(angle))
}

/** Roads that ordinary traffic could take instead, from any node of the junction, the way back left out. */
function otherRoads(network: RoadNetwork, arcs: Int32Array, before: number, after: number): number[] {
  const driven = new Set(arcs.subarray(before, after + 1))
  const others: number[] = []
  for (let i = before; i < after; i++) {
    const node = network.head[arcs[i]!]!
    for (let arc = network.firstOut[node]!; arc < network.firstOut[node + 1]!; arc++) {
      if (has(network, arc, CLOSED) || driven.has(arc) || driven.has(network.reverse[arc]!)) continue
      if (after - before > 1 && has(network, arc, arcFlag.inside)) continue
      others.push(arc)
    }
  }
  return others
}

/** From a ramp into a road that it runs into nearly along. */
const isMerge = (network: RoadNetwork, from: number, to: number, angle: number): boolean =>
  has(network, from, arcFlag.link) &&
  !has(network, to, arcFlag.link) &&
  network.roadClass[to]! <= SECONDARY &&
  Math.abs(angle) < TURN_DEG

/**
 * Exits passed on a roundabout, the one taken among them: nodes where ordinary traffic can leave it.
 *
 * @param first, end places in `arcs` of the first arc on the roundabout and of the first after it
 */
export function exitNumber(network: RoadNetwork, arcs: Int32Array, first: number, end: number): number {
  let exits = 0
  for (let i = first; i < end; i++) {
    const node = network.head[arcs[i]!]!
    for (let arc = network.firstOut[node]!; arc < network.firstOut[node + 1]!; arc++) {
      if (has(network, arc, arcFlag.roundabout | CLOSED)) continue
      exits++
      break
    }
  }
  return Math.max(1, exits)
}
