import type { LineString, Position } from '@clearway/contracts'
import { InputError } from '@clearway/contracts/errors'
import FlatQueue from 'flatqueue'
import type { Coordinate } from '../network/arc-shape.ts'
import { type EdgePoint, type WalkingIndex, walkingIndex } from './walking-index.ts'
import { edgeLine } from './walking-line.ts'
import type { WalkingNetwork } from './walking-network.ts'

export interface Walk {
  distanceM: number
  durationS: number
  geometry: LineString
}

/** How far it is to one of many, by its key. */
export interface WalkTo<K> {
  key: K
  walkM: number
  walkS: number
}

export interface Walks {
  /**
   * The shortest way on foot from any of `from` to any of `to`, the last metres beside the ways as the crow flies.
   *
   * @throws InputError `off-map` when no way for walkers is near, naming `from` or `to`
   */
  walk(from: readonly Position[], to: readonly Position[]): Walk
  /** Every target within `withinM` on foot, nearest first; targets that no way is near are left out. */
  within<K>(from: readonly Position[], targets: ReadonlyMap<K, readonly Position[]>, withinM: number): WalkTo<K>[]
  /** The doors of a place where the map knows some, else the place itself. */
  doors(place: { id: string; position: Position }): Position[]
}

/** Farther from any way is off the map. */
const RADIUS_M = 300
/** Most places are this near to a way; looking here first is cheaper. */
const FIRST_LOOK_M = 50
/** Ways about as near as the nearest are as good a place to start. */
const AS_NEAR_CM = 1000
/** Usual walking speed, m/s. */
const PACE_MPS = 1.3

const FAR = 2 ** 31 - 1

/** @param paceMps walking speed */
export function createWalks(network: WalkingNetwork, paceMps = PACE_MPS): Walks {
  const index = walkingIndex(network)
  const ends = (positions: readonly Position[]): EdgePoint[] =>
    positions.flatMap((position) => entryPoints(index, position))
  const required = (positions: readonly Position[], field: string): EdgePoint[] => {
    const found = ends(positions)
    if (found.length > 0) return found
    const message = `${positions.map(({ lon, lat }) => `${lon},${lat}`).join(' ')} is off the map: no way for walkers within ${RADIUS_M} m`
    throw new InputError('off-map', `${field}: ${message}`, [{ field, message }])
  }
  const timed = (cm: number) => ({ metres: cm / 100, seconds: cm / 100 / paceMps })
  return {
    walk(from, to) {
      const [starts, goals] = [required(from, 'from'), required(to, 'to')]
      const reached = spread(network, index, starts, FAR, goals)
      const goal = nearest(network, reached, starts, goals)
      const { metres, seconds } = timed(goal.cm)
      return {
        distanceM: metres,
        durationS: seconds,
        geometry: { type: 'LineString', coordinates: lineTo(network, reached, starts, goal) },
      }
    },
    within(from, targets, withinM) {
      const starts = required(from, 'from')
      const mostCm = Math.round(withinM * 100)
      const reached = spread(network, index, starts, mostCm)
      return [...targets]
        .map(([key, positions]) => ({ key, cm: nearest(network, reached, starts, ends(positions)).cm }))
        .filter(({ cm }) => cm <= mostCm)
        .sort((a, b) => a.cm - b.cm)
        .map(({ key, cm }) => ({ key, walkM: timed(cm).metres, walkS: timed(cm).seconds }))
    },
    doors({ id, position }) {
      const doors = network.entrances.filter(({ place }) => place === id).map((entrance) => entrance.position)
      return doors.length > 0 ? doors : [position]
    },
  }
}

/** Points of the nearest ways, and of those about as near. */
function entryPoints(index: WalkingIndex, position: Position): EdgePoint[] {
  for (const reachM of [FIRST_LOOK_M, RADIUS_M]) {
    const points = index.near(position, reachM)
    const mostCm = (points[0]?.besideCm ?? FAR) + AS_NEAR_CM
    if (mostCm <= reachM * 100 || reachM === RADIUS_M) return points.filter(({ besideCm }) => besideCm <= mostCm)
  }
  return []
}

interface Reached {
  /** Centimetres from the starts to each node, `FAR` where not reached. */
  cm: Int32Array
  /** The edge by which each node was reached, −1 − i for start i. */
  by: Int32Array
}

