import createGraph from 'ngraph.graph'
import ngraphPath from 'ngraph.path'
import { planeAround } from '../network/geodesy.ts'
import type { RoadNetwork } from '../network/road-network.ts'
import { CLOSED_MS, type TravelCost } from './travel-cost.ts'

/** Where a search begins or ends: on some arcs, near one place. */
export interface SearchEnd {
  lon: number
  lat: number
  /** Every entry point lies within so many metres of the place. */
  reachM: number
  /** Start: arc → cost to its head. Goal: arc → cost from its head to the goal. */
  costMs: ReadonlyMap<number, number>
}

interface FoundPath {
  /** From a start arc to an arc before the goal, in driving order. Empty: straight from start to goal. */
  arcs: number[]
}

/** Finds the cheapest path of arcs for one profile. `undefined` when there is none. */
export interface PathFinder {
  /**
   * @param weightMs cost of each movement of the arc graph, whole milliseconds, nowhere less than the profile's own
   * @param directMs cost straight from start to goal, when both lie on one arc
   */
  find(weightMs: Int32Array, start: SearchEnd, goal: SearchEnd, directMs: number | undefined): FoundPath | undefined
}

interface Place {
  x: number
  y: number
  reachM: number
}

const START = 'start'
const GOAL = 'goal'
/** Against rounding of the projection. */
const LOWER_BOUND_SHARE = 0.999

/**
 * NBA* of ngraph.path over the arc graph. Its quirks stay in this file: the path comes destination first; one-way is
 * only kept with `oriented`; unknown nodes throw; the two searches of NBA* call `distance` with the ends swapped, so
 * costs are looked up by link and never by node.
 *
 * The straight line at the fastest speed bounds the rest of the way from below. The plane is scaled at the latitude
 * farthest from the equator, where degrees of longitude are shortest, so that it never overstates a distance.
 */
export function ngraphPathFinder(network: RoadNetwork, { graph, arcMs, weightMs, fastestMps }: TravelCost): PathFinder {
  const farthestLat = network.nodeLat.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
  const plane = planeAround({ lon: network.nodeLon[0] ?? 0, lat: farthestLat })
  const place = (lon: number, lat: number, reachM: number): Place => ({ x: plane.x(lon), y: plane.y(lat), reachM })
  const vertices = createGraph<Place, number>({ multigraph: false })
  for (let arc = 0; arc < network.arcCount; arc++) {
    if (arcMs[arc] === CLOSED_MS) continue
    const head = network.head[arc]!
    vertices.addNode(arc, place(network.nodeLon[head]!, network.nodeLat[head]!, 0))
  }
  for (let m = 0; m < graph.movementCount; m++) {
    if (weightMs[m] !== CLOSED_MS) vertices.addLink(graph.from[m]!, graph.to[m]!, m)
  }

  const msPerMetre = (1000 / fastestMps) * LOWER_BOUND_SHARE
  let weights = weightMs
  let endWeights: number[] = []
  /** Links of the two ends count down from −1. */
  const cost = (data: number) => (data >= 0 ? weights[data]! : endWeights[-1 - data]!)
  const finder = ngraphPath.nba(vertices, {
    oriented: true,
    distance: (_from, _to, link) => cost(link.data),
    blocked: (_from, _to, link) => cost(link.data) >= CLOSED_MS,
    heuristic: (a, b) => {
      const lineM = Math.hypot(a.data.x - b.data.x, a.data.y - b.data.y) - a.data.reachM - b.data.reachM
      return lineM > 0 ? lineM * msPerMetre : 0
    },
  })
  const linkEnd = (from: number | string, to: number | string, ms: number) => {
    endWeights.push(ms)
    vertices.addLink(from, to, -endWeights.length)
  }

  return {
    find(current, start, goal, directMs) {
      weights = current
      endWeights = []
      vertices.addNode(START, place(start.lon, start.lat, start.reachM))
      vertices.addNode(GOAL, place(goal.lon, goal.lat, goal.reachM))
      try {
        for (const [arc, ms] of start.costMs) linkEnd(START, arc, ms)
        for (const [arc, ms] of goal.costMs) linkEnd(arc, GOAL, ms)
        if (directMs !== undefined) linkEnd(START, GOAL, directMs)
        const path = finder.find(START, GOAL)
        if (path.length === 0) return undefined
        return {
          arcs: path
            .slice(1, -1)
            .map((node) => node.id as number)
            .reverse(),
        }
      } finally {
        vertices.removeNode(START)
        vertices.removeNode(GOAL)
      }
    },
  }
}
