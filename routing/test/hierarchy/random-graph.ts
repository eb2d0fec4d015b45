import { seededRandom } from '@clearway/contracts'
import { type Graph, graphOf, INFINITE } from '../../src/hierarchy/graph.ts'

export interface DrawnGraph {
  graph: Graph
  x: Float64Array
  y: Float64Array
  weights: Int32Array
}

/** Nodes in the unit square joined to near ones, with one-way arcs, parallel arcs, loops, closed arcs and islands. */
export function randomGraph(seed: number, nodeCount: number): DrawnGraph {
  const random = seededRandom(seed)
  const x = Float64Array.from({ length: nodeCount }, () => random.next())
  const y = Float64Array.from({ length: nodeCount }, () => random.next())
  const arcs: [tail: number, head: number, weight: number][] = []
  const weight = () => {
    const kind = random.integer(20)
    if (kind === 0) return INFINITE
    return kind === 1 ? 0 : kind === 2 ? 1 : 1 + random.integer(1000)
  }
  for (let a = 0; a < nodeCount; a++) {
    for (let tries = 0; tries < 4; tries++) {
      const b = random.integer(nodeCount)
      if (Math.hypot(x[a]! - x[b]!, y[a]! - y[b]!) > 0.4) continue
      arcs.push([a, b, weight()])
      if (random.integer(3) > 0) arcs.push([b, a, weight()])
      if (random.integer(10) === 0) arcs.push([a, b, weight()])
    }
  }
  const tails = Int32Array.from(arcs, ([tail]) => tail)
  const heads = Int32Array.from(arcs, ([, head]) => head)
  const { graph, arcOf } = graphOf(nodeCount, tails, heads)
  return { graph, x, y, weights: arcOf.map((i) => arcs[i]![2]) }
}

/** Distances from one node to all, by Bellman and Ford: as plain as can be, for small graphs. */
export function distancesFrom(graph: Graph, weights: Int32Array, source: number): Float64Array {
  const distance = new Float64Array(graph.nodeCount).fill(Number.POSITIVE_INFINITY)
  distance[source] = 0
  for (let changed = true; changed; ) {
    changed = false
    for (let arc = 0; arc < graph.arcCount; arc++) {
      if (weights[arc]! >= INFINITE) continue
      const through = distance[graph.tail[arc]!]! + weights[arc]!
      if (through >= distance[graph.head[arc]!]!) continue
      distance[graph.head[arc]!] = through
      changed = true
    }
  }
  return distance
}
