import type { Position, RouteStep } from '@clearway/contracts'
import { arrivalBearing, departureBearing, pointOnArc } from '../network/arc-shape.ts'
import { bearingDeg, distanceBetweenM, planeAround, turnDeg } from '../network/geodesy.ts'
import { arcFlag, type RoadNetwork } from '../network/road-network.ts'
import type { RouteAnswer } from '../search/route-answer.ts'
import { streetOf } from '../search/route-flags.ts'
import { exitNumber, isRoundabout, type Manoeuvre, turnAt } from './manoeuvre.ts'
import { stepText } from './step-text.ts'

/** Two turns to the same side so near to each other are one: across the gap of a divided road. */
const SAME_TURN_M = 25
const BACK_DEG = 150
/** A destination so near to the line is on the road, not beside it. */
const BESIDE_M = 8

type Driven = Pick<RouteAnswer, 'arcs' | 'arcEndM' | 'arcEndMs' | 'fromOffsetM' | 'toOffsetM' | 'forbiddenTurns'>

/**
 * What the driver does on a route, from the departure to the arrival. A step is made where there is a choice or the
 * name of the road changes; the inside of a signalled junction belongs to the turn across it; a road without a name
 * that a named one goes on as is part of it.
 *
 * @param destination what was asked for, which may lie beside the road
 */
export function routeSteps(network: RoadNetwork, route: Driven, destination?: Position): RouteStep[] {
  const { arcs, arcEndM, arcEndMs } = route
  const steps = manoeuvres(network, route).map((manoeuvre) => stepAt(network, route, manoeuvre))
  const last = arcs.length - 1
  const position = pointOnArc(network, arcs[last]!, route.toOffsetM)
  const side = destination && sideOf(network, arcs[last]!, route.toOffsetM, destination)
  const street = streetOf(network, arcs[last]!)
  const arrival = { kind: 'arrive', street } as const
  steps.push({
    ...{ ...arrival, offsetM: arcEndM[last]!, distanceM: 0, durationS: arcEndMs[last]! / 1000, position },
    text: stepText({ ...arrival, bearingDeg: 0, ramp: false, staysOn: false, side }),
  })
  // Until here `durationS` is the time from the start.
  return steps.map((step, i) => {
    const next = steps[i + 1] ?? step
    return { ...step, distanceM: next.offsetM - step.offsetM, durationS: next.durationS - step.durationS }
  })
}

interface Placed extends Manoeuvre {
  staysOn: boolean
}

/** In driving order, the departure first. */
function manoeuvres(network: RoadNetwork, route: Driven): Placed[] {
  const { arcs } = route
  const isInside = (i: number) => (network.flags[arcs[i]!]! & arcFlag.inside) !== 0
  const found: Placed[] = [{ kind: 'depart', before: -1, after: 0, staysOn: false }]
  let street = streetOf(network, arcs[0]!)
  const add = (manoeuvre: Manoeuvre) => {
    const name = streetOf(network, arcs[manoeuvre.after]!)
    found.push({ ...manoeuvre, staysOn: name === street && manoeuvre.kind !== 'u-turn' })
    street = name
  }
  for (let i = 1; i < arcs.length; ) {
    const before = i - 1
    while (i < arcs.length - 1 && isInside(i) && !isRoundabout(network, arcs[i]!)) i++
    if (isRoundabout(network, arcs[i]!)) {
      const first = isRoundabout(network, arcs[before]!) ? before : i
      while (i < arcs.length && isRoundabout(network, arcs[i]!)) i++
      if (i < arcs.length) add({ kind: 'roundabout', before, after: i, exit: exitNumber(network, arcs, first, i) })
      else add({ kind: 'roundabout', before, after: first })
    } else {
      const turn = turnAt(network, arcs, before, i, street) ?? contraflowStart(network, arcs, before, i)
      if (turn) add(turn)
      else street = streetOf(network, arcs[i]!) || street
    }
    i++
  }
  return withoutDoubleTurns(network, route, found)
}

