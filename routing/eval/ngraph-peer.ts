import createGraph from 'ngraph.graph'
import ngraphPath from 'ngraph.path'
import type { FileRoads } from './evaluation-case.ts'

interface Place {
  x: number
  y: number
}

/** The yardstick: NBA* of ngraph.path on the same arcs. */
export interface NgraphPeer {
  graph: ReturnType<typeof createGraph<Place, number>>
  /** The nodes of the way, the target first; none when there is no way. Source and target differ. */
  find(source: number, target: number): readonly { id: number | string }[]
  /** −1 when there is no way. */
  costOf(nodes: readonly { id: number | string }[]): number
}

/** An arc of this weight or more is closed. */
const CLOSED = 2 ** 30 - 1

/**
 * Oriented, one link between two nodes (the lightest of parallel arcs). The heuristic is the straight line at the greatest
 * speed of any arc, so it never overstates: along every way the arcs are at least as long as the line.
 */
export function ngraphPeer({ nodeCount, tail, head, x, y }: FileRoads, weights: Int32Array): NgraphPeer {
  const graph = createGraph<Place, number>({ multigraph: false })
  for (let node = 0; node < nodeCount; node++) graph.addNode(node, { x: x[node]!, y: y[node]! })
  let leastPerLength = Number.POSITIVE_INFINITY
  for (let arc = 0; arc < tail.length; arc++) {
    const from = tail[arc]!
    const to = head[arc]!
    const weight = weights[arc]!
    if (weight >= CLOSED || from === to) continue
    const known = graph.getLink(from, to)
    if (!known || weight < known.data) graph.addLink(from, to, weight)
    const length = Math.hypot(x[from]! - x[to]!, y[from]! - y[to]!)
    if (length > 0) leastPerLength = Math.min(leastPerLength, weight / length)
  }
  const perLength = Number.isFinite(leastPerLength) ? leastPerLength : 0
  const finder = ngraphPath.nba(graph, {
    oriented: true,
    distance: (_from, _to, link) => link.data,
    heuristic: (a, b) => Math.hypot(a.data.x - b.data.x, a.data.y - b.data.y) * perLength,
  })
  return {
    graph,
    find: (source, target) => finder.find(source, target),
    costOf: (nodes) => {
      let cost = nodes.length > 0 ? 0 : -1
      for (let i = nodes.length - 1; i > 0; i--) cost += graph.getLink(nodes[i]!.id, nodes[i - 1]!.id)!.data
      return cost
    },
  }
}
