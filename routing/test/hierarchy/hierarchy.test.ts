import { seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { DistanceQuery } from '../../src/hierarchy/distance-query.ts'
import { graphOf, INFINITE } from '../../src/hierarchy/graph.ts'
import { customize, type Metric } from '../../src/hierarchy/metric.ts'
import { MetricUpdate } from '../../src/hierarchy/metric-update.ts'
import { nodeOrder } from '../../src/hierarchy/node-order.ts'
import { Potential } from '../../src/hierarchy/potential.ts'
import { buildTopology, type Topology } from '../../src/hierarchy/topology.ts'
import { UnitBuckets } from '../../src/hierarchy/unit-buckets.ts'
import { type DrawnGraph, distancesFrom, randomGraph } from './random-graph.ts'

const seeds = Array.from({ length: 12 }, (_, i) => i + 1)

function hierarchy({ graph, x, y, weights }: DrawnGraph): { topology: Topology; metric: Metric } {
  const topology = buildTopology(graph, nodeOrder(graph, x, y))
  const metric = new Int32Array(2 * topology.arcCount)
  customize(topology, weights, metric)
  return { topology, metric }
}

/** Sum of the weights of arcs that lead from `source` to `target`; NaN where they do not join. */
function lengthDriven({ graph, weights }: DrawnGraph, source: number, target: number, arcs: Int32Array): number {
  let at = source
  let length = 0
  for (const arc of arcs) {
    length += graph.tail[arc] === at ? weights[arc]! : Number.NaN
    at = graph.head[arc]!
  }
  return at === target ? length : Number.NaN
}

describe.each(seeds)('the hierarchy of random graph %i', (seed) => {
  const drawn = randomGraph(seed, 2 + seed * 7)
  const { graph, weights } = drawn
  const { topology, metric } = hierarchy(drawn)
  const nodes = Array.from({ length: graph.nodeCount }, (_, node) => node)
  const finite = (distance: number) => (distance >= INFINITE ? Number.POSITIVE_INFINITY : distance)

  it('gives every distance, with a path that sums up to it', () => {
    const query = new DistanceQuery(topology)
    for (const source of nodes) {
      const judge = [...distancesFrom(graph, weights, source)]
      expect(nodes.map((target) => finite(query.distance(metric, source, target)))).toEqual(judge)
      const driven = nodes.map((target) => {
        const path = query.path(weights, metric, source, target)
        return path && lengthDriven(drawn, source, target, path.arcs)
      })
      expect(driven.map((length) => length ?? Number.POSITIVE_INFINITY)).toEqual(judge)
    }
  })

  it('gives the distances of many to one, from buckets and from the potential', () => {
    const buckets = new UnitBuckets(topology, metric, nodes)
    const potential = new Potential(topology, metric)
    const toTarget = nodes.map((source) => distancesFrom(graph, weights, source))
    for (const target of nodes) {
      potential.aim([{ node: target }])
      const judge = nodes.map((source) => toTarget[source]![target])
      expect([...buckets.to(target)].map(finite)).toEqual(judge)
      expect(nodes.map((source) => finite(potential.from(source)))).toEqual(judge)
    }
  })

  it('brings a metric up to date exactly as a new one would be', () => {
    const random = seededRandom(seed)
    const update = new MetricUpdate(topology)
    const partial = metric.slice()
    const now = weights.slice()
    for (let round = 0; round < 20; round++) {
      const changed = Array.from({ length: 1 + random.integer(5) }, () => random.integer(graph.arcCount))
      for (const arc of changed) now[arc] = random.integer(4) === 0 ? INFINITE : random.integer(1500)
      update.apply(now, changed, partial)
      const full = new Int32Array(metric.length)
      customize(topology, now, full)
      expect(partial).toEqual(full)
    }
  })
})

describe('the hierarchy at its edges', () => {
  it('takes one node without arcs', () => {
    const { graph } = graphOf(1, Int32Array.of(), Int32Array.of())
    const { topology, metric } = hierarchy({
      graph,
      x: Float64Array.of(0),
      y: Float64Array.of(0),
      weights: Int32Array.of(),
    })
    expect(new DistanceQuery(topology).distance(metric, 0, 0)).toBe(0)
  })

  it('counts a route as none when its weights add up to infinite', () => {
    const { graph } = graphOf(3, Int32Array.of(0, 1), Int32Array.of(1, 2))
    const weights = Int32Array.of(INFINITE - 1, 1)
    const place = Float64Array.of(0, 1, 2)
    const { topology, metric } = hierarchy({ graph, x: place, y: place, weights })
    const query = new DistanceQuery(topology)
    expect(query.distance(metric, 0, 1)).toBe(INFINITE - 1)
    expect(query.distance(metric, 0, 2)).toBe(INFINITE)
  })

  it('says so when asked for a path of weights that the metric was not made from', () => {
    const drawn = randomGraph(3, 40)
    const { topology, metric } = hierarchy(drawn)
    const other = drawn.weights.map((weight) => weight + 7)
    const ask = () => Array.from({ length: 40 }, (_, to) => new DistanceQuery(topology).path(other, metric, 0, to))
    expect(ask).toThrow('metric and weights differ')
  })
})
