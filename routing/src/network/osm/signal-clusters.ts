import { distanceM } from '../geodesy.ts'
import type { SignalCluster } from '../junctions.ts'
import { arcFlag, type RoadNetwork, roadClasses } from '../road-network.ts'
import type { Tags } from './extract.ts'
import type { SourcedNetwork } from './osm-network.ts'
import { isSignal, isSignalCrossing } from './road-piece.ts'

/** A stop line stands at most so far before the junction it protects. */
const STOP_LINE_REACH_M = 45
/** Signals nearer to each other than this, along the road, belong to one controller. */
const MERGE_REACH_M = 38
/** And nearer than this across the ground: a crossing of both carriageways, which no road joins. */
const ACROSS_REACH_M = 25
/** No controller is taken to serve a longer stretch: else the signals of a boulevard would chain into one junction. */
const WIDEST_M = 110
/** A way round of at most this length between two nodes of a junction is part of it. */
const DETOUR_REACH_M = 50

const SERVICE = roadClasses.indexOf('service')

/**
 * Groups signal nodes into junctions. Signals are mapped on the junction node, on the stop lines before it and on its
 * crossings; a dual carriageway has several junction nodes. Stop lines first join the junction ahead; then what is near
 * along the road joins, nearest pairs first.
 */
export function signalClusters({ network, osmNode, nodeTags }: SourcedNetwork): SignalCluster[] {
  const tags = (node: number): Tags => nodeTags[node]!
  const signals = Array.from({ length: network.nodeCount }, (_, node) => node).filter(
    (node) => isSignal(tags(node)) && !ordinaryOut(network, node).next().done,
  )
  const groups = new NodeGroups(network)
  for (const node of signals) {
    groups.add([node])
    if (tags(node).highway === 'traffic_signals' && !isIntersection(network, node)) {
      const path = pathToIntersection(network, node)
      if (path) groups.add(path)
    }
  }
  for (const { path } of nearPairs(network, groups.members()).sort((a, b) => a.distanceM - b.distanceM)) {
    groups.joinWithin(path, WIDEST_M)
  }
  const isSignalNode = new Set(signals)
  const taken = new Set(groups.members())
  return groups.all().map((nodes) => {
    const whole = withDetours(network, nodes, taken)
    for (const node of whole) taken.add(node)
    const own = whole.filter((node) => isSignalNode.has(node))
    return {
      id: `j-${Math.min(...own.map((node) => osmNode[node]!))}`,
      nodes: whole,
      signals: own,
      crossings: whole.filter((node) => isSignalCrossing(tags(node))),
    }
  })
}

/** Disjoint groups of nodes that know how wide they are. */
class NodeGroups {
  readonly #network: RoadNetwork
  readonly #groupOf = new Map<number, Set<number>>()

  constructor(network: RoadNetwork) {
    this.#network = network
  }

