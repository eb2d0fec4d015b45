import { InputError } from '@clearway/contracts'
import { arcFlag, type RoadNetwork, roadClasses } from '../road-network.ts'
import type { OsmExtract } from './extract.ts'
import { drop, type ImportReport } from './import-report.ts'
import type { RoadPiece } from './road-piece.ts'
import { largestStronglyConnected } from './strongly-connected.ts'

/** A network and where its parts came from. */
export interface SourcedNetwork {
  network: RoadNetwork
  /** OpenStreetMap node id of each node. */
  osmNode: Float64Array
  /** OpenStreetMap way id of each arc. */
  osmWay: Float64Array
}

interface RawArc {
  piece: RoadPiece
  /** Driven along the piece's nodes, or against them. */
  along: boolean
  contraflow: boolean
  tail: number
  head: number
}

/**
 * Arcs from road pieces: both directions, the one against a one-way street flagged `contraflow`. Only the largest part
 * in which everyone can drive from everywhere to everywhere is kept. Signals and turn restrictions are still empty.
 *
 * @throws InputError `no-roads` when nothing driveable is left
 */
export function assemble(extract: OsmExtract, pieces: readonly RoadPiece[], report: ImportReport): SourcedNetwork {
  const ids = [...new Set(pieces.flatMap((piece) => [piece.nodes[0]!, piece.nodes.at(-1)!]))]
  const indexOf = new Map(ids.map((id, index) => [id, index]))
  const raw = pieces.flatMap((piece) => bothWays(piece, indexOf))
  const ordinary = raw.filter((arc) => !arc.contraflow)
  const inside = largestStronglyConnected(
    ids.length,
    Int32Array.from(ordinary, (arc) => arc.tail),
    Int32Array.from(ordinary, (arc) => arc.head),
  )
  const keptIds = ids.filter((_, index) => inside[index] === 1)
  if (keptIds.length < 2) {
    throw new InputError('no-roads', 'the map has no roads for cars that connect; choose another file or bounds', [
      { field: 'file', message: `${pieces.length} pieces of road, ${keptIds.length} connected nodes` },
    ])
  }
  const kept = raw.filter((arc) => inside[arc.tail] === 1 && inside[arc.head] === 1)
  drop(report, 'nodes: not in the largest connected part', ids.length - keptIds.length)
  drop(report, 'arcs: not in the largest connected part', raw.length - kept.length)
  report.kept.nodes = keptIds.length
  report.kept.arcs = kept.filter((arc) => !arc.contraflow).length
  report.kept.contraflowArcs = kept.length - report.kept.arcs
  return packed(extract, keptIds, kept)
}

function bothWays(piece: RoadPiece, indexOf: ReadonlyMap<number, number>): RawArc[] {
  const first = indexOf.get(piece.nodes[0]!)!
  const last = indexOf.get(piece.nodes.at(-1)!)!
  return [
    { piece, along: true, contraflow: piece.direction === 'backward', tail: first, head: last },
    { piece, along: false, contraflow: piece.direction === 'forward', tail: last, head: first },
  ]
}

function packed(extract: OsmExtract, nodeIds: readonly number[], raw: RawArc[]): SourcedNetwork {
  const position = new Map(nodeIds.map((id, index) => [id, index]))
  const tailOf = (arc: RawArc) => position.get(arc.along ? arc.piece.nodes[0]! : arc.piece.nodes.at(-1)!)!
  const headOf = (arc: RawArc) => position.get(arc.along ? arc.piece.nodes.at(-1)! : arc.piece.nodes[0]!)!
  const arcs = raw
    .map((arc) => ({ ...arc, tail: tailOf(arc), head: headOf(arc) }))
    .sort((a, b) => a.tail - b.tail || a.head - b.head)
  const n = nodeIds.length
  const m = arcs.length
  const points = arcs.reduce((sum, arc) => sum + arc.piece.nodes.length, 0)
  const streets = new Map<string, number>([['', 0]])
  const network: RoadNetwork = {
    nodeCount: n,
    arcCount: m,
    nodeLon: Float64Array.from(nodeIds, (id) => extract.nodes.get(id)!.lon),
    nodeLat: Float64Array.from(nodeIds, (id) => extract.nodes.get(id)!.lat),
    firstOut: new Int32Array(n + 1),
    tail: Int32Array.from(arcs, (arc) => arc.tail),
    head: Int32Array.from(arcs, (arc) => arc.head),
    lengthM: new Float32Array(m),
    speedMps: new Float32Array(m),
    lanes: new Uint8Array(m),
    maxHeightM: new Float32Array(m).fill(Number.POSITIVE_INFINITY),
    maxWidthM: new Float32Array(m).fill(Number.POSITIVE_INFINITY),
    maxWeightT: new Float32Array(m).fill(Number.POSITIVE_INFINITY),
    maxAxleLoadT: new Float32Array(m).fill(Number.POSITIVE_INFINITY),
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
  const firstArcOf = new Map<RoadPiece, number>()
  arcs.forEach((arc, a) => {
    const { piece } = arc
    const driven = arc.along ? piece.forward : piece.backward
    network.firstOut[arc.tail + 1]!++
    network.lengthM[a] = Math.max(piece.lengthM, SHORTEST_ARC_M)
    network.speedMps[a] = driven.speedMps
    network.lanes[a] = driven.lanes
    network.roadClass[a] = roadClasses.indexOf(piece.roadClass)
    network.flags[a] =
      (arc.contraflow ? arcFlag.contraflow : 0) |
      (piece.roundabout ? arcFlag.roundabout : 0) |
      (piece.link ? arcFlag.link : 0)
    if (!streets.has(piece.street)) streets.set(piece.street, streets.size)
    network.street[a] = streets.get(piece.street)!
    const other = firstArcOf.get(piece)
    if (other === undefined) firstArcOf.set(piece, a)
    else {
      network.reverse[a] = other
      network.reverse[other] = a
    }
    let at = network.shapeStart[a]!
    for (const id of arc.along ? piece.nodes : piece.nodes.toReversed()) {
      const node = extract.nodes.get(id)!
      network.shapeLon[at] = node.lon
      network.shapeLat[at++] = node.lat
    }
    network.shapeStart[a + 1] = at
  })
  for (let i = 0; i < n; i++) network.firstOut[i + 1]! += network.firstOut[i]!
  return {
    network: { ...network, streetNames: [...streets.keys()] },
    osmNode: Float64Array.from(nodeIds),
    osmWay: Float64Array.from(arcs, (arc) => arc.piece.way),
  }
}

/** Two map nodes on the same spot still take a moment to pass. */
const SHORTEST_ARC_M = 0.1
