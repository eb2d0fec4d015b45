import { createRouteEngine, heidelberg, importCity } from '@clearway/routing'
import { expect, it } from 'vitest'
import { stretchesOf } from '../gateway/src/diversion/corridor.ts'
import { SignsBeforeRoads } from '../gateway/src/diversion/signs-before-roads.ts'
import { stationedUnits } from '../simulators/src/fleet/stations.ts'

const map = new URL('../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname

it('most ways of the demo city have signs before them, and not all signs', async () => {
  const { city, network } = await importCity(map, heidelberg)
  const engine = createRouteEngine(network, { junctions: city.junctions })
  const signs = city.signs.filter(({ lot }) => lot === undefined)
  const places = new SignsBeforeRoads(network, signs)
  const hospitals = city.places.filter(({ kind }) => kind === 'hospital')
  const spoken = stationedUnits(city).flatMap(({ home }) =>
    hospitals.flatMap(({ position }) => {
      const [route] = engine.route({ from: home, to: position, profile: 'ambulance' })
      const { arcs, fromOffsetM: fromM, toOffsetM: toM } = route!
      if (route!.distanceM < 1000) return []
      return new Set(stretchesOf(network, { arcs, fromM, toM }).flatMap((one) => places.before(one.arcs))).size
    }),
  )
  expect(spoken.filter((count) => count > 0).length).toBeGreaterThan(spoken.length / 2)
  expect(Math.max(...spoken)).toBeLessThan(signs.length)
}, 120_000)
