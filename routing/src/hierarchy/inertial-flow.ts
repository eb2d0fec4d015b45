/** An undirected graph without loops and parallel edges, both directions of each edge stored. */
export interface Cell {
  /** Node of the whole graph that each node of the cell is. */
  nodes: Int32Array
  /** Neighbours of node `n`: `neighbour[first[n]]` … `neighbour[first[n + 1] - 1]`. */
  first: Int32Array
  neighbour: Int32Array
  /** The cell's nodes sorted along each of the four directions of `directions`. */
  sorted: readonly Int32Array[]
}

/** Share of a cell's nodes that is source, and share that is sink. */
const END_SHARE = 0.25

/** East, north, north-east, north-west. */
export const directions: readonly ((x: number, y: number) => number)[] = [
  (x) => x,
  (_x, y) => y,
  (x, y) => x + y,
  (x, y) => x - y,
]

/**
 * A small, balanced node separator of a cell: one byte per node, 0 and 1 for the sides, 2 for the separator. No edge joins
 * the sides. Along each direction the first and the last quarter of the nodes are source and sink of a unit flow; of the
 * smallest cuts the most balanced is taken, and of its two boundaries the smaller.
 *
 * @see Schild and Sommer, On Balanced Separators in Road Networks, SEA 2015; docs/routing.md
 */
export function separate(cell: Cell): Uint8Array {
  const flow = new UnitFlow(cell)
  const endSize = Math.max(1, Math.floor(cell.nodes.length * END_SHARE))
  let best: { edges: number; smaller: number; side: Uint8Array } | undefined
  for (const order of cell.sorted) {
    const found = flow.cut(order.subarray(0, endSize), order.subarray(order.length - endSize), best?.edges)
    for (const side of found?.sides ?? []) {
      const ones = side.reduce((sum, one) => sum + one, 0)
      const smaller = Math.min(ones, side.length - ones)
      const { edges } = found!
      if (!best || edges < best.edges || (edges === best.edges && smaller > best.smaller)) {
        best = { edges, smaller, side }
      }
    }
  }
  return withBoundary(cell, best!.side)
}

function withBoundary({ first, neighbour }: Cell, side: Uint8Array): Uint8Array {
  const boundary: [number[], number[]] = [[], []]
  for (let node = 0; node < side.length; node++) {
    for (let e = first[node]!; e < first[node + 1]!; e++) {
      if (side[neighbour[e]!] === side[node]) continue
      boundary[side[node] as 0 | 1].push(node)
      break
    }
  }
  const separator = boundary[0].length < boundary[1].length ? boundary[0] : boundary[1]
  for (const node of separator) side[node] = 2
  return side
}

/** Largest flow between two sets of nodes of a cell when every edge carries one unit. Dinic's algorithm. */
class UnitFlow {
  readonly #cell: Cell
  /** For every stored direction of an edge, the place of the other. */
  readonly #twin: Int32Array
  /** 1 where a unit flows along the stored direction. */
  readonly #flow: Uint8Array
  /** Distance from the sources in the residual graph, from 1; 0: not reached. */
  readonly #level: Int32Array
  readonly #next: Int32Array
  readonly #queue: Int32Array
  readonly #isSink: Uint8Array

  constructor(cell: Cell) {
    const { first, neighbour, nodes } = cell
    this.#cell = cell
    this.#twin = twins(first, neighbour)
    this.#flow = new Uint8Array(neighbour.length)
    this.#level = new Int32Array(nodes.length)
    this.#next = new Int32Array(nodes.length)
    this.#queue = new Int32Array(nodes.length)
    this.#isSink = new Uint8Array(nodes.length)
  }

  /**
   * The cuts nearest to the sources and nearest to the sinks, 1 on the source's side; undefined once more than `most`
   * edges would be cut.
   */
  cut(sources: Int32Array, sinks: Int32Array, most = Number.POSITIVE_INFINITY) {
    this.#flow.fill(0)
    this.#isSink.fill(0)
    for (const node of sinks) this.#isSink[node] = 1
    let edges = 0
    while (this.#reach(sources, true)) {
      this.#next.set(this.#cell.first.subarray(0, this.#next.length))
      for (const source of sources) {
        while (this.#augment(source)) if (++edges > most) return undefined
      }
    }
    const nearSource = Uint8Array.from(this.#level, (level) => (level > 0 ? 1 : 0))
    this.#reach(sinks, false)
    const nearSink = Uint8Array.from(this.#level, (level) => (level > 0 ? 0 : 1))
    return { edges, sides: [nearSource, nearSink] }
  }

  /** Levels from `starts` along residual edges, or against them; true when a sink was reached. */
  #reach(starts: Int32Array, along: boolean): boolean {
    const { first, neighbour } = this.#cell
    const level = this.#level.fill(0)
    const queue = this.#queue
    let end = 0
    for (const node of starts) {
      level[node] = 1
      queue[end++] = node
    }
    let reached = false
    for (let i = 0; i < end; i++) {
      const node = queue[i]!
      for (let e = first[node]!; e < first[node + 1]!; e++) {
        const other = neighbour[e]!
        if (level[other] !== 0 || this.#flow[along ? e : this.#twin[e]!] === 1) continue
        level[other] = level[node]! + 1
        reached ||= this.#isSink[other] === 1
        queue[end++] = other
      }
    }
    return along && reached
  }

  /** Sends one unit from `source` to a sink along rising levels; false when there is no way left. */
  #augment(source: number): boolean {
    const { first, neighbour } = this.#cell
    const path = this.#queue
    let length = 0
    let node = source
    while (this.#isSink[node] === 0) {
      let edge = -1
      while (this.#next[node]! < first[node + 1]!) {
        const e = this.#next[node]!
        if (this.#flow[e] === 0 && this.#level[neighbour[e]!] === this.#level[node]! + 1) {
          edge = e
          break
        }
        this.#next[node]!++
      }
      if (edge >= 0) {
        path[length++] = edge
        node = neighbour[edge]!
        continue
      }
      if (length === 0) return false
      const back = path[--length]!
      node = neighbour[this.#twin[back]!]!
      this.#next[node]!++
    }
    for (let i = 0; i < length; i++) {
      const edge = path[i]!
      const twin = this.#twin[edge]!
      // A unit against a unit already flowing cancels it.
      if (this.#flow[twin] === 1) this.#flow[twin] = 0
      else this.#flow[edge] = 1
    }
    return true
  }
}

function twins(first: Int32Array, neighbour: Int32Array): Int32Array {
  // Neighbours are listed in rising order, so the edges into a node come in the order in which its own list names them.
  const twin = new Int32Array(neighbour.length)
  const next = first.slice(0, -1)
  for (let node = 0; node < first.length - 1; node++) {
    for (let e = first[node]!; e < first[node + 1]!; e++) twin[e] = next[neighbour[e]!]!++
  }
  return twin
}
