/**
 * A directed graph as compressed sparse rows: the arcs out of node `n` are `firstOut[n]` … `firstOut[n + 1] - 1`.
 * A `RoadNetwork` is one. Parallel arcs and loops are allowed.
 */
export interface Graph {
  nodeCount: number
  arcCount: number
  /** Length `nodeCount + 1`. */
  firstOut: Int32Array
  tail: Int32Array
  head: Int32Array
}

/**
 * Weight of what is never driven. Weights and distances are whole numbers from 0 to less than this (a route of twelve
 * days in milliseconds counts as none), and two of them still add up within 32 bits.
 */
export const INFINITE = 2 ** 30 - 1

/** Arcs in any order, sorted into a graph by their tails; `arcOf[a]` is the place of graph arc `a` in the input. */
export function graphOf(nodeCount: number, tails: Int32Array, heads: Int32Array): { graph: Graph; arcOf: Int32Array } {
  const arcCount = tails.length
  const firstOut = new Int32Array(nodeCount + 1)
  for (const node of tails) firstOut[node + 1]!++
  for (let n = 0; n < nodeCount; n++) firstOut[n + 1]! += firstOut[n]!
  const next = firstOut.slice(0, nodeCount)
  const arcOf = new Int32Array(arcCount)
  for (let i = 0; i < arcCount; i++) arcOf[next[tails[i]!]!++] = i
  const tail = arcOf.map((i) => tails[i]!)
  const head = arcOf.map((i) => heads[i]!)
  return { graph: { nodeCount, arcCount, firstOut, tail, head }, arcOf }
}
