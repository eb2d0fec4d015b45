import type { Graph } from '../hierarchy/graph.ts'

/**
 * A graph seen from its arcs: a vertex is an arc just driven to its head, a movement leads from one into the next. Only so
 * do forbidden turns and turn costs have a place. Vertex `v` below the graph's `arcCount` is arc `v`; a vertex above is
 * an arc of which is remembered how it was reached, for bans over more than two arcs.
 */
export interface MovementGraph<Ban = unknown> {
  vertexCount: number
  /** The arc of each vertex. */
  arcOf: Int32Array
  movementCount: number
  /** The movements out of vertex `v` are `first[v]` … `first[v + 1] - 1`, in the order of the arcs they lead into. */
  first: Int32Array
  from: Int32Array
  to: Int32Array
  /** The bans that a movement would break. */
  bans: ReadonlyMap<number, readonly Ban[]>
}

/**
 * Every movement of a graph, the banned ones marked. A ban over several arcs adds a vertex for each of its beginnings, as
 * the automaton of Aho and Corasick does for words: driving one arc after the other, the vertex tells the longest
 * beginning of a ban that was just driven.
 */
export function movementGraph<Ban extends { arcs: readonly number[] }>(
  graph: Graph,
  bans: readonly Ban[],
): MovementGraph<Ban> {
  const { arcCount, firstOut, head } = graph
  const beginnings = new Beginnings(arcCount, bans)
  const vertexCount = arcCount + beginnings.arcs.length
  const arcOf = Int32Array.from({ length: vertexCount }, (_, v) =>
    v < arcCount ? v : beginnings.arcs[v - arcCount]!.at(-1)!,
  )
  const first = new Int32Array(vertexCount + 1)
  for (let v = 0; v < vertexCount; v++) {
    const node = head[arcOf[v]!]!
    first[v + 1] = first[v]! + firstOut[node + 1]! - firstOut[node]!
  }
  const movementCount = first[vertexCount]!
  const from = new Int32Array(movementCount)
  const to = new Int32Array(movementCount)
  for (let v = 0; v < vertexCount; v++) {
    for (let m = first[v]!, arc = firstOut[head[arcOf[v]!]!]!; m < first[v + 1]!; m++, arc++) {
      from[m] = v
      to[m] = beginnings.after(v, arc)
    }
  }
  const broken = new Map<number, Ban[]>()
  for (const ban of bans) {
    const entered = ban.arcs.slice(0, -1)
    const last = ban.arcs.at(-1)!
    for (const v of beginnings.endingIn(entered)) {
      const m = first[v]! + last - firstOut[head[arcOf[v]!]!]!
      broken.set(m, [...(broken.get(m) ?? []), ban])
    }
  }
  return { vertexCount, arcOf, movementCount, first, from, to, bans: broken }
}

/** The beginnings of bans, of two arcs and more, each with a vertex of its own. */
class Beginnings {
  readonly arcs: (readonly number[])[] = []
  readonly #arcCount: number
  readonly #vertex = new Map<string, number>()
  /** Arcs that begin a ban over more than two. */
  readonly #openers = new Set<number>()

  constructor(arcCount: number, bans: readonly { arcs: readonly number[] }[]) {
    this.#arcCount = arcCount
    for (const { arcs } of bans) {
      for (let length = 2; length < arcs.length; length++) this.#add(arcs.slice(0, length))
    }
  }

  #add(arcs: readonly number[]): void {
    const key = arcs.join('>')
    if (this.#vertex.has(key)) return
    this.#vertex.set(key, this.#arcCount + this.arcs.length)
    this.#openers.add(arcs[0]!)
    this.arcs.push(arcs)
  }

  /** The vertex after driving `arc` next. */
  after(vertex: number, arc: number): number {
    if (vertex < this.#arcCount) {
      return this.#openers.has(vertex) ? (this.#vertex.get(`${vertex}>${arc}`) ?? arc) : arc
    }
    const driven = [...this.arcs[vertex - this.#arcCount]!, arc]
    for (let start = 0; start < driven.length - 1; start++) {
      const known = this.#vertex.get(driven.slice(start).join('>'))
      if (known !== undefined) return known
    }
    return arc
  }

  /** All vertices that tell that `arcs` were just driven. */
  endingIn(arcs: readonly number[]): number[] {
    const longer = this.arcs.flatMap((driven, i) => {
      const end = driven.slice(-arcs.length)
      return end.length === arcs.length && end.every((arc, k) => arc === arcs[k]) ? [this.#arcCount + i] : []
    })
    return arcs.length === 1 ? [arcs[0]!, ...longer] : longer
  }
}
