import { seededRandom } from '@clearway/contracts'
import createGraph from 'ngraph.graph'
import ngraphPath from 'ngraph.path'
import { distanceBetweenM, distanceM } from '../src/network/geodesy.ts'
import { heidelberg, importCity } from '../src/network/import-city.ts'
import { arcFlag, type RoadNetwork } from '../src/network/road-network.ts'
import { createRouteEngine } from '../src/search/route-engine.ts'

const map = new URL('../../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname
const PAIRS = 300
const ROUNDS = 5

/**
 * Route queries on Heidelberg against plain ngraph.path on the same map in the same run: NBA*, oriented, straight line
 * at top speed, over road nodes. The peer knows no turns, no forbidden turns, no signals, and starts at nodes; ours
 * answers positions with all of these, geometry and junctions included.
 */
export async function bench() {
  const imported = await fastestOf(3, () => importCity(map, heidelberg))
  const { network, city } = imported.result
  const engine = createRouteEngine(network, { junctions: city.junctions })
  const peer = plainNgraph(network)
  const pairs = randomPairs(network)
  const position = (node: number) => ({ lon: network.nodeLon[node]!, lat: network.nodeLat[node]! })
  const ours = () => {
    for (const [from, to] of pairs) engine.route({ from: position(from), to: position(to), profile: 'car' })
  }
  const theirs = () => {
    for (const [from, to] of pairs) peer.find(from, to)
  }
  ours()
  theirs()
  const oursMs = (await fastestOf(ROUNDS, ours)).ms / PAIRS
  const theirsMs = (await fastestOf(ROUNDS, theirs)).ms / PAIRS
  return [
    { name: 'import of Heidelberg from .osm.pbf', value: imported.ms, unit: 'ms' },
    {
      name: 'route with turns, signals and geometry',
      value: oursMs,
      unit: 'ms',
      peer: 'plain ngraph.path NBA* over nodes',
      peerValue: theirsMs,
      ratio: theirsMs / oursMs,
    },
  ]
}

function plainNgraph(network: RoadNetwork) {
  const graph = createGraph<{ lon: number; lat: number }, number>()
  for (let node = 0; node < network.nodeCount; node++) {
    graph.addNode(node, { lon: network.nodeLon[node]!, lat: network.nodeLat[node]! })
  }
  let fastestMps = 0
  for (let arc = 0; arc < network.arcCount; arc++) {
    if (!isForCars(network, arc)) continue
    fastestMps = Math.max(fastestMps, network.speedMps[arc]!)
    graph.addLink(network.tail[arc]!, network.head[arc]!, network.lengthM[arc]! / network.speedMps[arc]!)
  }
  return ngraphPath.nba(graph, {
    oriented: true,
    distance: (_from, _to, link) => link.data,
    heuristic: (a, b) => distanceBetweenM(a.data, b.data) / fastestMps,
  })
}

const isForCars = ({ flags }: RoadNetwork, arc: number): boolean =>
  (flags[arc]! & (arcFlag.contraflow | arcFlag.emergencyOnly)) === 0

/** Seeded, on roads for cars; far enough apart to be a drive. */
function randomPairs(network: RoadNetwork): [number, number][] {
  const random = seededRandom(7)
  const nodes = [...new Set(network.tail.filter((_, arc) => isForCars(network, arc)))]
  const pairs: [number, number][] = []
  while (pairs.length < PAIRS) {
    const a = nodes[random.integer(nodes.length)]!
    const b = nodes[random.integer(nodes.length)]!
    const apartM = distanceM(network.nodeLon[a]!, network.nodeLat[a]!, network.nodeLon[b]!, network.nodeLat[b]!)
    if (apartM > 1000) pairs.push([a, b])
  }
  return pairs
}

async function fastestOf<T>(rounds: number, run: () => T | Promise<T>): Promise<{ ms: number; result: T }> {
  let best: { ms: number; result: T } | undefined
  for (let i = 0; i < rounds; i++) {
    const start = performance.now()
    const result = await run()
    const ms = performance.now() - start
    if (!best || ms < best.ms) best = { ms, result }
  }
  return best!
}
