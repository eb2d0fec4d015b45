import { DistanceQuery } from '../src/hierarchy/distance-query.ts'
import { graphOf, INFINITE } from '../src/hierarchy/graph.ts'
import { customize } from '../src/hierarchy/metric.ts'
import { MetricUpdate } from '../src/hierarchy/metric-update.ts'
import { nodeOrder } from '../src/hierarchy/node-order.ts'
import { Potential } from '../src/hierarchy/potential.ts'
import { buildTopology } from '../src/hierarchy/topology.ts'
import { UnitBuckets } from '../src/hierarchy/unit-buckets.ts'
import { movementGraph } from '../src/search/movement-graph.ts'
import { nodeSearch, turnBans } from './node-search.ts'
import { UNREACHABLE } from './plain-dijkstra.ts'
import type { FoundRoute, MakeSubject } from './subject.ts'

/** The engine of the product under its numbers of arcs, which are sorted by tail. */
export const hierarchySubject: MakeSubject = (roads, forbiddenTurns, unitNodes) => {
  const { graph, arcOf } = graphOf(roads.nodeCount, roads.tail, roads.head)
  const placeOf = new Int32Array(arcOf.length)
  arcOf.forEach((fileArc, arc) => {
    placeOf[fileArc] = arc
  })
  const topology = buildTopology(graph, nodeOrder(graph, roads.x, roads.y))
  const query = new DistanceQuery(topology)
  const partly = new MetricUpdate(topology)
  const metric = new Int32Array(2 * topology.arcCount)
  const weights = arcOf.map((fileArc) => roads.weight[fileArc]!)
  customize(topology, weights, metric)
  let buckets: UnitBuckets | undefined
  let searchTurns: ReturnType<typeof nodeSearch> | undefined
  const makeTurnSearch = () => {
    const turns = Array.from({ length: forbiddenTurns.length / 2 }, (_, i) => ({
      arcs: [placeOf[forbiddenTurns[2 * i]!]!, placeOf[forbiddenTurns[2 * i + 1]!]!],
    }))
    const movements = movementGraph(graph, turns)
    const costs = { arcMs: weights, turnMs: turnBans(graph, movements), waitMs: new Int32Array(graph.arcCount) }
    return nodeSearch({ graph, topology, movements, costs, bounds: { withWaits: new Potential(topology, metric) } })
  }
  const inFileNumbers = ({ cost, arcs }: FoundRoute): FoundRoute => {
    const fileArcs = new Int32Array(arcs.length)
    for (let i = 0; i < arcs.length; i++) fileArcs[i] = arcOf[arcs[i]!]!
    return { cost, arcs: fileArcs }
  }
  return {
    customize(given) {
      arcOf.forEach((fileArc, arc) => {
        weights[arc] = given[fileArc]!
      })
      customize(topology, weights, metric)
      buckets = undefined
    },
    update(arcs, given) {
      const changed = arcs.map((fileArc) => placeOf[fileArc]!)
      changed.forEach((arc, i) => {
        weights[arc] = given[i]!
      })
      partly.apply(weights, changed, metric)
      buckets = undefined
    },
    differencesFromFull() {
      const full = new Int32Array(metric.length)
      customize(topology, weights, full)
      return metric.reduce((count, weight, place) => count + (weight === full[place] ? 0 : 1), 0)
    },
    distance: (source, target) => shown(query.distance(metric, source, target)),
    route(source, target) {
      const path = query.path(weights, metric, source, target)
      return path ? inFileNumbers({ cost: path.distance, arcs: path.arcs }) : { cost: UNREACHABLE, arcs: [] }
    },
    routeWithTurns(source, target) {
      searchTurns ??= makeTurnSearch()
      return inFileNumbers(searchTurns(source, target))
    },
    bestUnits(incident, count) {
      buckets ??= new UnitBuckets(topology, metric, unitNodes)
      return Array.from(buckets.to(incident), (distance, unit) => ({ unit, distance }))
        .filter(({ distance }) => distance < INFINITE)
        .sort((a, b) => a.distance - b.distance)
        .slice(0, count)
    },
  }
}

const shown = (distance: number): number => (distance >= INFINITE ? UNREACHABLE : distance)
