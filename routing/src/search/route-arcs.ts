import type { LineString, Position } from '@clearway/contracts'
import { distanceM } from '../network/geodesy.ts'
import { arcFlag, type RoadNetwork } from '../network/road-network.ts'
import { snap } from '../network/snap.ts'

/** The arcs of a route, driven from `fromM` of the first to `toM` of the last. */
export interface ArcRoute {
  arcs: Int32Array
  fromM: number
  toM: number
}

/** A vertex this near to a node is that node. */
const SAME_NODE_M = 1
/** A line may touch so many nodes of other roads between two of its own. */
const MOST_TOUCHED = 4
/** A street is taken against its direction only if the line fits nothing else by so much. */
const AGAINST_M = 1000
/** The ends of a route lie on the road, but may have been rounded. */
const END_M = 10

/**
 * Reads the arcs back from the geometry of a route: the nodes among its vertices name them, its ends lie on the first
 * and the last. Undefined when the line does not follow this network.
 */
export function arcsAlong(network: RoadNetwork, { coordinates }: LineString): ArcRoute | undefined {
  const line = coordinates.map(([lon, lat]) => ({ lon: lon!, lat: lat! }))
  const nodeAt = nodeFinder(network)
  const nodes: { node: number; at: number }[] = []
  for (const [at, { lon, lat }] of line.entries()) {
    const node = nodeAt(lon, lat)
    if (node !== undefined && node !== nodes.at(-1)?.node) nodes.push({ node, at })
  }
  const ends = [line[0]!, line.at(-1)!].map((end) => snap(network, end, END_M, { contraflow: true }))
  const [first, last] = [nodes[0], nodes.at(-1)]
  if (!first || !last) {
    for (const from of ends[0]!) {
      const to = ends[1]!.find(({ arc, offsetM }) => arc === from.arc && offsetM >= from.offsetM)
      if (to) return { arcs: Int32Array.of(from.arc), fromM: from.offsetM, toM: to.offsetM }
    }
    return undefined
  }
  const arcs: number[] = []
  let fromM = 0
  if (first.at > 0) {
    const start = ends[0]!.find(({ arc }) => network.head[arc] === first.node)
    if (!start) return undefined
    arcs.push(start.arc)
    fromM = start.offsetM
  }
  const between = arcsBetween(network, line, nodes)
  if (!between) return undefined
  arcs.push(...between)
  let toM = arcs.length > 0 ? network.lengthM[arcs.at(-1)!]! : 0
  if (last.at < line.length - 1) {
    const end = ends[1]!.find(({ arc }) => network.tail[arc] === last.node)
    if (!end) return undefined
    arcs.push(end.arc)
    toM = end.offsetM
  }
  return arcs.length > 0 ? { arcs: Int32Array.from(arcs), fromM, toM } : undefined
}

/**
 * From the first of the nodes to the last by the arcs about as long as the line between them. Nodes of a road that the
 * line only touches are left out where another arc leads past them; a street is not driven against where it need not be.
 */
function arcsBetween(
  network: RoadNetwork,
  line: readonly Position[],
  nodes: readonly { node: number; at: number }[],
): number[] | undefined {
  /** The cheapest way to each node: how far off it is, and its last arc and the place of that arc's tail. */
  const best: ({ offM: number; arc: number; from: number } | undefined)[] = [{ offM: 0, arc: -1, from: -1 }]
  for (let to = 1; to < nodes.length; to++) {
    for (let from = Math.max(0, to - 1 - MOST_TOUCHED); from < to; from++) {
      const before = best[from]
      if (!before) continue
      const [a, b] = [nodes[from]!, nodes[to]!]
      const found = arcBetween(network, a.node, b.node, lengthM(line.slice(a.at, b.at + 1)))
      if (!found) continue
      const offM = before.offM + found.offM
      if (offM < (best[to]?.offM ?? Number.POSITIVE_INFINITY)) best[to] = { offM, arc: found.arc, from }
    }
  }
  const arcs: number[] = []
  for (let at = nodes.length - 1; at > 0; ) {
    const way = best[at]
    if (!way) return undefined
    arcs.unshift(way.arc)
    at = way.from
  }
  return arcs
}

/** Of the arcs from node to node the one about as long as the line. */
function arcBetween(
  network: RoadNetwork,
  from: number,
  to: number,
  wantedM: number,
): { arc: number; offM: number } | undefined {
  let best: { arc: number; offM: number } | undefined
  for (let arc = network.firstOut[from]!; arc < network.firstOut[from + 1]!; arc++) {
    if (network.head[arc] !== to) continue
    const against = (network.flags[arc]! & arcFlag.contraflow) === 0 ? 0 : AGAINST_M
    const offM = Math.abs(network.lengthM[arc]! - wantedM) + against
    if (!best || offM < best.offM) best = { arc, offM }
  }
  return best
}

function lengthM(line: readonly { lon: number; lat: number }[]): number {
  let sum = 0
  for (let i = 1; i < line.length; i++) {
    sum += distanceM(line[i - 1]!.lon, line[i - 1]!.lat, line[i]!.lon, line[i]!.lat)
  }
  return sum
}

type NodeFinder = (lon: number, lat: number) => number | undefined
const finders = new WeakMap<RoadNetwork, NodeFinder>()
/** About a metre: a node within `SAME_NODE_M` lies in the cell of the vertex or in one beside it. */
const CELLS_PER_DEGREE = 50_000

/** Made at the first call and kept as long as the network. */
function nodeFinder(network: RoadNetwork): NodeFinder {
  const known = finders.get(network)
  if (known) return known
  const cells = new Map<string, number[]>()
  for (let node = 0; node < network.nodeCount; node++) {
    const key = cell(network.nodeLon[node]!, network.nodeLat[node]!, 0, 0)
    const here = cells.get(key)
    if (here) here.push(node)
    else cells.set(key, [node])
  }
  const find: NodeFinder = (lon, lat) => {
    let best: number | undefined
    let bestM = SAME_NODE_M
    for (const dx of [-1, 0, 1]) {
      for (const dy of [-1, 0, 1]) {
        for (const node of cells.get(cell(lon, lat, dx, dy)) ?? []) {
          const away = distanceM(lon, lat, network.nodeLon[node]!, network.nodeLat[node]!)
          if (away <= bestM) {
            best = node
            bestM = away
          }
        }
      }
    }
    return best
  }
  finders.set(network, find)
  return find
}

const cell = (lon: number, lat: number, dx: number, dy: number): string =>
  `${Math.round(lon * CELLS_PER_DEGREE) + dx}:${Math.round(lat * CELLS_PER_DEGREE) + dy}`
