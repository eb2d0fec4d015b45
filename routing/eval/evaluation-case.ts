/**
 * Numbers from 0 in here, from 1 in the files. Distances are whole numbers in the unit of the weights, whatever that is;
 * −1 means that there is no way.
 */

/** A road graph as a file gives it: arcs in the order of its lines. */
export interface FileRoads {
  nodeCount: number
  tail: Int32Array
  head: Int32Array
  weight: Int32Array
  /** To the east and to the north, in a plane. */
  x: Float64Array
  y: Float64Array
}

export interface Query {
  source: number
  target: number
  /** What the file says; undefined where only Dijkstra's algorithm is to judge. */
  distance?: number | undefined
  distanceWithTurns?: number | undefined
  /** Where it is from, for the report. */
  place: string
}

export interface Unit {
  name: string
  node: number
}

export interface UnitDistance {
  /** Index into the units. */
  unit: number
  distance: number
}

export interface Incident {
  node: number
  /** The nearest units by what the file says, the nearest first; undefined where only Dijkstra's algorithm judges. */
  best?: readonly UnitDistance[] | undefined
  place: string
}

/** New weights of some arcs, and what is then asked. */
export interface Update {
  arcs: Int32Array
  weights: Int32Array
  queries: readonly Query[]
}

export interface EvaluationCase {
  name: string
  roads: FileRoads
  queries: readonly Query[]
  /** Pairs (in-arc, out-arc); undefined when turns are not judged. */
  forbiddenTurns?: Int32Array | undefined
  units: readonly Unit[]
  incidents: readonly Incident[]
  update?: Update | undefined
}

/** So many units are ranked for each incident. */
export const BEST_UNITS = 3