/** Dijkstra from the starts, as far as `mostCm` or until no goal can become nearer. */
function spread(
  network: WalkingNetwork,
  { first, edge, other }: WalkingIndex,
  starts: readonly EdgePoint[],
  mostCm: number,
  goals: readonly EdgePoint[] = [],
): Reached {
  const { from, to, lengthCm } = network
  const cm = new Int32Array(network.nodeCount).fill(FAR)
  const by = new Int32Array(network.nodeCount)
  const queue = new FlatQueue<number>()
  const reach = (node: number, distance: number, via: number) => {
    if (distance >= cm[node]! || distance > mostCm) return
    cm[node] = distance
    by[node] = via
    queue.push(node, distance)
  }
  starts.forEach(({ edge: e, offsetCm, besideCm }, i) => {
    reach(from[e]!, besideCm + offsetCm, -1 - i)
    reach(to[e]!, besideCm + lengthCm[e]! - offsetCm, -1 - i)
  })
  const goalNodes = new Set(goals.flatMap(({ edge: e }) => [from[e]!, to[e]!]))
  let bestCm = goals.length > 0 ? nearest(network, { cm, by }, starts, goals).cm : FAR
  while (queue.length > 0) {
    const distance = queue.peekValue()!
    if (distance >= bestCm) break
    const node = queue.pop()!
    if (distance > cm[node]!) continue
    for (let i = first[node]!; i < first[node + 1]!; i++) reach(other[i]!, distance + lengthCm[edge[i]!]!, edge[i]!)
    if (goalNodes.has(node)) bestCm = nearest(network, { cm, by }, starts, goals).cm
  }
  return { cm, by }
}

interface Nearest {
  cm: number
  goal: EdgePoint | undefined
  /** The node from which the goal's edge is entered, or the start on the same edge. */
  via: { node: number } | { start: number } | undefined
}

function nearest(
  { from, to, lengthCm }: WalkingNetwork,
  { cm }: Reached,
  starts: readonly EdgePoint[],
  goals: readonly EdgePoint[],
): Nearest {
  let best: Nearest = { cm: FAR, goal: undefined, via: undefined }
  for (const goal of goals) {
    const { edge, offsetCm, besideCm } = goal
    const take = (total: number, via: Nearest['via']) => {
      if (total < best.cm) best = { cm: total, goal, via }
    }
    const [a, b] = [from[edge]!, to[edge]!]
    if (cm[a] !== FAR) take(cm[a]! + offsetCm + besideCm, { node: a })
    if (cm[b] !== FAR) take(cm[b]! + lengthCm[edge]! - offsetCm + besideCm, { node: b })
    starts.forEach((start, i) => {
      if (start.edge !== edge) return
      take(start.besideCm + Math.abs(start.offsetCm - offsetCm) + besideCm, { start: i })
    })
  }
  return best
}

/** The line walked, from the start's point on its edge to the goal's. */
function lineTo(network: WalkingNetwork, { by }: Reached, starts: readonly EdgePoint[], found: Nearest): Coordinate[] {
  const { goal, via } = found as { goal: EdgePoint; via: { node: number } | { start: number } }
  if ('start' in via) {
    const { offsetCm } = starts[via.start]!
    return edgeLine(network, goal.edge, offsetCm, goal.offsetCm)
  }
  const endCm = (edge: number, node: number) => (network.from[edge] === node ? 0 : network.lengthCm[edge]!)
  const parts = [edgeLine(network, goal.edge, endCm(goal.edge, via.node), goal.offsetCm)]
  let node = via.node
  for (let edge = by[node]!; edge >= 0; edge = by[node]!) {
    const before = network.from[edge] === node ? network.to[edge]! : network.from[edge]!
    parts.push(edgeLine(network, edge, endCm(edge, before), endCm(edge, node)))
    node = before
  }
  const start = starts[-1 - by[node]!]!
  parts.push(edgeLine(network, start.edge, start.offsetCm, endCm(start.edge, node)))
  const line = parts.reverse().flat()
  const distinct = line.filter((point, i) => i === 0 || point[0] !== line[i - 1]![0] || point[1] !== line[i - 1]![1])
  return distinct.length > 1 ? distinct : [line[0]!, line[0]!]
}
