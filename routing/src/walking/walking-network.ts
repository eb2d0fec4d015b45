import type { Position } from '@clearway/contracts'

/**
 * Ways for people on foot: edges (walked in both directions) between nodes, on typed arrays, immutable. Lengths are
 * whole centimetres, so that "equal to Dijkstra" is an exact test; WGS 84 degrees.
 */
export interface WalkingNetwork {
  nodeCount: number
  edgeCount: number
  /** The two ends of each edge. */
  from: Int32Array
  to: Int32Array
  lengthCm: Int32Array
  /** Shape points of edge `e` from `from` to `to`, ends included: `shapeStart[e]` … `shapeStart[e + 1] - 1`. */
  shapeStart: Int32Array
  shapeLon: Float64Array
  shapeLat: Float64Array
  /** Doors of the places of the city that the map knows: of hospitals the main ones, or all where none is the main one. */
  entrances: readonly Entrance[]
}

export interface Entrance {
  /** Id of the place. */
  place: string
  position: Position
}
