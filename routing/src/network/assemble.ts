import type { Position } from '@clearway/contracts'
import { InputError } from '@clearway/contracts/errors'
import { drop, type ImportReport } from './import-report.ts'
import type { Carriageway, Road } from './road.ts'
import { arcFlag, type RoadNetwork, roadClasses } from './road-network.ts'
import { largestPart, stronglyConnected } from './strongly-connected.ts'

/** A network and where its parts came from. */
export interface Assembled {
  network: RoadNetwork
  /** Network node → number of the node given. */
  sourceNode: Int32Array
  /** Arc → index of the road given. */
  sourceRoad: Int32Array
  /** Arc → 1 when it is driven along the road's shape, 0 against it. */
  along: Uint8Array
}

/** Two map nodes on the same spot still take a moment to pass. */
const SHORTEST_ARC_M = 0.1

/**
 * Arcs from roads: both directions of each, the one against a one-way street flagged `contraflow`. Kept is the largest
 * part in which everyone can drive from everywhere to everywhere, and what emergency vehicles can reach from there and
 * come back from. Signals and turn bans are still empty.
 *
 * @param whole keeps everything, also roads that only lead into the map or out of it
 * @throws InputError `no-roads` when nothing driveable is left
 */
export function assemble(
  nodes: readonly Position[],
  roads: readonly Road[],
  report: ImportReport,
  whole = false,
): Assembled {
  const { forEveryone, forEmergency } = whole ? touchedNodes(nodes.length, roads) : connectedNodes(nodes.length, roads)
  const kept = nodes.flatMap((_, node) => (forEmergency[node] ? [node] : []))
  if (kept.length < 2) {
    throw new InputError('no-roads', 'the map has no roads for cars that connect; choose another file or bounds', [
      { field: 'file', message: `${roads.length} pieces of road, ${kept.length} connected nodes` },
    ])
  }
  const isKept = (road: Road) => forEmergency[road.from] === 1 && forEmergency[road.to] === 1
  const isForEveryone = (road: Road) => forEveryone[road.from] === 1 && forEveryone[road.to] === 1
  const arcs = sortedArcs(kept, roads, isKept)
  drop(report, 'nodes: not in the largest connected part', nodes.length - kept.length)
  drop(report, 'arcs: not in the largest connected part', 2 * roads.length - arcs.length)
  const network = packed(nodes, kept, roads, arcs, isForEveryone)
  const having = (flag: number) => network.flags.reduce((sum, flags) => sum + ((flags & flag) === 0 ? 0 : 1), 0)
  report.kept.nodes = network.nodeCount
  report.kept.arcs = network.arcCount - having(arcFlag.contraflow | arcFlag.emergencyOnly)
  report.kept.contraflowArcs = having(arcFlag.contraflow)
  const emergencyOnly = having(arcFlag.emergencyOnly)
  if (emergencyOnly > 0) report.kept.emergencyOnlyArcs = emergencyOnly
  return {
    network,
    sourceNode: Int32Array.from(kept),
    sourceRoad: Int32Array.from(arcs, ({ road }) => road),
    along: Uint8Array.from(arcs, ({ along }) => (along ? 1 : 0)),
  }
}

/** For each node whether a road ends there. */
function touchedNodes(nodeCount: number, roads: readonly Road[]) {
  const touched = new Uint8Array(nodeCount)
  for (const { from, to } of roads) {
    touched[from] = 1
    touched[to] = 1
  }
  return { forEveryone: touched, forEmergency: touched }
}

/** For each node whether it is in the largest part for everyone, and in the part around that for emergency vehicles. */
function connectedNodes(nodeCount: number, roads: readonly Road[]) {
  const partOf = (isOpen: (carriageway: Carriageway) => boolean) => {
    const tails: number[] = []
    const heads: number[] = []
    for (const { from, to, forward, backward } of roads) {
      if (isOpen(forward)) {
        tails.push(from)
        heads.push(to)
      }
      if (isOpen(backward)) {
        tails.push(to)
        heads.push(from)
      }
    }
    return stronglyConnected(nodeCount, Int32Array.from(tails), Int32Array.from(heads))
  }
  const everyone = partOf(({ openTo }) => openTo === 'everyone')
  const largest = largestPart(everyone)
  const forEveryone = Uint8Array.from(everyone, (id) => (id === largest ? 1 : 0))
  if (!roads.some(({ forward, backward }) => forward.openTo === 'emergency' || backward.openTo === 'emergency')) {
    return { forEveryone, forEmergency: forEveryone }
  }
  const emergency = partOf(({ openTo }) => openTo !== 'nobody')
  // All of the largest part for everyone lies in one part of the wider graph.
  const around = emergency[forEveryone.indexOf(1)]
  return { forEveryone, forEmergency: Uint8Array.from(emergency, (id) => (id === around ? 1 : 0)) }
}

