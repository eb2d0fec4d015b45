import type { Position } from '@clearway/contracts'
import type { Coordinate } from './arc-shape.ts'
import { assemble } from './assemble.ts'
import { type Bounds, distanceM, within } from './geodesy.ts'
import { drop, type ImportReport } from './import-report.ts'
import { noLimits } from './physical-limits.ts'
import type { Carriageway, Road } from './road.ts'
import { arcFlag, type RoadClass, type RoadNetwork, type TurnBan } from './road-network.ts'

/** One direction of a road, as maps for simulators have it. */
export interface MapEdge {
  /** Numbers of its nodes. */
  from: number
  to: number
  /** From the first node to the second, or from stop line to stop line. */
  shape: readonly Coordinate[]
  lengthM: number
  speedMps: number
  lanes: number
  openTo: 'everyone' | 'emergency'
  roadClass: RoadClass
  link: boolean
  roundabout: boolean
  street: string
}

/** A map of directed edges and of the turns between them. */
export interface EdgeMap {
  nodes: readonly Position[]
  edges: readonly MapEdge[]
  /** Edge → edges that may be taken from it, and by whom. An edge that is not named may be left in every direction. */
  turns: ReadonlyMap<number, ReadonlyMap<number, MapEdge['openTo']>>
}

export interface EdgeNetwork {
  network: RoadNetwork
  /** Map node → node of the network, or −1 where it was left out. */
  nodeOf: Int32Array
  /** Arc → edge of the map, or −1 for an arc against a one-way edge. */
  edgeOf: Int32Array
}

/** Lines between two nodes that differ less than this are the two directions of one road. */
const SAME_ROAD_M = 30
/** An end of a line so near to its node is the node. */
const NODE_REACH_M = 1

/**
 * The network of an edge map: edges that lie on each other become the two directions of one road, the others one-way
 * roads. Turns that the map does not have are bans; turning back is not one, because each kind of vehicle has its own
 * rule for that. Lengths are those of the map.
 *
 * @param whole also what is not connected with the rest in both directions
 * @throws InputError `no-roads`
 */
export function edgeNetwork(
  map: EdgeMap,
  bounds: Bounds | undefined,
  report: ImportReport,
  whole = false,
): EdgeNetwork {
  const isIn = (node: number) => !bounds || within(bounds, map.nodes[node]!.lon, map.nodes[node]!.lat)
  const inside = map.edges.flatMap(({ from, to }, edge) => (isIn(from) && isIn(to) ? [edge] : []))
  drop(report, 'edges: outside the bounds', map.edges.length - inside.length)
  const pairs = paired(map, inside)
  const roads = pairs.map(([forward, backward]) => roadOf(map, forward, backward))
  const { network, sourceNode, sourceRoad, along } = assemble(map.nodes, roads, report, whole)
  const edgeOf = Int32Array.from(sourceRoad, (road, arc) => pairs[road]![along[arc] === 1 ? 0 : 1])
  const nodeOf = new Int32Array(map.nodes.length).fill(-1)
  sourceNode.forEach((source, node) => {
    nodeOf[source] = node
  })
  const turnBans = bansOf(network, edgeOf, map.turns)
  report.kept.turnBans = turnBans.length
  return { network: { ...network, turnBans }, nodeOf, edgeOf }
}

/** Pairs of opposite edges along the same line, −1 where there is none. */
function paired({ nodes, edges }: EdgeMap, inside: readonly number[]): [forward: number, backward: number][] {
  const key = (from: number, to: number) => from * nodes.length + to
  const waiting = new Map<number, number[]>()
  const pairs: [number, number][] = []
  const placeOf = new Map<number, number>()
  for (const edge of inside) {
    const { from, to, shape } = edges[edge]!
    const opposite = waiting.get(key(to, from)) ?? []
    const apart = opposite.map((other) => apartM(shape, edges[other]!.shape.toReversed()))
    const nearest = apart.indexOf(Math.min(...apart))
    if (nearest >= 0 && apart[nearest]! <= SAME_ROAD_M && from !== to) {
      const [other] = opposite.splice(nearest, 1) as [number]
      pairs[placeOf.get(other)!]![1] = edge
      continue
    }
    placeOf.set(edge, pairs.push([edge, -1]) - 1)
    waiting.set(key(from, to), [...(waiting.get(key(from, to)) ?? []), edge])
  }
  return pairs
}

/** How far apart two lines are in their middles. */
function apartM(a: readonly Coordinate[], b: readonly Coordinate[]): number {
  const [p, q] = [middle(a), middle(b)]
  return distanceM(p[0], p[1], q[0], q[1])
}

function middle(line: readonly Coordinate[]): Coordinate {
  const steps = line.slice(1).map(([lon, lat], i) => distanceM(line[i]![0], line[i]![1], lon, lat))
  let left = steps.reduce((sum, step) => sum + step, 0) / 2
  for (const [i, step] of steps.entries()) {
    const [[lonA, latA], [lonB, latB]] = [line[i]!, line[i + 1]!]
    if (step > 0 && step >= left) return [lonA + ((lonB - lonA) * left) / step, latA + ((latB - latA) * left) / step]
    left -= step
  }
  return line[0]!
}

function roadOf(map: EdgeMap, forward: number, backward: number): Road {
  const edge = map.edges[forward]!
  const carriageway = (of: number, openTo: Carriageway['openTo']): Carriageway => {
    const { lengthM, speedMps, lanes } = map.edges[of]!
    return { openTo, lengthM, speedMps, lanes: Math.min(255, lanes), limits: noLimits }
  }
  const { from, to, roadClass, link, roundabout, street } = edge
  return {
    ...{ from, to, roadClass, link, roundabout, street },
    shape: betweenNodes(edge.shape, map.nodes[from]!, map.nodes[to]!),
    unknownClearance: false,
    forward: carriageway(forward, edge.openTo),
    backward: backward < 0 ? carriageway(forward, 'nobody') : carriageway(backward, map.edges[backward]!.openTo),
  }
}

/** The line with the nodes as its ends. */
function betweenNodes(line: readonly Coordinate[], from: Position, to: Position): Coordinate[] {
  const isAt = ([lon, lat]: Coordinate, end: Position) => distanceM(lon, lat, end.lon, end.lat) <= NODE_REACH_M
  const first = line.findIndex((point) => !isAt(point, from))
  const last = line.findLastIndex((point) => !isAt(point, to))
  return [[from.lon, from.lat], ...(first < 0 ? [] : line.slice(first, last + 1)), [to.lon, to.lat]]
}

function bansOf(network: RoadNetwork, edgeOf: Int32Array, turns: EdgeMap['turns']): TurnBan[] {
  const bans: TurnBan[] = []
  for (let arc = 0; arc < network.arcCount; arc++) {
    const allowed = turns.get(edgeOf[arc]!)
    if (edgeOf[arc]! < 0 || !allowed) continue
    const node = network.head[arc]!
    for (let next = network.firstOut[node]!; next < network.firstOut[node + 1]!; next++) {
      if (edgeOf[next]! < 0 || next === network.reverse[arc]) continue
      const who = allowed.get(edgeOf[next]!)
      const isOpen = who === 'everyone' || (network.flags[next]! & arcFlag.emergencyOnly) !== 0
      if (who !== undefined && isOpen) continue
      bans.push({ arcs: [arc, next], emergencyExempt: who === 'emergency', hours: null })
    }
  }
  return bans
}
