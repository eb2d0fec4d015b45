import type { Graph } from './graph.ts'
import { type Cell, directions, separate } from './inertial-flow.ts'

/** Cells of at most so many nodes are ordered by degree. Their neighbour sets fit into one 32-bit word. */
const LEAF_SIZE = 24

/**
 * Contraction order by nested dissection: `order[rank]` is the node of that rank. A separator splits the graph in two and
 * gets the highest ranks, then each side is ordered in the same way.
 *
 * @param x coordinate of each node to the east, any unit in which the plane is not distorted much
 * @param y the same to the north
 */
export function nodeOrder(graph: Graph, x: ArrayLike<number>, y: ArrayLike<number>): Int32Array {
  const order = new Int32Array(graph.nodeCount)
  const cells: { cell: Cell; end: number }[] = [{ cell: wholeCell(graph, x, y), end: graph.nodeCount }]
  for (let work = cells.pop(); work; work = cells.pop()) {
    const { cell } = work
    let { end } = work
    if (cell.nodes.length <= LEAF_SIZE) {
      const leaf = byDegree(cell)
      order.set(leaf, end - leaf.length)
      continue
    }
    const side = separate(cell)
    for (let node = 0; node < side.length; node++) if (side[node] === 2) order[--end] = cell.nodes[node]!
    const one = part(cell, side, 1)
    cells.push({ cell: part(cell, side, 0), end: end - one.nodes.length }, { cell: one, end })
  }
  return order
}

function wholeCell(graph: Graph, x: ArrayLike<number>, y: ArrayLike<number>): Cell {
  const { nodeCount } = graph
  const { first, neighbour } = undirected(graph)
  const sorted = directions.map((along) => {
    const key = Float64Array.from({ length: nodeCount }, (_, node) => along(x[node]!, y[node]!))
    return Int32Array.from({ length: nodeCount }, (_, node) => node).sort((a, b) => key[a]! - key[b]! || a - b)
  })
  return { nodes: Int32Array.from({ length: nodeCount }, (_, node) => node), first, neighbour, sorted }
}

/** Each node's neighbours in rising order, once, without itself. */
function undirected({ nodeCount, arcCount, tail, head }: Graph): { first: Int32Array; neighbour: Int32Array } {
  const start = new Int32Array(nodeCount + 1)
  for (let arc = 0; arc < arcCount; arc++) {
    start[tail[arc]! + 1]!++
    start[head[arc]! + 1]!++
  }
  for (let node = 0; node < nodeCount; node++) start[node + 1]! += start[node]!
  const next = start.slice(0, nodeCount)
  const ends = new Int32Array(2 * arcCount)
  for (let arc = 0; arc < arcCount; arc++) {
    ends[next[tail[arc]!]!++] = head[arc]!
    ends[next[head[arc]!]!++] = tail[arc]!
  }
  const first = new Int32Array(nodeCount + 1)
  let count = 0
  for (let node = 0; node < nodeCount; node++) {
    let last = -1
    for (const other of ends.slice(start[node], start[node + 1]).sort()) {
      if (other === last || other === node) continue
      ends[count++] = other
      last = other
    }
    first[node + 1] = count
  }
  return { first, neighbour: ends.slice(0, count) }
}

/** The nodes of one side as a cell of their own, with the edges between them. */
function part(cell: Cell, side: Uint8Array, which: 0 | 1): Cell {
  const { first, neighbour } = cell
  const place = new Int32Array(side.length).fill(-1)
  let size = 0
  for (let node = 0; node < side.length; node++) if (side[node] === which) place[node] = size++
  const nodes = new Int32Array(size)
  const partFirst = new Int32Array(size + 1)
  const partNeighbour = new Int32Array(neighbour.length)
  let count = 0
  for (let node = 0; node < side.length; node++) {
    if (place[node]! < 0) continue
    nodes[place[node]!] = cell.nodes[node]!
    for (let e = first[node]!; e < first[node + 1]!; e++) {
      const other = place[neighbour[e]!]!
      if (other >= 0) partNeighbour[count++] = other
    }
    partFirst[place[node]! + 1] = count
  }
  const sorted = cell.sorted.map((all) => {
    const own = new Int32Array(size)
    let at = 0
    for (const node of all) if (place[node]! >= 0) own[at++] = place[node]!
    return own
  })
  return { nodes, first: partFirst, neighbour: partNeighbour.slice(0, count), sorted }
}

/** The nodes of a small cell, each time the one with the fewest neighbours left; its neighbours are then joined. */
function byDegree({ nodes, first, neighbour }: Cell): Int32Array {
  const joined = new Int32Array(nodes.length)
  for (let node = 0; node < nodes.length; node++) {
    for (let e = first[node]!; e < first[node + 1]!; e++) joined[node]! |= 1 << neighbour[e]!
  }
  let left = (1 << nodes.length) - 1
  return Int32Array.from(nodes, () => {
    let least = -1
    for (let node = 0; node < nodes.length; node++) {
      if ((left & (1 << node)) !== 0 && (least < 0 || bitCount(joined[node]!) < bitCount(joined[least]!))) least = node
    }
    left &= ~(1 << least)
    for (let node = 0; node < nodes.length; node++) {
      if ((joined[least]! & (1 << node)) !== 0) joined[node] = (joined[node]! | joined[least]!) & left & ~(1 << node)
    }
    return nodes[least]!
  })
}

function bitCount(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}
