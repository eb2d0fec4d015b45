import { seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { INFINITE } from '../../src/hierarchy/graph.ts'
import { customize } from '../../src/hierarchy/metric.ts'
import { nodeOrder } from '../../src/hierarchy/node-order.ts'
import { Potential } from '../../src/hierarchy/potential.ts'
import { buildTopology } from '../../src/hierarchy/topology.ts'
import { type ArcEnd, ArcSearch } from '../../src/search/arc-search.ts'
import { movementGraph } from '../../src/search/movement-graph.ts'
import { type ApproachPlan, type TimedWaits, timedWaits } from '../../src/search/signal-plan.ts'
import { boundWeights, turnBounds } from '../../src/search/turn-bounds.ts'
import { randomGraph } from '../hierarchy/random-graph.ts'

/** A random city: roads, turn costs, closed turns, signals on every third node with plans of their own. */
function city(seed: number, nodeCount: number) {
  const random = seededRandom(seed)
  const { graph, x, y, weights: arcMs } = randomGraph(seed, nodeCount)
  const movements = movementGraph(graph, [])
  const turnMs = Int32Array.from({ length: movements.movementCount }, () =>
    random.integer(6) === 0 ? INFINITE : random.integer(3) * 50,
  )
  const plans = Array.from({ length: graph.nodeCount }, (_, node): ApproachPlan | undefined => {
    const cycleMs = 200 + random.integer(600)
    const fromMs = random.integer(cycleMs)
    const green = { fromMs, toMs: fromMs + 1 + random.integer(cycleMs - 1) }
    return node % 3 === 0 ? { cycleMs, startMs: random.integer(1000), greens: [green] } : undefined
  })
  const waitMs = graph.head.map((node) => (plans[node] ? plans[node].cycleMs / 8 : 0))
  const topology = buildTopology(graph, nodeOrder(graph, x, y))
  const potential = (weights: Int32Array) => {
    const metric = new Int32Array(2 * topology.arcCount)
    customize(topology, weights, metric)
    return new Potential(topology, metric)
  }
  // Half of the cities count turns in their bounds, half do without.
  const turns = seed % 2 === 0 ? turnBounds(graph, movements, turnMs) : undefined
  const none = new Int32Array(graph.arcCount)
  const counted = turns ?? { outMs: none, intoMs: none }
  const bounds = {
    withWaits: potential(boundWeights(arcMs, counted, waitMs)),
    withoutWaits: potential(boundWeights(arcMs, counted)),
    ...(turns ? { turns } : {}),
  }
  const costs = { arcMs, turnMs, waitMs }
  return { random, graph, movements, costs, plans, bounds, search: new ArcSearch(graph, movements, topology.rank) }
}

/** The judge: settles the vertex reached first, looking through all of them each time. */
function least(
  { graph, movements, costs: { arcMs, turnMs, waitMs } }: ReturnType<typeof city>,
  starts: readonly ArcEnd[],
  goals: readonly ArcEnd[],
  timed?: TimedWaits,
): number | undefined {
  const reached = new Float64Array(graph.arcCount).fill(Number.POSITIVE_INFINITY)
  const open = new Set<number>()
  let best = Number.POSITIVE_INFINITY
  for (const { arc, costMs } of starts) {
    reached[arc] = Math.min(reached[arc]!, costMs)
    open.add(arc)
  }
  while (open.size > 0) {
    const arc = [...open].reduce((a, b) => (reached[b]! < reached[a]! ? b : a))
    open.delete(arc)
    const leaving = reached[arc]! + (timed ? timed.at(arc, reached[arc]!) : waitMs[arc]!)
    for (let m = movements.first[arc]!; m < movements.first[arc + 1]!; m++) {
      const next = movements.to[m]!
      if (turnMs[m]! >= INFINITE || arcMs[next]! >= INFINITE) continue
      for (const goal of goals) if (goal.arc === next) best = Math.min(best, leaving + turnMs[m]! + goal.costMs)
      const atHead = leaving + turnMs[m]! + arcMs[next]!
      if (atHead >= reached[next]!) continue
      reached[next] = atHead
      open.add(next)
    }
  }
  return best === Number.POSITIVE_INFINITY ? undefined : best
}

describe.each(Array.from({ length: 25 }, (_, i) => i + 1))('the search in random city %i', (seed) => {
  const drawn = city(seed, 10 + 3 * seed)
  const { random, graph, costs, bounds, search, plans } = drawn
  const ends = (): ArcEnd[] =>
    Array.from({ length: 1 + random.integer(3) }, () => ({
      arc: random.integer(graph.arcCount),
      costMs: random.integer(300),
    }))

  it('costs what the judge says, with expected waits and with the waits of the plans', () => {
    const found: (number | undefined)[] = []
    const judged: (number | undefined)[] = []
    for (let round = 0; round < 30; round++) {
      const [starts, goals] = [ends(), ends().filter(({ arc }) => costs.arcMs[arc]! < INFINITE)]
      const horizonMs = [0, 500, 2000, INFINITE][round % 4]!
      const planOf = (arc: number) => plans[graph.head[arc]!]
      const timed =
        round % 5 === 0 ? undefined : timedWaits(planOf, costs.waitMs, 1_000_000 + random.integer(5000), horizonMs)
      search.aim(bounds, goals)
      found.push(search.from(starts, costs, bounds, { timed })?.costMs)
      judged.push(least(drawn, starts, goals, timed))
    }
    expect(found).toEqual(judged)
  })
})
