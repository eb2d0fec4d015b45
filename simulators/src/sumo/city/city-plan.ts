import { type ImportedCity, type Plane, type readNet, type SumoPlan, sumoPlan } from '@clearway/routing'
import { edgeOf } from './street-files.ts'

type SumoNet = Awaited<ReturnType<typeof readNet>>

/** What of a network that was made of an imported city each part of that city is. */
export function cityPlan(
  { city, network }: Pick<ImportedCity, 'city' | 'network'>,
  net: SumoNet,
  plane: Plane,
): SumoPlan {
  const edgeIds = Array.from({ length: network.arcCount }, (_, arc) => edgeOf(arc))
  const edges = Int32Array.from(edgeIds, (id, arc) => (net.edges.has(id) ? arc : -1))
  const signalOf = new Map(city.junctions.map(({ id }) => [id, { id }]))
  const roads = { network, edgeOf: edges, junctions: city.junctions, signalOf }
  return sumoPlan(net, edgeIds, roads, (x, y) => ({ lon: plane.lon(x), lat: plane.lat(y) }))
}
