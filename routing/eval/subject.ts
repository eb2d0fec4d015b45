import type { FileRoads, UnitDistance } from './evaluation-case.ts'

/** A way found: its cost, −1 when there is none, and its arcs in the numbers of the file, in driving order. */
export interface FoundRoute {
  cost: number
  arcs: ArrayLike<number>
}

/** What is judged: a router over the arcs of one file. Nodes and arcs have the numbers of the file, from 0. */
export interface Subject {
  /** New weights for all arcs. */
  customize(weights: Int32Array): void
  /** New weights for some arcs; the rest keep theirs. */
  update(arcs: Int32Array, weights: Int32Array): void
  /** How many numbers of the index differ from those that a full customization makes of the same weights. */
  differencesFromFull(): number
  distance(source: number, target: number): number
  route(source: number, target: number): FoundRoute
  /** With forbidden turns and U-turns. */
  routeWithTurns(source: number, target: number): FoundRoute
  /** The nearest units that can come, the nearest first, at most `count`. */
  bestUnits(incident: number, count: number): UnitDistance[]
}

/** @param unitNodes where each unit stands */
export type MakeSubject = (roads: FileRoads, forbiddenTurns: Int32Array, unitNodes: Int32Array) => Subject
