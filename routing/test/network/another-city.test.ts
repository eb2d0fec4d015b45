import { cycleOf } from '@clearway/contracts'
import { beforeAll, describe, expect, it } from 'vitest'
import { importCity } from '../../src/network/import-city.ts'
import { newReport } from '../../src/network/import-report.ts'
import type { ImportedCity } from '../../src/network/imported-city.ts'
import { readNetwork, writeNetwork } from '../../src/network/network-file.ts'
import { osmNetwork } from '../../src/network/osm/osm-city.ts'
import { readPbf } from '../../src/network/osm/pbf-file.ts'
import { createRouteEngine } from '../../src/search/route-engine.ts'
import { testData } from '../test-data.ts'

const porto = testData('networks/porto.osm.pbf')
const monaco = testData('networks/monaco/network.osm.gz')

describe.skipIf(!porto)('another city, Porto (needs CLEARWAY_TEST_DATA)', () => {
  let imported: ImportedCity
  beforeAll(async () => {
    imported = await importCity(porto as string, { timeZone: 'Europe/Lisbon' })
  }, 60_000)

  it('has as many nodes and arcs as another importer found', async () => {
    const report = newReport()
    osmNetwork(await readPbf(porto as string, 'porto'), { emergencyRoads: false }, report)
    // An importer that keeps motorway to service without private ways finds about 62,200 nodes and 145,000 arcs in the
    // largest strongly connected part, of 62,900 and 145,800. Cuts at signals and barriers add to the first.
    const { nodes = 0, arcs = 0 } = report.kept
    expect(Math.abs(nodes - 62_200)).toBeLessThan(311)
    expect(Math.abs(arcs - 145_000)).toBeLessThan(1_450)
    expect(Math.abs(nodes + report.dropped['nodes: not in the largest connected part']! - 62_900)).toBeLessThan(311)
    // Roads closed to cars come on top of that.
    expect(imported.report.kept.nodes! - nodes).toBeGreaterThan(500)
    expect(imported.report.kept.arcs! - arcs).toBeLessThan(1500)
  }, 60_000)

  it('has its turn restrictions, each used or reported', () => {
    const { kept, dropped } = imported.report
    const used = (value: string) => kept[`restrictions: ${value}`] ?? 0
    // Relations by value whose node via is in that part, as counted on the map itself; some lack a member.
    const mapped = {
      no_left_turn: 206,
      only_straight_on: 44,
      no_right_turn: 38,
      no_u_turn: 29,
      only_right_turn: 17,
      only_left_turn: 9,
      no_straight_on: 4,
    }
    const short = Object.entries(mapped).map(([value, count]) => [value, count - used(value)])
    expect(Object.fromEntries(short)).toEqual({
      no_left_turn: 10,
      only_straight_on: 0,
      no_right_turn: 0,
      no_u_turn: 3,
      only_right_turn: 1,
      // One without a node via is found where its ways meet.
      only_left_turn: -1,
      no_straight_on: 0,
    })
    const reported = Object.entries(dropped).filter(([reason]) => reason.startsWith('restrictions: '))
    expect(kept.restrictions! + reported.reduce((sum, [, count]) => sum + count, 0)).toBe(357)
  })

  it('has limits and timing tables, and routes for an ambulance', () => {
    const { city, network } = imported
    expect(city).toMatchObject({ district: 'porto', name: { en: 'Porto' }, timeZone: 'Europe/Lisbon' })
    expect(network.maxHeightM.filter((limit) => limit < 5).length).toBeGreaterThan(25)
    expect(network.maxWeightT.filter((limit) => limit < 40).length).toBeGreaterThan(12)
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

describe.skipIf(!monaco)('a map from an editor, Monaco (needs CLEARWAY_TEST_DATA)', () => {
  it('is imported with ids that the editor gave', async () => {
    const { city, network, report } = await importCity(monaco as string, { timeZone: 'Europe/Monaco' })
    expect(network.nodeCount).toBeGreaterThan(1000)
    expect(report.kept.restrictions! + report.dropped['restrictions: off the network']!).toBe(18)
    expect(network.turnBans.length).toBeGreaterThanOrEqual(13)
    expect(city.junctions.length).toBeGreaterThan(5)
    expect(city.bounds.west).toBeGreaterThan(7.36)
  }, 30_000)
})
