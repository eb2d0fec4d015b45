import type { FileRoads } from '../eval/evaluation-case.ts'
import { nodeSearch, turnBans } from '../eval/node-search.ts'
import { PlainDijkstra } from '../eval/plain-dijkstra.ts'
import { quantile } from '../eval/timing.ts'
import { type Graph, INFINITE } from '../src/hierarchy/graph.ts'
import { customize } from '../src/hierarchy/metric.ts'
import { Potential } from '../src/hierarchy/potential.ts'
import type { Topology } from '../src/hierarchy/topology.ts'
import { ArcSearch, type Bounds, type MovementCosts } from '../src/search/arc-search.ts'
import { drivingProfiles } from '../src/search/driving-profile.ts'
import { type MovementGraph, movementGraph } from '../src/search/movement-graph.ts'
import { type TimedWaits, timedWaits } from '../src/search/signal-plan.ts'
import { boundWeights, turnBounds } from '../src/search/turn-bounds.ts'
import { seededPairs } from './bench-city.ts'
import { cpuPerItem, quickestOf } from './measure.ts'
import { type SyntheticStreet, syntheticStreet } from './signals.ts'

/** As long as the route engine trusts a plan that runs. */
const HORIZON_MS = 180_000
const PRIORITY_MS = drivingProfiles.ambulance.priorityWaitS! * 1000
const DIJKSTRAS = 10
/** Enough for a 99th percentile. */
const TIMED_PAIRS = 1000
/** Each route is timed so often and its quickest run counts: what else the machine does makes none quicker. */
const ROUNDS = 5
const MOST_P99_MS = { normal: 30, priority: 15 }

export interface TurnBench {
  name: string
  graph: Graph
  places: Pick<FileRoads, 'x' | 'y'>
  topology: Topology
  weights: Int32Array
  units: readonly number[]
  incidents: readonly number[]
  pairs: readonly [number, number][]
  ngraphMs: number
  goals: { turns: number; priorityTurns: number; bestUnit: number }
}

/** The exact search with turn costs, forbidden turns and synthetic signals: a normal driver, and one with priority. */
export function turnRows({
  name,
  graph,
  places,
  topology,
  weights,
  units,
  incidents,
  pairs,
  ngraphMs,
  goals,
}: TurnBench) {
  const movements = movementGraph(graph, [])
  const street = syntheticStreet(graph, places, movements, turnBans(graph, movements))
  const turns = turnBounds(graph, movements, street.turnMs)
  const boundOf = (waitMs?: Int32Array) => {
    const metric = new Int32Array(2 * topology.arcCount)
    customize(topology, boundWeights(weights, turns, waitMs), metric)
    return new Potential(topology, metric)
  }
  const base = { arcMs: weights, turnMs: street.turnMs }
  const normal = { ...base, waitMs: street.waitMs }
  const priority = { ...base, waitMs: street.waitMs.map((ms) => Math.min(ms, PRIORITY_MS)) }
  const timed = timedWaits(street.planOf, street.waitMs, 0, HORIZON_MS)
  const normalBounds = {
    withWaits: boundOf(normal.waitMs),
    withoutWaits: boundOf(),
    turns,
  }
  const priorityBounds = { withWaits: boundOf(priority.waitMs), turns }
  const search = { graph, topology, movements }
  const asNormal = nodeSearch({ ...search, costs: normal, bounds: normalBounds, timed })
  const withPriority = nodeSearch({ ...search, costs: priority, bounds: priorityBounds })
  const judge = dijkstraOf(graph, movements, street)

  const few = pairs.slice(0, DIJKSTRAS)
  const rows = [
    { what: 'turn- and signal-aware route', run: asNormal, goal: goals.turns, waits: timed.at },
    {
      what: 'the same with priority',
      run: withPriority,
      goal: goals.priorityTurns,
      waits: (arc: number) => priority.waitMs[arc]!,
    },
  ].map(({ what, run, goal, waits }) => {
    const distance = judge(weights, waits)
    for (const [from, to] of few)
      if (run(from, to).cost !== distance(from, to)) throw new Error(`${what}: not exact from ${from} to ${to}`)
    const value = cpuPerItem(few, ([from, to]) => run(from, to))
    const peerValue = cpuPerItem(few, ([from, to]) => distance(from, to))
    const peer = 'the same by Dijkstra'
    return { name: `${name}: ${what}`, value, unit: 'ms', peer, peerValue, ratio: peerValue / value, leastRatio: goal }
  })
  const best = bestUnitSearch(search, normal, normalBounds, units, timed)
  const bestMs = cpuPerItem(incidents, best)
  const many = seededPairs(graph, TIMED_PAIRS, 8)
  const p99 = (run: typeof asNormal) =>
    quantile(
      quickestOf(ROUNDS, many, ([from, to]) => run(from, to)),
      0.99,
    )
  const signals = `${street.signalCount.toLocaleString('en')} signals`
  return [
    ...rows,
    {
      ...{ name: `${name}: exact best of ${units.length} units with turns and signals`, value: bestMs, unit: 'ms' },
      ...{
        peer: 'one search of ngraph.path NBA*',
        peerValue: ngraphMs,
        ratio: ngraphMs / bestMs,
        leastRatio: goals.bestUnit,
      },
    },
    { name: `${name}: route among ${signals}, p99`, value: p99(asNormal), unit: 'ms', mostValue: MOST_P99_MS.normal },
    {
      name: `${name}: the same with priority, p99`,
      value: p99(withPriority),
      unit: 'ms',
      mostValue: MOST_P99_MS.priority,
    },
  ]
}

