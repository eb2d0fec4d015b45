import { join } from 'node:path'
import {
  createRouteEngine,
  drivingProfiles,
  heidelberg,
  type ImportedCity,
  importCity,
  type RouteAnswer,
} from '@clearway/routing'
import { INFINITE } from '../../routing/src/hierarchy/graph.ts'
import { customize } from '../../routing/src/hierarchy/metric.ts'
import { Potential } from '../../routing/src/hierarchy/potential.ts'
import { arcGraph } from '../../routing/src/search/arc-graph.ts'
import { ArcSearch } from '../../routing/src/search/arc-search.ts'
import { topologyOf } from '../../routing/src/search/route-engine.ts'
import { signalWaits } from '../../routing/src/search/signal-wait.ts'
import { travelCost } from '../../routing/src/search/travel-cost.ts'
import { boundWeights, type TurnBounds, turnBounds } from '../../routing/src/search/turn-bounds.ts'
import { StreetMapPicture } from './street-map-picture.ts'

const map = join(import.meta.dirname, '..', '..', 'simulators', 'cities', 'heidelberg', 'heidelberg.osm.pbf')
/** From Wieblingen in the west to Rohrbach in the south. */
const from = { lon: 8.6418, lat: 49.4252 }
const to = { lon: 8.6895, lat: 49.3765 }

/** Asks the engine for a route with alternatives across Heidelberg, and draws them over what their search has settled. */
export async function drawRouteSearch(): Promise<string> {
  const city = await importCity(map, heidelberg)
  const { network } = city
  const engine = createRouteEngine(network, { junctions: city.city.junctions })
  const [best, ...others] = engine.route({ from, to, profile: 'car', alternatives: 2 })
  await engine.close()
  const { bounded, unbounded } = searchSpaces(city, best!)
  const minutes = ({ durationS, distanceM }: RouteAnswer) =>
    `${(durationS / 60).toFixed(1)} min, ${(distanceM / 1000).toFixed(1)} km`
  const arcs = (settled: Int32Array) =>
    `${settled.length.toLocaleString('en')} of ${network.arcCount.toLocaleString('en')}`
  const title = 'A route, two alternatives and what the search looked at · 路线、备选路线与搜索范围'
  const picture = new StreetMapPicture(title, network, unbounded)
  picture.streets({ colour: '#dfe4ea', width: 0.8 }, unbounded)
  picture.arcs(unbounded, { colour: '#a9c8ee', width: 1 }, `arcs that Dijkstra settles 不用下界时: ${arcs(unbounded)}`)
  picture.arcs(bounded, { colour: '#f08a24', width: 2.4 }, `arcs that the search settles 本搜索: ${arcs(bounded)}`)
  for (const [i, other] of others.entries()) {
    const style = { colour: '#7b4fc9', width: 3.2, dash: i === 0 ? '9 4' : '2 4' }
    picture.line(other.geometry.coordinates, style, `alternative 备选 ${i + 1}: ${minutes(other)}`)
  }
  picture.line(best!.geometry.coordinates, { colour: '#0a4fb0', width: 4 }, `best route 最优路线: ${minutes(best!)}`)
  picture.place(from, 'A')
  picture.place(to, 'B')
  return picture.file()
}

/**
 * The arcs that the search for a route settles, and those that the same search settles without lower bounds, which is
 * Dijkstra's algorithm.
 */
function searchSpaces({ network, city }: ImportedCity, { arcs }: RouteAnswer) {
  const cost = travelCost(network, drivingProfiles.car, signalWaits(network, city.junctions))
  const topology = topologyOf(network)
  const search = new ArcSearch(network, arcGraph(network), topology.rank)
  const settled = (weights: Int32Array, turns?: TurnBounds) => {
    const metric = new Int32Array(2 * topology.arcCount)
    customize(topology, weights, metric)
    const bounds = { withWaits: new Potential(topology, metric), ...(turns && { turns }) }
    search.aim(bounds, [{ arc: arcs.at(-1)!, costMs: 0 }])
    const found = search.from([{ arc: arcs[0]!, costMs: 0 }], cost, bounds)
    if (!found || `${found.arcs}` !== `${arcs}`) throw new Error('the search for the picture found another route')
    return search.settledArcs()
  }
  const turns = turnBounds(network, arcGraph(network), cost.turnMs)
  return {
    bounded: settled(boundWeights(cost.arcMs, turns, cost.waitMs), turns),
    unbounded: settled(cost.arcMs.map((ms) => (ms >= INFINITE ? INFINITE : 0))),
  }
}
