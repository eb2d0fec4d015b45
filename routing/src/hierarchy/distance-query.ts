import { INFINITE } from './graph.ts'
import type { Metric } from './metric.ts'
import type { Topology } from './topology.ts'
import { unpack } from './unpack.ts'

/**
 * Shortest distances and paths between nodes. Climbs from both ends to the root of the elimination tree; no queue is
 * needed. One instance answers one query after the other and must not be shared between threads.
 */
export class DistanceQuery {
  readonly #topology: Topology
  readonly #forward: Climb
  readonly #backward: Climb

  constructor(topology: Topology) {
    this.#topology = topology
    this.#forward = new Climb(topology)
    this.#backward = new Climb(topology)
  }

  /** From node to node; `INFINITE` when there is no way. */
  distance(metric: Metric, from: number, to: number): number {
    const { distance } = this.#meet(metric, from, to)
    this.#forward.clear(this.#topology.rank[from]!)
    this.#backward.clear(this.#topology.rank[to]!)
    return distance
  }

  /**
   * The arcs of a shortest path in driving order; undefined when there is none.
   *
   * @param weights the input weights that the metric was made from
   */
  path(weights: Int32Array, metric: Metric, from: number, to: number): Path | undefined {
    const { distance, top } = this.#meet(metric, from, to)
    let arcs: Int32Array | undefined
    if (distance < INFINITE) {
      const places = [...this.#forward.placesTo(top, 0).reverse(), ...this.#backward.placesTo(top, 1)]
      arcs = unpack(this.#topology, weights, metric, places)
    }
    this.#forward.clear(this.#topology.rank[from]!)
    this.#backward.clear(this.#topology.rank[to]!)
    return arcs && { distance, arcs }
  }

  #meet(metric: Metric, from: number, to: number): { distance: number; top: number } {
    const { parent, rank } = this.#topology
    let f = rank[from]!
    let b = rank[to]!
    this.#forward.distance[f] = 0
    this.#backward.distance[b] = 0
    // Up to where the ways to the root meet, neither end can see the other.
    while (f !== b) {
      if (b < 0 || (f >= 0 && f < b)) {
        this.#forward.relax(metric, f, 0, INFINITE)
        f = parent[f]!
      } else {
        this.#backward.relax(metric, b, 1, INFINITE)
        b = parent[b]!
      }
    }
    let best = INFINITE
    let top = -1
    for (let r = f; r >= 0; r = parent[r]!) {
      const through = this.#forward.distance[r]! + this.#backward.distance[r]!
      if (through < best) {
        best = through
        top = r
      }
      this.#forward.relax(metric, r, 0, best)
      this.#backward.relax(metric, r, 1, best)
    }
    return { distance: best, top }
  }
}

export interface Path {
  distance: number
  /** Input arcs in driving order. */
  arcs: Int32Array
}

/** One end's distances to the ranks above it, `INFINITE` between queries. */
class Climb {
  readonly distance: Int32Array
  readonly #reachedBy: Int32Array
  readonly #topology: Topology

  constructor(topology: Topology) {
    this.#topology = topology
    this.distance = new Int32Array(topology.nodeCount).fill(INFINITE)
    this.#reachedBy = new Int32Array(topology.nodeCount).fill(-1)
  }

  /** Passes the distance of `r` on along its upward arcs. @param side 0: in driving direction, 1: against it */
  relax(metric: Metric, r: number, side: 0 | 1, below: number): void {
    const { firstUp, upHead } = this.#topology
    const { distance } = this
    const here = distance[r]!
    if (here >= below) return
    const end = firstUp[r + 1]!
    for (let arc = firstUp[r]!; arc < end; arc++) {
      const through = here + metric[2 * arc + side]!
      const head = upHead[arc]!
      if (through < distance[head]!) {
        distance[head] = through
        this.#reachedBy[head] = arc
      }
    }
  }

  /** Places in the metric of the arcs from `top` down to where the climb began. */
  placesTo(top: number, side: 0 | 1): number[] {
    const places: number[] = []
    for (let r = top; this.distance[r] !== 0 || this.#reachedBy[r]! >= 0; ) {
      const arc = this.#reachedBy[r]!
      if (arc < 0) break
      places.push(2 * arc + side)
      r = this.#topology.upTail[arc]!
    }
    return places
  }

  clear(from: number): void {
    for (let r = from; r >= 0; r = this.#topology.parent[r]!) {
      this.distance[r] = INFINITE
      this.#reachedBy[r] = -1
    }
  }
}
