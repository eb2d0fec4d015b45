import { type Graph, INFINITE } from '../src/hierarchy/graph.ts'
import type { Topology } from '../src/hierarchy/topology.ts'
import { ArcSearch, type Bounds, type MovementCosts } from '../src/search/arc-search.ts'
import type { MovementGraph } from '../src/search/movement-graph.ts'
import type { TimedWaits } from '../src/search/signal-plan.ts'
import { UNREACHABLE } from './plain-dijkstra.ts'
import type { FoundRoute } from './subject.ts'

/** The engine's search over movements with costs that may change between searches, but not in `turnMs` and `waitMs`. */
export interface SearchedCosts {
  graph: Graph
  topology: Topology
  movements: MovementGraph
  costs: MovementCosts
  bounds: Bounds
  timed?: TimedWaits
}

/** From node to node: any arc out of the source may be the first, and any arc into the target the last. */
export function nodeSearch(given: SearchedCosts): (source: number, target: number) => FoundRoute {
  const { graph, topology, movements, costs, bounds, timed } = given
  const { arcMs } = costs
  const search = new ArcSearch(graph, movements, topology.rank)
  const arcsInto: number[][] = Array.from({ length: graph.nodeCount }, () => [])
  graph.head.forEach((node, arc) => {
    arcsInto[node]!.push(arc)
  })
  const end = (arc: number) => ({ arc, costMs: arcMs[arc]! })
  return (source, target) => {
    if (source === target) return { cost: 0, arcs: [] }
    const starts = []
    // The search itself drives two arcs at least.
    let direct: FoundRoute = { cost: INFINITE, arcs: [] }
    for (let arc = graph.firstOut[source]!; arc < graph.firstOut[source + 1]!; arc++) {
      starts.push(end(arc))
      if (graph.head[arc] === target && arcMs[arc]! < direct.cost) direct = { cost: arcMs[arc]!, arcs: [arc] }
    }
    search.aim(bounds, arcsInto[target]!.map(end))
    const found = search.from(starts, costs, bounds, { timed, belowMs: direct.cost })
    if (found) return { cost: found.costMs, arcs: found.arcs }
    return direct.cost < INFINITE ? direct : { cost: UNREACHABLE, arcs: [] }
  }
}

/** Nothing for a movement that is allowed; a U-turn u→v→u is, where `v` has one outgoing arc. */
export function turnBans({ firstOut, tail, head }: Graph, movements: MovementGraph): Int32Array {
  const { movementCount, arcOf, from, to, bans } = movements
  return Int32Array.from({ length: movementCount }, (_, movement) => {
    const arc = arcOf[from[movement]!]!
    const node = head[arc]!
    const isTurnBack = head[arcOf[to[movement]!]!] === tail[arc] && firstOut[node + 1]! - firstOut[node]! > 1
    return isTurnBack || bans.has(movement) ? INFINITE : 0
  })
}
