import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nodeSearch } from '../../eval/node-search.ts'
import { PlainDijkstra } from '../../eval/plain-dijkstra.ts'
import { graphOf } from '../../src/hierarchy/graph.ts'
import { customize } from '../../src/hierarchy/metric.ts'
import { nodeOrder } from '../../src/hierarchy/node-order.ts'
import { Potential } from '../../src/hierarchy/potential.ts'
import { buildTopology } from '../../src/hierarchy/topology.ts'
import { movementGraph } from '../../src/search/movement-graph.ts'
import { type ApproachPlan, timedWaits } from '../../src/search/signal-plan.ts'
import { boundWeights, turnBounds } from '../../src/search/turn-bounds.ts'

const NODES = 9
const CLOSED = 2 ** 30 - 1
const node = fc.nat(NODES - 1)

/** One green in the cycle, which may run over its end. */
const plan: fc.Arbitrary<ApproachPlan> = fc
  .record({ cycleMs: fc.integer({ min: 2, max: 90 }), startMs: fc.nat(200), from: fc.nat(), length: fc.nat() })
  .map(({ cycleMs, startMs, from, length }) => {
    const fromMs = from % cycleMs
    return { cycleMs, startMs, greens: [{ fromMs, toMs: fromMs + 1 + (length % (cycleMs - 1)) }] }
  })

const streets = fc.record({
  arcs: fc.array(
    fc.record({
      tail: node,
      head: node,
      ms: fc.oneof({ weight: 9, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.constant(CLOSED) }),
      wait: fc.oneof(fc.constant(undefined), fc.record({ plan, expectedMs: fc.nat(50) })),
    }),
    { minLength: 1, maxLength: 30 },
  ),
  turns: fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(20) }, fc.constant(CLOSED)), { minLength: 1, maxLength: 40 }),
  departMs: fc.nat(1000),
  horizonMs: fc.constantFrom(0, 30, 120, 1_000_000),
  capMs: fc.constantFrom(0, 5, CLOSED),
  places: fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: NODES, maxLength: NODES }),
})

it('equals Dijkstra over movements with the same turn costs and the same waits at signals', () => {
  fc.assert(
    fc.property(streets, ({ arcs, turns: turnCosts, departMs, horizonMs, capMs, places }) => {
      const { graph, arcOf } = graphOf(
        NODES,
        Int32Array.from(arcs, ({ tail }) => tail),
        Int32Array.from(arcs, ({ head }) => head),
      )
      const arcMs = arcOf.map((i) => arcs[i]!.ms)
      const waitAt = (arc: number) => arcs[arcOf[arc]!]!.wait
      const waitMs = arcMs.map((_, arc) => Math.min(capMs, waitAt(arc)?.expectedMs ?? 0))
      const timed = timedWaits((arc) => waitAt(arc)?.plan, waitMs, departMs, horizonMs, capMs)
      const topology = buildTopology(
        graph,
        nodeOrder(
          graph,
          places.map(([x]) => x),
          places.map(([, y]) => y),
        ),
      )
      const potential = (weights: Int32Array) => {
        const metric = new Int32Array(2 * topology.arcCount)
        customize(topology, weights, metric)
        return new Potential(topology, metric)
      }
      const movements = movementGraph(graph, [])
      const turnMs = Int32Array.from({ length: movements.movementCount }, (_, m) => turnCosts[m % turnCosts.length]!)
      const turns = turnBounds(graph, movements, turnMs)
      const withWaits = potential(boundWeights(arcMs, turns, waitMs))
      const bounds = { withWaits, withoutWaits: potential(boundWeights(arcMs, turns)), turns }
      const costs = { arcMs, turnMs, waitMs }
      const search = nodeSearch({ graph, topology, movements, costs, bounds, timed })
      const expected = nodeSearch({ graph, topology, movements, costs, bounds: { withWaits, turns } })

      const dijkstra = new PlainDijkstra(graph, arcMs)
      const turn = (from: number, into: number) => {
        const ms = turnMs[movements.first[from]! + into - graph.firstOut[graph.head[from]!]!]!
        return ms >= CLOSED ? Infinity : ms
      }
      for (let source = 0; source < NODES; source++) {
        for (let target = 0; target < NODES; target++) {
          const waiting = dijkstra.distanceOverMovements(source, target, (a, b, at) => timed.at(a, at) + turn(a, b))
          expect(search(source, target).cost).toBe(waiting)
          const usual = dijkstra.distanceOverMovements(source, target, (a, b) => waitMs[a]! + turn(a, b))
          expect(expected(source, target).cost).toBe(usual)
        }
      }
    }),
    { numRuns: 500, seed: 4 },
  )
})
