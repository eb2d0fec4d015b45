/**
 * The judge of every search: Dijkstra's algorithm with a binary heap, as plainly as it can be written. It shares no code
 * with the engine that it judges, not even the number that closes an arc.
 */

/** Arcs in any order, parallel ones and loops among them; nodes from 0. */
export interface PlainGraph {
  nodeCount: number
  tail: Int32Array
  head: Int32Array
}

/** An arc of this weight or more is closed; a way that costs as much is none. */
const CLOSED = 2 ** 30 - 1
export const UNREACHABLE = -1

/** Says whether one may drive from the arc `from` into the arc `into`, which starts where the first ends. */
export type MovementRule = (from: number, into: number) => boolean

/** What that costs, waits included, when one comes to the end of `from` after a way of cost `at`; Infinity: forbidden. */
export type MovementCost = (from: number, into: number, at: number) => number

export const free =
  (allowed: MovementRule): MovementCost =>
  (from, into) =>
    allowed(from, into) ? 0 : Infinity

/** A U-turn u→v→u is forbidden unless `v` has one outgoing arc; forbidden turns are pairs (in-arc, out-arc). */
export function movementRule({ nodeCount, tail, head }: PlainGraph, forbiddenTurns: Int32Array): MovementRule {
  const arcsOut = new Int32Array(nodeCount)
  for (const node of tail) arcsOut[node]!++
  const arcCount = tail.length
  const forbidden = new Set<number>()
  for (let i = 0; i < forbiddenTurns.length; i += 2) {
    forbidden.add(forbiddenTurns[i]! * arcCount + forbiddenTurns[i + 1]!)
  }
  return (from, into) =>
    (head[into] !== tail[from] || arcsOut[head[from]!] === 1) && !forbidden.has(from * arcCount + into)
}

export class PlainDijkstra {
  readonly #graph: PlainGraph
  readonly #weight: Int32Array
  readonly #outOf: Lists
  readonly #into: Lists
  readonly #heap = new Heap()

  /** @param weight of each arc, whole and not negative */
  constructor(graph: PlainGraph, weight: Int32Array) {
    this.#graph = graph
    this.#weight = weight
    this.#outOf = listsBy(graph.nodeCount, graph.tail)
    this.#into = listsBy(graph.nodeCount, graph.head)
  }

  distance(source: number, target: number): number {
    return shown(this.#search(source, this.#outOf, this.#graph.head, target)[target]!)
  }

  /** From the source to every node. */
  distancesFrom(source: number): Int32Array {
    return Int32Array.from(this.#search(source, this.#outOf, this.#graph.head), shown)
  }

  /** From every node to the target. */
  distancesTo(target: number): Int32Array {
    return Int32Array.from(this.#search(target, this.#into, this.#graph.tail), shown)
  }

  /** From node to node with the costs of movements. Any arc may be the first, and any the last. */
  distanceOverMovements(source: number, target: number, movementCost: MovementCost): number {
    if (source === target) return 0
    const { head } = this.#graph
    const { first, arcs } = this.#outOf
    const weight = this.#weight
    const heap = this.#heap
    const atHead = new Float64Array(head.length).fill(Number.POSITIVE_INFINITY)
    const done = new Uint8Array(head.length)
    const reach = (arc: number, cost: number) => {
      if (weight[arc]! >= CLOSED || cost >= atHead[arc]!) return
      atHead[arc] = cost
      heap.push(arc, cost)
    }
    heap.clear()
    for (let i = first[source]!; i < first[source + 1]!; i++) reach(arcs[i]!, weight[arcs[i]!]!)
    for (let arc = heap.pop(); arc >= 0; arc = heap.pop()) {
      if (done[arc]) continue
      done[arc] = 1
      const node = head[arc]!
      if (node === target) return shown(atHead[arc]!)
      for (let i = first[node]!; i < first[node + 1]!; i++) {
        const next = arcs[i]!
        reach(next, atHead[arc]! + movementCost(arc, next, atHead[arc]!) + weight[next]!)
      }
    }
    return UNREACHABLE
  }

  /** Stops at `last` where it is given: only its own distance is then final. */
  #search(start: number, { first, arcs }: Lists, otherEnd: Int32Array, last = -1): Float64Array {
    const weight = this.#weight
    const heap = this.#heap
    const cost = new Float64Array(this.#graph.nodeCount).fill(Number.POSITIVE_INFINITY)
    const done = new Uint8Array(this.#graph.nodeCount)
    heap.clear()
    cost[start] = 0
    heap.push(start, 0)
    for (let node = heap.pop(); node >= 0; node = heap.pop()) {
      if (done[node]) continue
      done[node] = 1
      if (node === last) break
      for (let i = first[node]!; i < first[node + 1]!; i++) {
        const arc = arcs[i]!
        const next = otherEnd[arc]!
        const there = cost[node]! + weight[arc]!
        if (weight[arc]! >= CLOSED || there >= cost[next]!) continue
        cost[next] = there
        heap.push(next, there)
      }
    }
    return cost
  }
}

const shown = (cost: number): number => (cost >= CLOSED ? UNREACHABLE : cost)

/** The arcs of node `n` are `arcs[first[n]]` … `arcs[first[n + 1] - 1]`. */
interface Lists {
  first: Int32Array
  arcs: Int32Array
}

function listsBy(nodeCount: number, node: Int32Array): Lists {
  const first = new Int32Array(nodeCount + 1)
  for (const n of node) first[n + 1]!++
  for (let n = 0; n < nodeCount; n++) first[n + 1]! += first[n]!
  const next = first.slice()
  const arcs = new Int32Array(node.length)
  node.forEach((n, arc) => {
    arcs[next[n]!++] = arc
  })
  return { first, arcs }
}

/** A binary heap that keeps what has become stale; whoever pops it passes over what is done. */
class Heap {
  #items = new Int32Array(1024)
  #keys = new Float64Array(1024)
  #count = 0

  clear(): void {
    this.#count = 0
  }

  push(item: number, key: number): void {
    if (this.#count === this.#items.length) this.#grow()
    const items = this.#items
    const keys = this.#keys
    let place = this.#count++
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (keys[parent]! <= key) break
      items[place] = items[parent]!
      keys[place] = keys[parent]!
      place = parent
    }
    items[place] = item
    keys[place] = key
  }

  /** The item of the smallest key, or −1. */
  pop(): number {
    if (this.#count === 0) return -1
    const items = this.#items
    const keys = this.#keys
    const top = items[0]!
    const last = --this.#count
    const key = keys[last]!
    let place = 0
    for (let child = 1; child < last; child = 2 * place + 1) {
      if (child + 1 < last && keys[child + 1]! < keys[child]!) child++
      if (keys[child]! >= key) break
      items[place] = items[child]!
      keys[place] = keys[child]!
      place = child
    }
    items[place] = items[last]!
    keys[place] = key
    return top
  }

  #grow(): void {
    const items = new Int32Array(2 * this.#items.length)
    const keys = new Float64Array(items.length)
    items.set(this.#items)
    keys.set(this.#keys)
    this.#items = items
    this.#keys = keys
  }
}
