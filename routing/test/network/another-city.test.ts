import { cycleOf } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { readNetwork, writeNetwork } from '../../src/network/network-file.ts'
import { importCity } from '../../src/network/osm/import-city.ts'
import { createRouteEngine } from '../../src/search/route-engine.ts'
import { testData } from '../test-data.ts'

const porto = testData('networks/porto.osm.pbf')

describe.skipIf(!porto)('another city, Porto (needs CLEARWAY_TEST_DATA)', () => {
  it('is imported whole, with consistent timing tables and routes', async () => {
    const { city, network, report } = await importCity(porto as string, { timeZone: 'Europe/Lisbon' })
    expect(city).toMatchObject({ district: 'porto', name: { en: 'Porto' }, timeZone: 'Europe/Lisbon' })
    // An importer that keeps motorway to service without private ways finds about 62,200 nodes and 145,000 arcs in the
    // largest strongly connected part, and some 300 signal nodes on its ways.
    expect(Math.abs((report.kept.nodes ?? 0) - 62_200)).toBeLessThan(622)
    expect(Math.abs((report.kept.arcs ?? 0) - 145_000)).toBeLessThan(1_450)
    expect(city.junctions.length).toBeGreaterThan(150)
    for (const table of city.junctions) expect(table.cycleS, table.id).toBeCloseTo(cycleOf(table), 6)

    const again = readNetwork(writeNetwork(network))
    const engine = createRouteEngine(again, { junctions: city.junctions })
    const [route] = engine.route({
      from: { lon: -8.61, lat: 41.15 },
      to: { lon: -8.63, lat: 41.17 },
      profile: 'ambulance',
    })
    expect(route?.distanceM).toBeGreaterThan(2_700)
    expect(route?.durationS).toBeLessThan(route?.durationWithoutPriorityS ?? 0)
  }, 60_000)
})
