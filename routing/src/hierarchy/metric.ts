import { INFINITE } from './graph.ts'
import type { Topology } from './topology.ts'

/** Weights of a hierarchy: `2 * arc` upward, `2 * arc + 1` downward. Eight bytes an arc. */
export type Metric = Int32Array

/**
 * Fills a metric from the weights of the input arcs, so that every shortest path has one of the same length that first
 * climbs and then descends. Each arc takes the least of its input arcs and of all ways over one lower node.
 *
 * @param weights of each input arc, 0 … `INFINITE`
 * @param metric overwritten, of length `2 * topology.arcCount`
 */
export function customize(topology: Topology, weights: Int32Array, metric: Metric): void {
  const { placeOf } = topology
  metric.fill(INFINITE)
  for (let i = 0; i < placeOf.length; i++) {
    const place = placeOf[i]!
    if (place >= 0 && weights[i]! < metric[place]!) metric[place] = weights[i]!
  }
  relaxTriangles(topology, metric)
}

/** For every rank `a` upward and every lower neighbour `v`: the ways `a – v – b` to all higher `b` joined to `v`. */
function relaxTriangles({ nodeCount, firstUp, upHead, upTail, firstDown, downArc }: Topology, metric: Metric): void {
  /** Arc from `a` to each higher rank. Everything above `a` that its lower neighbour reaches, `a` reaches too. */
  const arcTo = new Int32Array(nodeCount)
  for (let a = 0; a < nodeCount; a++) {
    for (let arc = firstUp[a]!; arc < firstUp[a + 1]!; arc++) arcTo[upHead[arc]!] = arc
    for (let d = firstDown[a]!; d < firstDown[a + 1]!; d++) {
      const lowToA = downArc[d]!
      const toA = metric[2 * lowToA]!
      const fromA = metric[2 * lowToA + 1]!
      const end = firstUp[upTail[lowToA]! + 1]!
      for (let lowToB = lowToA + 1; lowToB < end; lowToB++) {
        const target = 2 * arcTo[upHead[lowToB]!]!
        const up = fromA + metric[2 * lowToB]!
        const down = toA + metric[2 * lowToB + 1]!
        if (up < metric[target]!) metric[target] = up
        if (down < metric[target + 1]!) metric[target + 1] = down
      }
    }
  }
}
