import createGraph from 'ngraph.graph'
import ngraphPath from 'ngraph.path'
import { planeAround } from '../network/geodesy.ts'
import type { RoadNetwork } from '../network/road-network.ts'
import { arcGraph } from './arc-graph.ts'
import type { ArcEnd, ArcPath } from './arc-search.ts'
import type { PathFinder } from './path-finder.ts'
import { CLOSED_MS, movementInto, type TravelCost } from './travel-cost.ts'

interface Place {
  x: number
  y: number
  /** The start or goal that it stands for lies at most so far away. */
  reachM: number
}

/** The last arc of a path, the vertex before it, and what it costs to get from there to the goal. */
interface GoalLink {
  vertex: number
  arc: number
  ms: number
}

const START = 'start'
const GOAL = 'goal'
/** Against rounding of the projection. */
const LOWER_BOUND_SHARE = 0.999

/**
 * NBA* of ngraph.path over the movement graph: the reference. Its quirks stay in this file: the path comes destination
 * first; one-way is only kept with `oriented`; unknown nodes throw; the two searches of NBA* call `distance` with the
 * ends swapped, so costs are looked up by link and never by node.
 *
 * The straight line at the fastest speed bounds the rest of the way from below. The plane is scaled at the latitude
 * farthest from the equator, where degrees of longitude are shortest, so that it never overstates a distance. Where a map
 * states lengths shorter than the straight line the bound shrinks with the shortest of them. It knows expected waits only.
 */
export function ngraphFinder(network: RoadNetwork): PathFinder {
  const graph = arcGraph(network)
  const farthestLat = network.nodeLat.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
  const plane = planeAround({ lon: network.nodeLon[0] ?? 0, lat: farthestLat })
  const place = (node: number, reachM = 0): Place => ({
    x: plane.x(network.nodeLon[node]!),
    y: plane.y(network.nodeLat[node]!),
    reachM,
  })
  /** All of the nodes lie within its reach. */
  const placeOver = (nodes: readonly number[]): Place => {
    const centre = place(nodes[0]!)
    return { ...centre, reachM: Math.max(...nodes.map((node) => lineM(centre, place(node)))) }
  }
  const vertices = createGraph<Place, number>({ multigraph: false })
  const into = new Map<number, number[]>()
  for (let v = 0; v < graph.vertexCount; v++) vertices.addNode(v, place(network.head[graph.arcOf[v]!]!))
  for (let m = 0; m < graph.movementCount; m++) {
    vertices.addLink(graph.from[m]!, graph.to[m]!, m)
    const arc = graph.arcOf[graph.to[m]!]!
    const movements = into.get(arc)
    if (movements) movements.push(m)
    else into.set(arc, [m])
  }

  let straightShare = 1
  for (let arc = 0; arc < network.arcCount; arc++) {
    const straightM = lineM(place(network.tail[arc]!), place(network.head[arc]!))
    straightShare = Math.min(straightShare, network.lengthM[arc]! / straightM || 1)
  }

  let cost: TravelCost
  let factor: Float64Array | undefined
  let msPerMetre = 0
  let endMs: number[] = []
  const leavingMs = (m: number): number => {
    const turnMs = cost.turnMs[m]!
    return turnMs >= CLOSED_MS ? CLOSED_MS : cost.waitMs[graph.arcOf[graph.from[m]!]!]! + turnMs
  }
  const drivingMs = (arc: number, ms: number): number => {
    if (cost.arcMs[arc]! >= CLOSED_MS) return CLOSED_MS
    return factor ? Math.round(ms * factor[arc]!) : ms
  }
  const movementMs = (m: number): number => {
    const arc = graph.arcOf[graph.to[m]!]!
    return leavingMs(m) + drivingMs(arc, cost.arcMs[arc]!)
  }
  /** Links of the two ends count down from −1. */
  const linkMs = (data: number): number => (data < 0 ? endMs[-1 - data]! : movementMs(data))
  const finder = ngraphPath.nba(vertices, {
    oriented: true,
    distance: (_from, _to, link) => linkMs(link.data),
    blocked: (_from, _to, link) => !(linkMs(link.data) < CLOSED_MS),
    heuristic: (a, b) => Math.max(0, lineM(a.data, b.data) - a.data.reachM - b.data.reachM) * msPerMetre,
  })
  const linkEnd = (from: number | string, to: number | string, ms: number) => {
    endMs.push(ms)
    vertices.addLink(from, to, -endMs.length)
  }

  /** The cheapest goal after each vertex that leads into one. */
  function goalLinks(goals: readonly ArcEnd[]): Map<number, GoalLink> {
    const links = new Map<number, GoalLink>()
    for (const { arc, costMs } of goals) {
      for (const m of into.get(arc) ?? []) {
        const vertex = graph.from[m]!
        const ms = leavingMs(m) + drivingMs(arc, costMs)
        if (ms < (links.get(vertex)?.ms ?? CLOSED_MS)) links.set(vertex, { vertex, arc, ms })
      }
    }
    return links
  }

  function search(starts: readonly ArcEnd[], goals: readonly ArcEnd[]): ArcPath | undefined {
    const startMs = new Map<number, number>()
    for (const { arc, costMs } of starts) {
      if (costMs < (startMs.get(arc) ?? CLOSED_MS)) startMs.set(arc, costMs)
    }
    const links = goalLinks(goals)
    if (startMs.size === 0 || links.size === 0) return undefined
    endMs = []
    vertices.addNode(START, placeOver([...startMs.keys()].map((arc) => network.head[arc]!)))
    vertices.addNode(GOAL, placeOver(goals.map(({ arc }) => network.tail[arc]!)))
    try {
      for (const [arc, ms] of startMs) linkEnd(START, arc, ms)
      for (const { vertex, ms } of links.values()) linkEnd(vertex, GOAL, ms)
      const path = finder.find(START, GOAL)
      if (path.length < 3) return undefined
      const driven = path.slice(1, -1).map((node) => node.id as number)
      driven.reverse()
      const last = links.get(driven.at(-1)!)!
      let costMs = startMs.get(driven[0]!)! + last.ms
      for (let i = 1; i < driven.length; i++) {
        costMs += movementMs(movementInto(network, graph, driven[i - 1]!, graph.arcOf[driven[i]!]!))
      }
      return { arcs: Int32Array.from([...driven.map((v) => graph.arcOf[v]!), last.arc]), costMs }
    } finally {
      vertices.removeNode(START)
      vertices.removeNode(GOAL)
    }
  }

  const weigh = (given: TravelCost) => ({ cost: given })
  return {
    weigh,
    reweigh: async (given) => weigh(given),
    release() {},
    toward(goals, weights) {
      return {
        boundMs: () => 0,
        from(starts, options = {}) {
          cost = weights.cost
          factor = options.factor
          msPerMetre = (1000 / cost.fastestMps) * LOWER_BOUND_SHARE * straightShare
          const found = search(starts, goals)
          return found && found.costMs < (options.belowMs ?? CLOSED_MS) ? found : undefined
        },
      }
    },
    close: async () => {},
  }
}

const lineM = (a: Place, b: Place): number => Math.hypot(a.x - b.x, a.y - b.y)
