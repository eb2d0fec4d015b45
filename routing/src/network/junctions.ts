import type { Position } from '@clearway/contracts'
import type {
  ApproachGeometry,
  CrossingGeometry,
  ExitGeometry,
  JunctionGeometry,
} from '../signals/junction-geometry.ts'
import { arrivalBearing, departureBearing } from './arc-shape.ts'
import { distanceBetweenM, turnDeg } from './geodesy.ts'
import { drop, type ImportReport } from './import-report.ts'
import { approachName, exitName, localName } from './local-name.ts'
import { arcFlag, type NetworkApproach, type NetworkExit, type RoadNetwork, roadClasses } from './road-network.ts'

/** The nodes of one signalled junction. */
export interface SignalCluster {
  /** The name of the junction. */
  id: string
  /** Network nodes, ascending. */
  nodes: readonly number[]
  /** Those of them that carry a signal. */
  signals: readonly number[]
  /** Those of them at which people cross under signals. */
  crossings: readonly number[]
}

/** Arcs that enter or leave within this angle and distance are one arm. */
const SAME_ARM_DEG = 35
const SAME_ARM_M = 40
/** An exit belongs to the arm of an approach when it leads back within this angle. */
const ARM_EXIT_DEG = 60
/** A longer arc between two nodes of a junction is a street of its own. */
const INSIDE_REACH_M = 120
const LANE_WIDTH_M = 3.25
const SERVICE = roadClasses.indexOf('service')

/** A junction and the arcs of its approaches, exits and inside. */
export interface PlacedJunction {
  geometry: JunctionGeometry
  approaches: NetworkApproach[]
  exits: NetworkExit[]
  inside: number[]
}

/**
 * Approaches (arcs that enter), exits (arcs that leave) and crossings of a signalled junction. Arcs against one-way
 * streets have no signal face and are neither; those closed to ordinary cars are left out with them. Undefined when no
 * approach leads anywhere.
 *
 * @param forbidden movements as `in-arc>out-arc`
 * @param joined arcs that lie side by side are one arm; else every arc is an arm of its own
 */
export function placeJunction(
  network: RoadNetwork,
  cluster: SignalCluster,
  forbidden: ReadonlySet<string>,
  report: ImportReport,
  joined = true,
): PlacedJunction | undefined {
  const { id } = cluster
  const within = new Set(cluster.nodes)
  const inside = cluster.nodes
    .flatMap((node) => arcsOutOf(network, node))
    .filter((arc) => (network.flags[arc]! & arcFlag.emergencyOnly) === 0)
    .filter((arc) => within.has(network.head[arc]!) && network.lengthM[arc]! <= INSIDE_REACH_M)
  const isInside = new Set(inside)
  const ordinary = (arc: number) => (network.flags[arc]! & (arcFlag.contraflow | arcFlag.emergencyOnly)) === 0
  const leaving = cluster.nodes
    .flatMap((node) => arcsOutOf(network, node))
    .filter((arc) => !isInside.has(arc) && (network.flags[arc]! & arcFlag.emergencyOnly) === 0)
  const entering = leaving.map((arc) => network.reverse[arc]!).filter(ordinary)
  const isSignalNode = new Set(cluster.signals)
  const signalled = entering.filter((arc) => network.roadClass[arc] !== SERVICE || isSignalNode.has(network.head[arc]!))
  drop(report, 'signals: driveways into a junction, left without a signal', entering.length - signalled.length)

  const exitArms = arms(network, leaving.filter(ordinary), joined, departureBearing, (arc) => network.tail[arc]!)
  const exitOfArc = new Map(exitArms.flatMap((arm, i) => arm.arcs.map((arc) => [arc, `e${i + 1}`] as const)))
  const approachArms = arms(network, signalled, joined, arrivalBearing, (arc) => network.head[arc]!)
    .map((arm) => ({ ...arm, exits: exitsReached(network, arm.arcs, isInside, exitOfArc, forbidden) }))
    .filter((arm) => arm.exits.length > 0)
  const exits = exitArms.map((arm, i): ExitGeometry => {
    const street = streetOf(network, arm.arcs)
    return {
      id: `e${i + 1}`,
      name: exitName(street, arm.bearingDeg),
      position: arm.position,
      bearingDeg: arm.bearingDeg,
    }
  })
  const approaches = approachArms.map(
    (arm, i): ApproachGeometry => ({
      id: `a${i + 1}`,
      name: approachName(streetOf(network, arm.arcs), arm.bearingDeg),
      position: arm.position,
      bearingDeg: arm.bearingDeg,
      lanes: lanesOf(network, arm.arcs),
      speedMps: Math.max(...arm.arcs.map((arc) => network.speedMps[arc]!)),
      roadClass: Math.min(...arm.arcs.map((arc) => network.roadClass[arc]!)),
      exits: arm.exits,
    }),
  )
  const crossings = crossingsOf(network, cluster, approaches, approachArms, exits, exitArms)
  if (approaches.length === 0) return undefined
  return {
    geometry: {
      id,
      name: junctionName(network, [...signalled, ...leaving]),
      position: centre(network, cluster),
      approaches,
      exits,
      crossings,
    },
    approaches: approachArms.flatMap((arm, i) =>
      arm.arcs.map((arc) => ({ junction: id, approach: approaches[i]!.id, arc })),
    ),
    exits: exitArms.flatMap((arm, i) => arm.arcs.map((arc) => ({ junction: id, exit: exits[i]!.id, arc }))),
    inside,
  }
}