interface RoadArc {
  road: number
  along: boolean
  tail: number
  head: number
}

function sortedArcs(kept: readonly number[], roads: readonly Road[], isKept: (road: Road) => boolean): RoadArc[] {
  const indexOf = new Map(kept.map((node, index) => [node, index]))
  const arcs: RoadArc[] = []
  roads.forEach((road, i) => {
    if (!isKept(road)) return
    const from = indexOf.get(road.from)!
    const to = indexOf.get(road.to)!
    arcs.push({ road: i, along: true, tail: from, head: to }, { road: i, along: false, tail: to, head: from })
  })
  return arcs.sort((a, b) => a.tail - b.tail || a.head - b.head)
}

function packed(
  nodes: readonly Position[],
  kept: readonly number[],
  roads: readonly Road[],
  arcs: readonly RoadArc[],
  isForEveryone: (road: Road) => boolean,
): RoadNetwork {
  const m = arcs.length
  const points = arcs.reduce((sum, { road }) => sum + roads[road]!.shape.length, 0)
  const streets = new Map<string, number>([['', 0]])
  const network: RoadNetwork = {
    nodeCount: kept.length,
    arcCount: m,
    nodeLon: Float64Array.from(kept, (node) => nodes[node]!.lon),
    nodeLat: Float64Array.from(kept, (node) => nodes[node]!.lat),
    firstOut: new Int32Array(kept.length + 1),
    tail: Int32Array.from(arcs, (arc) => arc.tail),
    head: Int32Array.from(arcs, (arc) => arc.head),
    lengthM: new Float32Array(m),
    speedMps: new Float32Array(m),
    lanes: new Uint8Array(m),
    maxHeightM: new Float32Array(m),
    maxWidthM: new Float32Array(m),
    maxWeightT: new Float32Array(m),
    maxAxleLoadT: new Float32Array(m),
    roadClass: new Uint8Array(m),
    flags: new Uint8Array(m),
    street: new Int32Array(m),
    streetNames: [],
    reverse: new Int32Array(m).fill(-1),
    shapeStart: new Int32Array(m + 1),
    shapeLon: new Float64Array(points),
    shapeLat: new Float64Array(points),
    turnBans: [],
    approachOfArc: new Int32Array(m).fill(-1),
    approaches: [],
    exitOfArc: new Int32Array(m).fill(-1),
    exits: [],
  }
  const firstArcOf = new Int32Array(roads.length).fill(-1)
  arcs.forEach(({ road: source, along, tail }, a) => {
    const road = roads[source]!
    const driven = along ? road.forward : road.backward
    network.firstOut[tail + 1]!++
    network.lengthM[a] = Math.max(driven.lengthM, SHORTEST_ARC_M)
    network.speedMps[a] = driven.speedMps
    network.lanes[a] = driven.lanes
    network.maxHeightM[a] = driven.limits.heightM
    network.maxWidthM[a] = driven.limits.widthM
    network.maxWeightT[a] = driven.limits.weightT
    network.maxAxleLoadT[a] = driven.limits.axleLoadT
    network.roadClass[a] = roadClasses.indexOf(road.roadClass)
    network.flags[a] = flagsOf(road, driven, isForEveryone(road))
    if (!streets.has(road.street)) streets.set(road.street, streets.size)
    network.street[a] = streets.get(road.street)!
    const other = firstArcOf[source]!
    if (other < 0) firstArcOf[source] = a
    else {
      network.reverse[a] = other
      network.reverse[other] = a
    }
    let at = network.shapeStart[a]!
    for (const [lon, lat] of along ? road.shape : road.shape.toReversed()) {
      network.shapeLon[at] = lon
      network.shapeLat[at++] = lat
    }
    network.shapeStart[a + 1] = at
  })
  for (let n = 0; n < kept.length; n++) network.firstOut[n + 1]! += network.firstOut[n]!
  return { ...network, streetNames: [...streets.keys()] }
}

/** A public road that cars can only reach through one closed to them is as good as closed to them. */
function flagsOf(road: Road, { openTo }: Carriageway, isForEveryone: boolean): number {
  const isClosed = road.forward.openTo === 'emergency' || road.backward.openTo === 'emergency' || !isForEveryone
  return (
    (openTo === 'nobody' ? arcFlag.contraflow : 0) |
    (isClosed && !(openTo === 'everyone' && isForEveryone) ? arcFlag.emergencyOnly : 0) |
    (road.roundabout ? arcFlag.roundabout : 0) |
    (road.link ? arcFlag.link : 0) |
    (road.unknownClearance ? arcFlag.unknownClearance : 0)
  )
}