/** Dijkstra's algorithm over the same movements with the same costs. */
function dijkstraOf(graph: Graph, movements: MovementGraph, { turnMs }: SyntheticStreet) {
  const turn = (from: number, into: number) => {
    const ms = turnMs[movements.first[from]! + into - graph.firstOut[graph.head[from]!]!]!
    return ms >= INFINITE ? Number.POSITIVE_INFINITY : ms
  }
  return (weights: Int32Array, waits: TimedWaits['at']) => {
    const dijkstra = new PlainDijkstra(graph, weights)
    return (source: number, target: number) =>
      dijkstra.distanceOverMovements(source, target, (from, into, at) => waits(from, at) + turn(from, into))
  }
}

/** Units in the order of their lower bounds, each searched exactly, until the next bound is not below the best. */
function bestUnitSearch(
  { graph, topology, movements }: { graph: Graph; topology: Topology; movements: MovementGraph },
  costs: MovementCosts,
  bounds: Bounds,
  units: readonly number[],
  timed: TimedWaits,
): (incident: number) => number {
  const search = new ArcSearch(graph, movements, topology.rank)
  const ends = (arcs: number[]) => arcs.map((arc) => ({ arc, costMs: costs.arcMs[arc]! }))
  const starts = units.map((node) => ends(range(graph.firstOut[node]!, graph.firstOut[node + 1]!)))
  const into: number[][] = Array.from({ length: graph.nodeCount }, () => [])
  graph.head.forEach((node, arc) => {
    into[node]!.push(arc)
  })
  return (incident) => {
    search.aim(bounds, ends(into[incident]!))
    const { withoutWaits = bounds.withWaits } = bounds
    const ranked = units
      .map((node, unit) => ({ unit, boundMs: node === incident ? 0 : withoutWaits.from(node) }))
      .sort((a, b) => a.boundMs - b.boundMs)
    let best = INFINITE
    for (const { unit, boundMs } of ranked) {
      if (boundMs >= best) break
      const direct = starts[unit]!.filter(({ arc }) => graph.head[arc] === incident).map(({ costMs }) => costMs)
      best = Math.min(best, units[unit] === incident ? 0 : INFINITE, ...direct)
      best = search.from(starts[unit]!, costs, bounds, { timed, belowMs: best })?.costMs ?? best
    }
    return best
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
