import { INFINITE } from './graph.ts'
import type { Metric } from './metric.ts'
import type { Topology } from './topology.ts'

/** One of the nodes that end a search, and what is still to pay there. */
export interface Target {
  node: number
  /** 0 where not given. */
  cost?: number
}

/**
 * Exact distances from any node to a fixed set of targets, each computed when first asked for and then kept: the lower
 * bounds of an A* search, and the fast way to one place from many. Not to be shared between threads.
 *
 * @see Strasser and Zeitz, A Fast and Tight Heuristic for A* in Road Networks, SEA 2021; docs/routing.md
 */
export class Potential {
  readonly #topology: Topology
  readonly #metric: Metric
  /** Distance of each rank to the targets by the last climbs. */
  readonly #climbed: Int32Array
  /** The same by everything above; −1 before it is asked for. */
  readonly #toTarget: Int32Array
  #touched = new Int32Array(1024)
  #touchedCount = 0
  readonly #path: Int32Array

  constructor(topology: Topology, metric: Metric) {
    this.#topology = topology
    this.#metric = metric
    this.#climbed = new Int32Array(topology.nodeCount).fill(INFINITE)
    this.#toTarget = new Int32Array(topology.nodeCount).fill(-1)
    this.#path = new Int32Array(topology.nodeCount)
  }

  /** Forgets the last targets and takes these. */
  aim(targets: readonly Target[]): void {
    this.#forget()
    const { rank, parent, firstUp, upHead } = this.#topology
    const climbed = this.#climbed
    for (const { node, cost = 0 } of targets) {
      const start = rank[node]!
      climbed[start] = Math.min(climbed[start]!, cost)
      for (let r = start; r >= 0; r = parent[r]!) {
        this.#touch(r)
        const here = climbed[r]!
        for (let arc = firstUp[r]!; arc < firstUp[r + 1]!; arc++) {
          const through = here + this.#metric[2 * arc + 1]!
          const head = upHead[arc]!
          if (through < climbed[head]!) climbed[head] = through
        }
      }
    }
  }

  /** Distance from a node to the nearest target, its cost included; `INFINITE` when none can be reached. */
  from(node: number): number {
    return this.fromRank(this.#topology.rank[node]!)
  }

  /** The same for a node called by its rank. */
  fromRank(rank: number): number {
    const toTarget = this.#toTarget
    const known = toTarget[rank]!
    if (known >= 0) return known
    const { parent } = this.#topology
    const path = this.#path
    let length = 0
    for (let r = rank; r >= 0 && toTarget[r]! < 0; r = parent[r]!) path[length++] = r
    while (length > 0) this.#settle(path[--length]!)
    return toTarget[rank]!
  }

  /** Everything above a rank is settled before it. */
  #settle(r: number): void {
    const { firstUp, upHead } = this.#topology
    const metric = this.#metric
    const toTarget = this.#toTarget
    let best = this.#climbed[r]!
    const end = firstUp[r + 1]!
    for (let arc = firstUp[r]!; arc < end; arc++) {
      const through = metric[2 * arc]! + toTarget[upHead[arc]!]!
      if (through < best) best = through
    }
    toTarget[r] = best
    this.#touch(r)
  }

  #touch(r: number): void {
    if (this.#touchedCount === this.#touched.length) {
      const larger = new Int32Array(2 * this.#touched.length)
      larger.set(this.#touched)
      this.#touched = larger
    }
    this.#touched[this.#touchedCount++] = r
  }

  #forget(): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      const r = this.#touched[i]!
      this.#climbed[r] = INFINITE
      this.#toTarget[r] = -1
    }
    this.#touchedCount = 0
  }
}
