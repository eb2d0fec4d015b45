import type { Customizer } from '../hierarchy/customizer.ts'
import { INFINITE } from '../hierarchy/graph.ts'
import type { Metric } from '../hierarchy/metric.ts'
import { Potential } from '../hierarchy/potential.ts'
import type { Topology } from '../hierarchy/topology.ts'
import type { RoadNetwork } from '../network/road-network.ts'
import { arcGraph } from './arc-graph.ts'
import { ArcSearch, type Bounds } from './arc-search.ts'
import type { PathFinder, Weights } from './path-finder.ts'
import type { TravelCost } from './travel-cost.ts'
import { boundWeights, type TurnBounds, turnBounds } from './turn-bounds.ts'

/** A metric and the lower bounds that read it. */
interface Buffer {
  metric: Metric
  potential: Potential
}

interface HierarchyWeights extends Weights {
  withWaits: Buffer
  /** Arc weights that `withWaits` was made from. */
  weights: Int32Array
  turns: TurnBounds
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
  const turnsUnder = new WeakMap<Int32Array, TurnBounds>()
  const turnsOf = ({ turnMs }: TravelCost): TurnBounds => {
    const known = turnsUnder.get(turnMs) ?? turnBounds(network, movements, turnMs)
    turnsUnder.set(turnMs, known)
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
      const turns = turnsOf(cost)
      const weights = boundWeights(cost.arcMs, turns, cost.waitMs, customizer.weights())
      customizer.customizeNow(weights, withWaits.metric)
      return { cost, withWaits, weights, turns }
    },
    async reweigh(cost, before) {
      const withWaits = buffer()
      const turns = turnsOf(cost)
      const weights = boundWeights(cost.arcMs, turns, cost.waitMs, customizer.weights())
      await customizer.follow(before.weights, before.withWaits.metric, weights, withWaits.metric)
      return { cost, withWaits, weights, turns }
    },
    release(before) {
      spare.push(before.withWaits)
    },
    toward(goals, weights) {
      const { cost, turns } = weights
      const bounds: Bounds = { withWaits: weights.withWaits.potential, turns }
      search.aim(bounds, goals)
      return {
        boundMs: (starts) =>
          starts.reduce((least, { arc, costMs }) => {
            const rest = weights.withWaits.potential.from(network.head[arc]!)
            return Math.min(least, costMs + cost.waitMs[arc]! + turns.outMs[arc]! + rest)
          }, INFINITE),
        from(starts, options = {}) {
          if (!options.timed) return search.from(starts, cost, bounds, options)
          if (!weights.withoutWaits) {
            const metric = customizer.metric()
            customizer.customizeNow(boundWeights(cost.arcMs, turns, undefined, customizer.weights()), metric)
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