/** Straight on, but from here against the one-way direction: to be told. */
function contraflowStart(network: RoadNetwork, arcs: Int32Array, before: number, after: number): Manoeuvre | undefined {
  const isAgainst = (i: number) => (network.flags[arcs[i]!]! & arcFlag.contraflow) !== 0
  return isAgainst(after) && !isAgainst(before) ? { kind: 'straight', before, after } : undefined
}

/** Left and left again across the gap of a divided road is turning round. */
function withoutDoubleTurns(network: RoadNetwork, { arcs, arcEndM }: Driven, found: readonly Placed[]): Placed[] {
  const kept: Placed[] = []
  for (const next of found) {
    const last = kept.at(-1)
    const isPair = last !== undefined && last.kind === next.kind && /(left|right)$/.test(next.kind)
    const nearby = isPair && arcEndM[next.before]! - arcEndM[last.before]! < SAME_TURN_M
    const angle = nearby
      ? turnDeg(arrivalBearing(network, arcs[last.before]!), departureBearing(network, arcs[next.after]!))
      : 0
    if (nearby && Math.abs(angle) >= BACK_DEG) {
      kept[kept.length - 1] = { ...next, kind: 'u-turn', before: last.before, staysOn: false }
    } else kept.push(next)
  }
  return kept
}

function stepAt(network: RoadNetwork, route: Driven, { kind, before, after, exit, staysOn }: Placed): RouteStep {
  const { arcs, arcEndM, arcEndMs, fromOffsetM, forbiddenTurns } = route
  const arc = arcs[after]!
  const first = before < 0
  const offsetM = first ? 0 : arcEndM[before]!
  const street = streetOf(network, arc)
  const flags = (i: number) => (i < 0 ? 0 : network.flags[arcs[i]!]!)
  const againstOneWay = (flags(after) & ~flags(before) & arcFlag.contraflow) !== 0
  const [fromM, toM] = [offsetM, first ? 0 : arcEndM[after - 1]!]
  const forbidden = !first && forbiddenTurns.some((turn) => turn.offsetM >= fromM && turn.offsetM <= toM)
  const spoken = {
    ...{ kind, street },
    ...(exit !== undefined && { exit }),
    ...(againstOneWay && { againstOneWay: true as const }),
    ...(forbidden && { forbidden: true as const }),
  }
  const text = stepText({
    ...{ ...spoken, staysOn },
    bearingDeg: first ? startBearing(network, arc, fromOffsetM) : 0,
    ramp: (flags(after) & ~flags(before) & arcFlag.link) !== 0,
  })
  const node = network.tail[arcs[before + 1]!]!
  const position = first
    ? pointOnArc(network, arc, fromOffsetM)
    : { lon: network.nodeLon[node]!, lat: network.nodeLat[node]! }
  return { ...spoken, offsetM, distanceM: 0, durationS: first ? 0 : arcEndMs[before]! / 1000, position, text }
}

/** Metres over which the direction of the departure is taken. */
const START_SPAN_M = 20

function startBearing(network: RoadNetwork, arc: number, offsetM: number): number {
  const lengthM = network.lengthM[arc]!
  const toM = Math.min(lengthM, offsetM + START_SPAN_M)
  const from = pointOnArc(network, arc, Math.max(0, Math.min(offsetM, toM - 1)))
  const to = pointOnArc(network, arc, toM)
  return bearingDeg(from.lon, from.lat, to.lon, to.lat)
}

/** Where the destination lies, seen in the direction of travel at the end of the route. */
function sideOf(network: RoadNetwork, arc: number, endM: number, destination: Position): 'left' | 'right' | undefined {
  const end = pointOnArc(network, arc, endM)
  if (distanceBetweenM(end, destination) < BESIDE_M) return undefined
  const plane = planeAround(end)
  const bearing = startBearing(network, arc, Math.max(0, endM - START_SPAN_M))
  const heading = { x: Math.sin((bearing * Math.PI) / 180), y: Math.cos((bearing * Math.PI) / 180) }
  const cross = heading.x * plane.y(destination.lat) - heading.y * plane.x(destination.lon)
  return cross > 0 ? 'left' : 'right'
}
