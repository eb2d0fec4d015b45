import type { Graph } from './graph.ts'

/**
 * What a customizable contraction hierarchy knows without weights. Nodes are called by their rank from here on; a
 * hierarchy arc joins a lower rank to a higher one and stands for both directions between them.
 *
 * The arcs from rank `r` upward are `firstUp[r]` … `firstUp[r + 1] - 1`, by rising `upHead`; so arcs are numbered by
 * rising lower end. A weight array holds two numbers an arc: `2 * arc` upward, `2 * arc + 1` downward.
 *
 * @see Dibbelt, Strasser and Wagner, Customizable Contraction Hierarchies, JEA 2016; docs/routing.md
 */
export interface Topology {
  nodeCount: number
  arcCount: number
  /** Node → rank. */
  rank: Int32Array
  firstUp: Int32Array
  upHead: Int32Array
  /** Lower end of each arc. */
  upTail: Int32Array
  /** Parent in the elimination tree: the lowest higher neighbour; −1 at a root. Every higher neighbour is an ancestor. */
  parent: Int32Array
  /** The arcs from below into rank `r` are `downArc[firstDown[r]]` … , by rising lower end. */
  firstDown: Int32Array
  downArc: Int32Array
  /** Place in the weights of each input arc; −1 for a loop. */
  placeOf: Int32Array
  /** Input arcs of one place in the weights: `firstInput[place]`, then along `nextInput`; −1 ends. */
  firstInput: Int32Array
  nextInput: Int32Array
}

/** @param order node of each rank, as `nodeOrder` gives it */
export function buildTopology(graph: Graph, order: Int32Array): Topology {
  const { nodeCount } = graph
  const rank = new Int32Array(nodeCount)
  for (let r = 0; r < nodeCount; r++) rank[order[r]!] = r
  const { firstUp, upHead, parent } = contracted(graph, rank)
  const arcCount = upHead.length
  const upTail = new Int32Array(arcCount)
  const firstDown = new Int32Array(nodeCount + 1)
  for (let r = 0; r < nodeCount; r++) {
    for (let arc = firstUp[r]!; arc < firstUp[r + 1]!; arc++) {
      upTail[arc] = r
      firstDown[upHead[arc]! + 1]!++
    }
  }
  for (let r = 0; r < nodeCount; r++) firstDown[r + 1]! += firstDown[r]!
  const next = firstDown.slice(0, nodeCount)
  const downArc = new Int32Array(arcCount)
  for (let arc = 0; arc < arcCount; arc++) downArc[next[upHead[arc]!]!++] = arc
  const upward = { nodeCount, arcCount, rank, firstUp, upHead, upTail, parent, firstDown, downArc }
  return { ...upward, ...inputArcs(graph, upward) }
}

/** Contracts every node in the order of the ranks: its higher neighbours become neighbours of the lowest of them. */
function contracted(
  { nodeCount, arcCount, tail, head }: Graph,
  rank: Int32Array,
): Pick<Topology, 'firstUp' | 'upHead' | 'parent'> {
  const own = ownHigherNeighbours(nodeCount, arcCount, tail, head, rank)
  const firstUp = new Int32Array(nodeCount + 1)
  const parent = new Int32Array(nodeCount).fill(-1)
  // Children of a node in the elimination tree, as a list through `sibling`.
  const child = new Int32Array(nodeCount).fill(-1)
  const sibling = new Int32Array(nodeCount).fill(-1)
  const seenBy = new Int32Array(nodeCount).fill(-1)
  let upHead = new Int32Array(2 * arcCount + 16)
  let count = 0
  const add = (r: number, higher: number) => {
    if (higher === r || seenBy[higher] === r) return
    seenBy[higher] = r
    if (count === upHead.length) upHead = grown(upHead)
    upHead[count++] = higher
  }
  for (let r = 0; r < nodeCount; r++) {
    const start = count
    for (let i = own.first[r]!; i < own.first[r + 1]!; i++) add(r, own.higher[i]!)
    for (let c = child[r]!; c >= 0; c = sibling[c]!) {
      for (let arc = firstUp[c]!; arc < firstUp[c + 1]!; arc++) add(r, upHead[arc]!)
    }
    upHead.subarray(start, count).sort()
    firstUp[r + 1] = count
    if (count === start) continue
    const above = upHead[start]!
    parent[r] = above
    sibling[r] = child[above]!
    child[above] = r
  }
  return { firstUp, upHead: upHead.slice(0, count), parent }
}

function ownHigherNeighbours(n: number, m: number, tail: Int32Array, head: Int32Array, rank: Int32Array) {
  const first = new Int32Array(n + 1)
  const lower = (arc: number) => Math.min(rank[tail[arc]!]!, rank[head[arc]!]!)
  for (let arc = 0; arc < m; arc++) first[lower(arc) + 1]!++
  for (let r = 0; r < n; r++) first[r + 1]! += first[r]!
  const next = first.slice(0, n)
  const higher = new Int32Array(m)
  for (let arc = 0; arc < m; arc++) higher[next[lower(arc)]!++] = Math.max(rank[tail[arc]!]!, rank[head[arc]!]!)
  return { first, higher }
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length)
  larger.set(array)
  return larger
}

function inputArcs(
  graph: Graph,
  topology: Pick<Topology, 'arcCount' | 'rank' | 'firstUp' | 'upHead'>,
): Pick<Topology, 'placeOf' | 'firstInput' | 'nextInput'> {
  const placeOf = new Int32Array(graph.arcCount).fill(-1)
  const firstInput = new Int32Array(2 * topology.arcCount).fill(-1)
  const nextInput = new Int32Array(graph.arcCount).fill(-1)
  for (let i = graph.arcCount - 1; i >= 0; i--) {
    const from = topology.rank[graph.tail[i]!]!
    const to = topology.rank[graph.head[i]!]!
    if (from === to) continue
    const place = 2 * arcBetween(topology, Math.min(from, to), Math.max(from, to)) + (from < to ? 0 : 1)
    placeOf[i] = place
    nextInput[i] = firstInput[place]!
    firstInput[place] = i
  }
  return { placeOf, firstInput, nextInput }
}

/** The arc between two ranks, `low` < `high`, or −1. */
export function arcBetween(
  { firstUp, upHead }: Pick<Topology, 'firstUp' | 'upHead'>,
  low: number,
  high: number,
): number {
  let from = firstUp[low]!
  let to = firstUp[low + 1]!
  while (from < to) {
    const middle = (from + to) >> 1
    if (upHead[middle]! < high) from = middle + 1
    else to = middle
  }
  return from < firstUp[low + 1]! && upHead[from] === high ? from : -1
}
