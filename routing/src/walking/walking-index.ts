import type { Position } from '@clearway/contracts'
import Flatbush from 'flatbush'
import { distanceM, METRES_PER_DEGREE, planeAround } from '../network/geodesy.ts'
import type { WalkingNetwork } from './walking-network.ts'

/** A point on an edge, and how far it is there from the position asked for, as the crow flies. */
export interface EdgePoint {
  edge: number
  /** Centimetres from the edge's `from`. */
  offsetCm: number
  besideCm: number
}

/** What searches need beside the network itself. */
export interface WalkingIndex {
  /** Edges at node `n`: `edge[first[n]]` … `edge[first[n + 1] - 1]`; `other` is the node at their far end. */
  first: Int32Array
  edge: Int32Array
  other: Int32Array
  /** The nearest point of every edge within `radiusM`, nearest first. */
  near(position: Position, radiusM: number): EdgePoint[]
}

export function walkingIndex(network: WalkingNetwork): WalkingIndex {
  return { ...adjacency(network), near: segments(network) }
}

function adjacency({ nodeCount, edgeCount, from, to }: WalkingNetwork) {
  const first = new Int32Array(nodeCount + 1)
  for (let e = 0; e < edgeCount; e++) {
    first[from[e]! + 1]!++
    first[to[e]! + 1]!++
  }
  for (let n = 0; n < nodeCount; n++) first[n + 1]! += first[n]!
  const next = first.slice(0, nodeCount)
  const edge = new Int32Array(2 * edgeCount)
  const other = new Int32Array(2 * edgeCount)
  const add = (node: number, e: number, far: number) => {
    const at = next[node]!++
    edge[at] = e
    other[at] = far
  }
  for (let e = 0; e < edgeCount; e++) {
    add(from[e]!, e, to[e]!)
    add(to[e]!, e, from[e]!)
  }
  return { first, edge, other }
}

function segments(network: WalkingNetwork): WalkingIndex['near'] {
  const { edgeCount, shapeStart, shapeLon: lon, shapeLat: lat } = network
  const edges: number[] = []
  const points: number[] = []
  for (let e = 0; e < edgeCount; e++) {
    for (let i = shapeStart[e]!; i < shapeStart[e + 1]! - 1; i++) {
      edges.push(e)
      points.push(i)
    }
  }
  const boxes = new Flatbush(points.length)
  for (const i of points) {
    const [east, north] = [Math.max(lon[i]!, lon[i + 1]!), Math.max(lat[i]!, lat[i + 1]!)]
    boxes.add(Math.min(lon[i]!, lon[i + 1]!), Math.min(lat[i]!, lat[i + 1]!), east, north)
  }
  boxes.finish()

  return (position, radiusM) => {
    const plane = planeAround(position)
    const byLat = radiusM / METRES_PER_DEGREE
    const byLon = byLat / Math.max(0.01, Math.cos((position.lat * Math.PI) / 180))
    const box = [position.lon - byLon, position.lat - byLat, position.lon + byLon, position.lat + byLat] as const
    const best = new Map<number, { point: number; share: number; metres: number }>()
    for (const segment of boxes.search(...box)) {
      const [edge, point] = [edges[segment]!, points[segment]!]
      const [ax, ay] = [plane.x(lon[point]!), plane.y(lat[point]!)]
      const [dx, dy] = [plane.x(lon[point + 1]!) - ax, plane.y(lat[point + 1]!) - ay]
      const square = dx * dx + dy * dy
      const share = square === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / square))
      const metres = Math.hypot(ax + share * dx, ay + share * dy)
      if (metres <= radiusM && metres < (best.get(edge)?.metres ?? Number.POSITIVE_INFINITY)) {
        best.set(edge, { point, share, metres })
      }
    }
    return [...best]
      .map(([edge, { point, share, metres }]) => ({
        ...{ edge, besideCm: Math.round(metres * 100) },
        offsetCm: offsetCm(network, edge, point, share),
      }))
      .sort((a, b) => a.besideCm - b.besideCm || a.edge - b.edge)
  }
}

/** Centimetres along an edge to a share of the segment that begins at a shape point. */
function offsetCm(network: WalkingNetwork, edge: number, point: number, share: number): number {
  const { shapeStart, shapeLon: lon, shapeLat: lat, lengthCm } = network
  let metres = 0
  for (let i = shapeStart[edge]!; i <= point; i++) {
    metres += distanceM(lon[i]!, lat[i]!, lon[i + 1]!, lat[i + 1]!) * (i === point ? share : 1)
  }
  return Math.min(lengthCm[edge]!, Math.round(metres * 100))
}
