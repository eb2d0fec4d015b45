import { InputError, type Random } from '@clearway/contracts'
import { heidelberg, importCity } from '../../src/network/import-city.ts'
import type { ImportedCity } from '../../src/network/imported-city.ts'
import { createRouteEngine } from '../../src/search/route-engine.ts'
import { type Drive, drive } from './noisy-trace.ts'

const map = new URL('../../../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname

export const heidelbergCity = (): Promise<ImportedCity> => importCity(map, heidelberg)

/** Drives between places drawn at random, each at least a kilometre and a half. */
export function drives({ network, city }: ImportedCity, count: number, random: Random): Drive[] {
  const engine = createRouteEngine(network, { junctions: city.junctions })
  const place = () => {
    const node = random.integer(network.nodeCount)
    return { lon: network.nodeLon[node]!, lat: network.nodeLat[node]! }
  }
  const found: Drive[] = []
  while (found.length < count) {
    try {
      const [route] = engine.route({ from: place(), to: place(), profile: 'car' })
      if (!route || route.distanceM < 1500) continue
      const { arcs, fromOffsetM: fromM, toOffsetM: toM } = route
      found.push(drive(network, { arcs, fromM, toM }, random))
    } catch (error) {
      // Not every place can be reached from every other.
      if (!(error instanceof InputError)) throw error
    }
  }
  return found
}
