import { ngraphPeer } from '../eval/ngraph-peer.ts'
import { PlainDijkstra } from '../eval/plain-dijkstra.ts'
import { DistanceQuery } from '../src/hierarchy/distance-query.ts'
import { graphOf } from '../src/hierarchy/graph.ts'
import { customize } from '../src/hierarchy/metric.ts'
import { nodeOrder } from '../src/hierarchy/node-order.ts'
import { Potential } from '../src/hierarchy/potential.ts'
import { buildTopology } from '../src/hierarchy/topology.ts'
import { UnitBuckets } from '../src/hierarchy/unit-buckets.ts'
import { type BenchCity, newYorkCity, portoCity, seededNodes, seededPairs } from './bench-city.ts'
import { fileRows } from './file-rows.ts'
import { cpuOnce, cpuPerItem } from './measure.ts'
import { memoryRow } from './memory.ts'
import { turnRows } from './turn-rows.ts'

const PAIRS = 100
const UNITS = 200
const INCIDENTS = 20
const DIJKSTRAS = 5

/** What is wanted of a city; ratios as the table shows them, the peer's time divided by ours. */
interface Goals {
  route: number
  distance: number
  customize: number
  order: number
  load: number
  turns: number
  priorityTurns: number
  bestUnit: number
}

const ofPorto: Goals = {
  route: 150,
  distance: 300,
  customize: 1 / 1.5,
  order: 1 / 400,
  load: 10,
  turns: 100,
  priorityTurns: 100,
  bestUnit: 1 / 0.3,
}
const ofNewYork: Goals = {
  route: 120,
  distance: 800,
  customize: 1 / 2,
  order: 1 / 300,
  load: 20,
  turns: 8,
  priorityTurns: 25,
  bestUnit: 1 / 0.2,
}

/**
 * The hierarchy on a city of 60,000 nodes and on New York with travel times, beside ngraph.path and plain Dijkstra in the
 * same run. Processor time, so that what else the machine does counts little.
 */
export async function bench() {
  const porto = await portoCity()
  if (!porto) console.error('the map of Porto is not at hand: no rows of a city of 60,000 nodes (CLEARWAY_TEST_DATA)')
  const rows = porto ? cityRows(porto, ofPorto) : []
  return [...rows, ...cityRows(await newYorkCity(), ofNewYork)]
}

function cityRows(city: BenchCity, goals: Goals) {
  const { name, roads, network } = city
  const { graph, arcOf } = graphOf(roads.nodeCount, roads.tail, roads.head)
  const weights = arcOf.map((fileArc) => roads.weight[fileArc]!)
  const order = cpuOnce(() => nodeOrder(graph, roads.x, roads.y))
  const topology = cpuOnce(() => buildTopology(graph, order.result))
  const metric = new Int32Array(2 * topology.result.arcCount)
  const customizeMs = cpuPerItem([metric], (each) => customize(topology.result, weights, each))
  const query = new DistanceQuery(topology.result)
  const pairs = seededPairs(roads, PAIRS, 5)
  const distanceMs = cpuPerItem(pairs, ([from, to]) => query.distance(metric, from, to))
  const routeMs = cpuPerItem(pairs, ([from, to]) => query.path(weights, metric, from, to))

  const units = seededNodes(roads, UNITS, 6)
  const incidents = seededNodes(roads, INCIDENTS, 7)
  const buckets = new UnitBuckets(topology.result, metric, units)
  const bucketMs = cpuPerItem(incidents, (incident) => buckets.to(incident))
  const potential = new Potential(topology.result, metric)
  const memoisedMs = cpuPerItem(incidents, (incident) => {
    potential.aim([{ node: incident }])
    for (const unit of units) potential.from(unit)
  })
  const dijkstra = new PlainDijkstra(graph, weights)
  const dijkstraMs = cpuPerItem(incidents.slice(0, DIJKSTRAS), (incident) => dijkstra.distancesTo(incident))
  const build = cpuOnce(() => ngraphPeer(roads, roads.weight))
  const ngraphMs = cpuPerItem(pairs, ([from, to]) => build.result.find(from, to))

  const row = (what: string, value: number, peer: string, peerValue: number, leastRatio: number) => ({
    ...{ name: `${name}: ${what}`, value, unit: 'ms', peer, peerValue, ratio: peerValue / value, leastRatio },
  })
  const nba = 'ngraph.path NBA*'
  const whole = 'one full Dijkstra'
  return [
    row('route with path', routeMs, nba, ngraphMs, goals.route),
    row('distance only', distanceMs, nba, ngraphMs, goals.distance),
    row('full customization', customizeMs, whole, dijkstraMs, goals.customize),
    row('200-to-1 distances, memoised', memoisedMs, whole, dijkstraMs, 30),
    row('200-to-1 distances, buckets', bucketMs, whole, dijkstraMs, 200),
    row('order and topology', order.ms + topology.ms, whole, dijkstraMs, goals.order),
    ...turnRows({
      name,
      graph,
      places: roads,
      topology: topology.result,
      weights,
      units,
      incidents,
      pairs,
      ngraphMs,
      goals,
    }),
    ...fileRows(name, { ...network, order: order.result }, build.ms, goals.load),
    memoryRow(name, roads, order.result),
  ]
}