  /** Makes one group of the nodes and of all groups they touch. */
  add(nodes: readonly number[]): void {
    const union = new Set(nodes)
    for (const node of nodes) for (const other of this.#groupOf.get(node) ?? []) union.add(other)
    for (const node of union) this.#groupOf.set(node, union)
  }

  /** As `add`, unless the group would become wider than `widestM`. */
  joinWithin(nodes: readonly number[], widestM: number): void {
    const first = this.#groupOf.get(nodes[0]!)
    if (first && nodes.every((node) => this.#groupOf.get(node) === first)) return
    const union = new Set(nodes.flatMap((node) => [node, ...(this.#groupOf.get(node) ?? [])]))
    if (widthM(this.#network, [...union]) <= widestM) this.add(nodes)
  }

  members(): number[] {
    return [...this.#groupOf.keys()]
  }

  all(): number[][] {
    return [...new Set(this.#groupOf.values())].map((group) => [...group].sort((a, b) => a - b))
  }
}

function widthM(network: RoadNetwork, nodes: readonly number[]): number {
  let widest = 0
  for (const a of nodes) for (const b of nodes) widest = Math.max(widest, nodeDistanceM(network, a, b))
  return widest
}

const nodeDistanceM = (network: RoadNetwork, a: number, b: number): number =>
  distanceM(network.nodeLon[a]!, network.nodeLat[a]!, network.nodeLon[b]!, network.nodeLat[b]!)

/** The arcs out of a node but those for emergency vehicles only, which have no signals. */
function* ordinaryOut(network: RoadNetwork, node: number): Generator<number> {
  for (let arc = network.firstOut[node]!; arc < network.firstOut[node + 1]!; arc++) {
    if ((network.flags[arc]! & arcFlag.emergencyOnly) === 0) yield arc
  }
}

/** Three or more roads meet; driveways do not count. */
function isIntersection(network: RoadNetwork, node: number): boolean {
  const neighbours = new Set<number>()
  for (const arc of ordinaryOut(network, node)) {
    if (network.roadClass[arc] !== SERVICE) neighbours.add(network.head[arc]!)
  }
  return neighbours.size >= 3
}

/** The way a driver takes from a stop line to the nearest junction ahead, or undefined when there is none in reach. */
function pathToIntersection(network: RoadNetwork, stopLine: number): number[] | undefined {
  let nearest: { path: number[]; lengthM: number } | undefined
  for (const out of ordinaryOut(network, stopLine)) {
    let arc = out
    const path = [stopLine]
    let lengthM = 0
    while ((network.flags[arc]! & arcFlag.contraflow) === 0) {
      lengthM += network.lengthM[arc]!
      const node = network.head[arc]!
      if (lengthM > STOP_LINE_REACH_M || path.includes(node)) break
      path.push(node)
      if (isIntersection(network, node)) {
        if (!nearest || lengthM < nearest.lengthM) nearest = { path, lengthM }
        break
      }
      const onward = onlyWayOn(network, arc)
      if (onward === undefined) break
      arc = onward
    }
  }
  return nearest?.path
}

function onlyWayOn(network: RoadNetwork, arc: number): number | undefined {
  const node = network.head[arc]!
  const onward: number[] = []
  for (const out of ordinaryOut(network, node)) {
    if (out !== network.reverse[arc] && network.roadClass[out] !== SERVICE) onward.push(out)
  }
  return onward.length === 1 ? onward[0] : undefined
}

/** Pairs of the given nodes that are near each other, along the road in either direction or across, with the nodes between. */
function nearPairs(network: RoadNetwork, nodes: readonly number[]): { path: number[]; distanceM: number }[] {
  const wanted = new Set(nodes)
  const pairs: { path: number[]; distanceM: number }[] = []
  for (const start of nodes) {
    for (const { path, distanceM } of reach(network, start, MERGE_REACH_M)) {
      if (start < path.at(-1)! && wanted.has(path.at(-1)!)) pairs.push({ path, distanceM })
    }
    for (const other of nodes) {
      const acrossM = start < other ? nodeDistanceM(network, start, other) : Number.POSITIVE_INFINITY
      if (acrossM <= ACROSS_REACH_M) pairs.push({ path: [start, other], distanceM: acrossM })
    }
  }
  return pairs
}

/** Every node within `reachM` along the roads, driven in any direction, nearest first, with the way to it. */
function* reach(network: RoadNetwork, start: number, reachM: number): Generator<{ path: number[]; distanceM: number }> {
  const open = [{ path: [start], distanceM: 0 }]
  const done = new Set<number>()
  while (open.length > 0) {
    const nearest = open.reduce((best, entry, i) => (entry.distanceM < open[best]!.distanceM ? i : best), 0)
    const [{ path, distanceM }] = open.splice(nearest, 1) as [(typeof open)[0]]
    const node = path.at(-1)!
    if (done.has(node)) continue
    done.add(node)
    if (node !== start) yield { path, distanceM }
    for (const arc of ordinaryOut(network, node)) {
      const total = distanceM + network.lengthM[arc]!
      const head = network.head[arc]!
      if (total <= reachM && !done.has(head)) open.push({ path: [...path, head], distanceM: total })
    }
  }
}

/** Adds nodes of no other junction that lie on a short way between two nodes of this one: its inner corners. */
function withDetours(network: RoadNetwork, nodes: readonly number[], taken: ReadonlySet<number>): number[] {
  const inside = new Set(nodes)
  const walk = (path: number[], lengthM: number): void => {
    const node = path.at(-1)!
    for (const arc of ordinaryOut(network, node)) {
      const head = network.head[arc]!
      const total = lengthM + network.lengthM[arc]!
      if (total > DETOUR_REACH_M || path.includes(head) || network.roadClass[arc] === SERVICE) continue
      if (nodes.includes(head)) for (const between of path.slice(1)) inside.add(between)
      else if (path.length <= 3 && !taken.has(head)) walk([...path, head], total)
    }
  }
  for (const node of nodes) walk([node], 0)
  return [...inside].sort((a, b) => a - b)
}
