import { INFINITE } from './graph.ts'
import type { Metric } from './metric.ts'
import type { Topology } from './topology.ts'

/**
 * Distances from many standing nodes to one: each node's distances upward are kept at the ranks above it, and one climb
 * against the driving direction from the target collects them. Worth it while the nodes stay and targets come and go.
 *
 * @see Knopp et al., Computing Many-to-Many Shortest Paths Using Highway Hierarchies, ALENEX 2007; docs/routing.md
 */
export class UnitBuckets {
  readonly #topology: Topology
  readonly #metric: Metric
  readonly #count: number
  /** Bucket of rank `r`: entries `first[r]` … `first[r + 1] - 1`. */
  readonly #first: Int32Array
  readonly #unit: Int32Array
  readonly #distance: Int32Array
  readonly #toTarget: Int32Array

  constructor(topology: Topology, metric: Metric, nodes: ArrayLike<number>) {
    const { nodeCount, rank, parent, firstUp, upHead } = topology
    this.#topology = topology
    this.#metric = metric
    this.#count = nodes.length
    this.#first = new Int32Array(nodeCount + 1)
    this.#toTarget = new Int32Array(nodeCount).fill(INFINITE)
    const entries: number[] = []
    const up = new Int32Array(nodeCount).fill(INFINITE)
    for (let unit = 0; unit < nodes.length; unit++) {
      const start = rank[nodes[unit]!]!
      up[start] = 0
      for (let r = start; r >= 0; r = parent[r]!) {
        const here = up[r]!
        up[r] = INFINITE
        if (here >= INFINITE) continue
        entries.push(r, unit, here)
        this.#first[r + 1]!++
        for (let arc = firstUp[r]!; arc < firstUp[r + 1]!; arc++) {
          const through = here + metric[2 * arc]!
          const head = upHead[arc]!
          if (through < up[head]!) up[head] = through
        }
      }
    }
    for (let r = 0; r < nodeCount; r++) this.#first[r + 1]! += this.#first[r]!
    const next = this.#first.slice(0, nodeCount)
    this.#unit = new Int32Array(entries.length / 3)
    this.#distance = new Int32Array(entries.length / 3)
    for (let i = 0; i < entries.length; i += 3) {
      const at = next[entries[i]!]!++
      this.#unit[at] = entries[i + 1]!
      this.#distance[at] = entries[i + 2]!
    }
  }

  /** Distance of every unit to the node, in the order of the constructor; `INFINITE` where there is no way. */
  to(node: number): Int32Array {
    const { rank, parent, firstUp, upHead } = this.#topology
    const metric = this.#metric
    const toTarget = this.#toTarget
    const best = new Int32Array(this.#count).fill(INFINITE)
    toTarget[rank[node]!] = 0
    for (let r = rank[node]!; r >= 0; r = parent[r]!) {
      const here = toTarget[r]!
      toTarget[r] = INFINITE
      if (here >= INFINITE) continue
      for (let i = this.#first[r]!; i < this.#first[r + 1]!; i++) {
        const through = this.#distance[i]! + here
        if (through < best[this.#unit[i]!]!) best[this.#unit[i]!] = through
      }
      for (let arc = firstUp[r]!; arc < firstUp[r + 1]!; arc++) {
        const through = here + metric[2 * arc + 1]!
        const head = upHead[arc]!
        if (through < toTarget[head]!) toTarget[head] = through
      }
    }
    return best
  }
}