/** People cross, or two approaches are not opposite each other: someone has to wait. */
export const hasConflict = ({ approaches, crossings }: JunctionGeometry): boolean =>
  crossings.length > 0 ||
  approaches.some((a) => approaches.some((b) => a !== b && Math.abs(turnDeg(a.bearingDeg, b.bearingDeg)) < 135))

interface Arm {
  arcs: number[]
  bearingDeg: number
  position: Position
}

export function arcsOutOf(network: RoadNetwork, node: number): number[] {
  const first = network.firstOut[node]!
  return Array.from({ length: network.firstOut[node + 1]! - first }, (_, i) => first + i)
}

/** Arcs that lie side by side become one arm if `joined`; the most important arc gives its bearing and position. */
export function arms(
  network: RoadNetwork,
  arcs: readonly number[],
  joined: boolean,
  bearing: (network: RoadNetwork, arc: number) => number,
  at: (arc: number) => number,
): Arm[] {
  const found: Arm[] = []
  const byClass = [...arcs].sort((a, b) => network.roadClass[a]! - network.roadClass[b]! || a - b)
  for (const arc of byClass) {
    const bearingDeg = bearing(network, arc)
    const position = { lon: network.nodeLon[at(arc)]!, lat: network.nodeLat[at(arc)]! }
    const same = found.find(
      (arm) =>
        joined &&
        Math.abs(turnDeg(arm.bearingDeg, bearingDeg)) <= SAME_ARM_DEG &&
        distanceBetweenM(arm.position, position) <= SAME_ARM_M,
    )
    if (same) same.arcs.push(arc)
    else found.push({ arcs: [arc], bearingDeg, position })
  }
  return found.sort((a, b) => a.bearingDeg - b.bearingDeg)
}

/** Exits of those given that a driver may reach through the junction, turn restrictions and one-way streets obeyed. */
export function exitsReached(
  network: RoadNetwork,
  from: readonly number[],
  isInside: ReadonlySet<number>,
  exitOfArc: ReadonlyMap<number, string>,
  forbidden: ReadonlySet<string>,
): string[] {
  const reached = new Set<string>()
  const seen = new Set<number>(from)
  const open = [...from]
  for (let arc = open.pop(); arc !== undefined; arc = open.pop()) {
    for (const next of arcsOutOf(network, network.head[arc]!)) {
      const flags = network.flags[next]!
      const isForEmergency = (flags & arcFlag.emergencyOnly) !== 0 && !exitOfArc.has(next)
      if ((flags & arcFlag.contraflow) !== 0 || isForEmergency) continue
      if (seen.has(next) || next === network.reverse[arc] || forbidden.has(`${arc}>${next}`)) continue
      const exit = exitOfArc.get(next)
      if (exit) reached.add(exit)
      if (!isInside.has(next)) continue
      seen.add(next)
      open.push(next)
    }
  }
  return [...reached].sort()
}

/** Each crossing node goes to the arm it is nearest to; crossings of exit-only arms have no approach to name them by. */
function crossingsOf(
  network: RoadNetwork,
  cluster: SignalCluster,
  approaches: readonly ApproachGeometry[],
  approachArms: readonly Arm[],
  exits: readonly ExitGeometry[],
  exitArms: readonly Arm[],
): CrossingGeometry[] {
  const crossed = approaches.map((approach, i) => {
    const back = (approach.bearingDeg + 180) % 360
    const own = exits.filter(
      (exit) =>
        Math.abs(turnDeg(exit.bearingDeg, back)) <= ARM_EXIT_DEG &&
        distanceBetweenM(exit.position, approach.position) <= SAME_ARM_M,
    )
    const lanes =
      lanesOf(network, approachArms[i]!.arcs) +
      own.reduce((sum, exit) => sum + lanesOf(network, exitArms[exits.indexOf(exit)]!.arcs), 0)
    return { approach, own, widthM: Math.max(2, lanes) * LANE_WIDTH_M }
  })
  const nearest = cluster.crossings.map((node) => {
    const here = { lon: network.nodeLon[node]!, lat: network.nodeLat[node]! }
    const away = (arm: (typeof crossed)[0]) =>
      Math.min(...[arm.approach, ...arm.own].map(({ position }) => distanceBetweenM(position, here)))
    return crossed.toSorted((a, b) => away(a) - away(b))[0]
  })
  return crossed
    .filter((arm) => nearest.includes(arm))
    .map(({ approach, own, widthM }) => ({ approach: approach.id, exits: own.map((exit) => exit.id), widthM }))
}

const lanesOf = (network: RoadNetwork, arcs: readonly number[]): number =>
  Math.min(
    12,
    arcs.reduce((sum, arc) => sum + network.lanes[arc]!, 0),
  )

const streetOf = (network: RoadNetwork, arcs: readonly number[]): string =>
  arcs.map((arc) => network.streetNames[network.street[arc]!]!).find((name) => name !== '') ?? ''

/** The two most important street names that meet here. */
function junctionName(network: RoadNetwork, arcs: readonly number[]) {
  const byClass = arcs.toSorted((a, b) => network.roadClass[a]! - network.roadClass[b]!)
  const names = new Set(byClass.map((arc) => network.streetNames[network.street[arc]!]!).filter((name) => name !== ''))
  const shown = [...names].slice(0, 2).join(' / ')
  return shown === '' ? { en: 'Unnamed road', zh: '无名道路' } : localName(shown)
}

function centre(network: RoadNetwork, cluster: SignalCluster): Position {
  const mean = (values: Float64Array) =>
    cluster.nodes.reduce((sum, node) => sum + values[node]!, 0) / cluster.nodes.length
  return { lon: mean(network.nodeLon), lat: mean(network.nodeLat) }
}
