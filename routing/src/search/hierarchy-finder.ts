import type { Customizer } from '../hierarchy/customizer.ts'
import { INFINITE } from '../hierarchy/graph.ts'
import type { Metric } from '../hierarchy/metric.ts'
import { Potential } from '../hierarchy/potential.ts'
import type { Topology } from '../hierarchy/topology.ts'
import type { RoadNetwork } from '../network/road-network.ts'
import { arcGraph } from './arc-graph.ts'
import { ArcSearch, type Bounds, leastTurns } from './arc-search.ts'
import type { PathFinder, Weights } from './path-finder.ts'
import type { TravelCost } from './travel-cost.ts'

/** A metric and the lower bounds that read it. */
interface Buffer {
  metric: Metric
  potential: Potential
}

interface HierarchyWeights extends Weights {
  withWaits: Buffer
  /** Arc weights that `withWaits` was made from. */
  weights: Int32Array
  leastTurnMs: Int32Array
  /** Made at the first search that knows when signals are green. */
  withoutWaits?: Potential
}

/** Exact A* with the potentials of the network's hierarchy. One topology serves all profiles. */
export function hierarchyFinder(
  network: RoadNetwork,
  topology: Topology,
  customizer: Customizer,
): PathFinder<HierarchyWeights> {
  const movements = arcGraph(network)
  const search = new ArcSearch(network, movements, topology.rank)
  const leastTurnsOf = new WeakMap<Int32Array, Int32Array>()
  const leastTurnsUnder = ({ turnMs }: TravelCost): Int32Array => {
    const known = leastTurnsOf.get(turnMs) ?? leastTurns(network, movements, turnMs)
    leastTurnsOf.set(turnMs, known)
    return known
  }
  const spare: Buffer[] = []
  const buffer = (): Buffer => {
    const metric = customizer.metric()
    return spare.pop() ?? { metric, potential: new Potential(topology, metric) }
  }
  return {
    weigh(cost) {
      const withWaits = buffer()
      const leastTurnMs = leastTurnsUnder(cost)
      const weights = arcWeights(cost.arcMs, [cost.waitMs, leastTurnMs], customizer.weights())
      customizer.customizeNow(weights, withWaits.metric)
      return { cost, withWaits, weights, leastTurnMs }
    },
    async reweigh(cost, before) {
      const withWaits = buffer()
      const leastTurnMs = leastTurnsUnder(cost)
      const weights = arcWeights(cost.arcMs, [cost.waitMs, leastTurnMs], customizer.weights())
      await customizer.follow(before.weights, before.withWaits.metric, weights, withWaits.metric)
      return { cost, withWaits, weights, leastTurnMs }
    },
    release(before) {
      spare.push(before.withWaits)
    },
    toward(goals, weights) {
      const { cost, leastTurnMs } = weights
      const bounds: Bounds = { withWaits: weights.withWaits.potential, leastTurnMs }
      search.aim(bounds, goals)
      return {
        boundMs: (starts) =>
          starts.reduce((least, { arc, costMs }) => {
            const rest = weights.withWaits.potential.from(network.head[arc]!)
            return Math.min(least, costMs + cost.waitMs[arc]! + leastTurnMs[arc]! + rest)
          }, INFINITE),
        from(starts, options = {}) {
          if (!options.timed) return search.from(starts, cost, bounds, options)
          if (!weights.withoutWaits) {
            const metric = customizer.metric()
            customizer.customizeNow(arcWeights(cost.arcMs, [leastTurnMs], customizer.weights()), metric)
            weights.withoutWaits = new Potential(topology, metric)
          }
          const both = { ...bounds, withoutWaits: weights.withoutWaits }
          search.aim(both, goals)
          return search.from(starts, cost, both, options)
        },
      }
    },
    close: () => customizer.close(),
  }
}

/** What a lower bound counts for each arc: driving it and what must follow, `INFINITE` where one of them is. */
function arcWeights(arcMs: Int32Array, onward: readonly Int32Array[], into: Int32Array): Int32Array {
  for (let arc = 0; arc < into.length; arc++) {
    let sum = arcMs[arc]!
    for (const ms of onward) sum += ms[arc]!
    into[arc] = Math.min(INFINITE, sum)
  }
  return into
}
