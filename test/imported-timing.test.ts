import { checkTimingTable } from '@clearway/edge'
import { importCity } from '@clearway/routing'
import { describe, expect, it } from 'vitest'
import { testData } from '../routing/test/test-data.ts'

const maps = [
  'ingolstadt/ingolstadt21.net.xml.gz',
  'ingolstadt/ingolstadt7.net.xml.gz',
  'jinan-3x4/sumo/jinan.net.xml.gz',
  'nanchang/nanchang.net.xml.gz',
  'newyork-16x3/roadnet_16_3.json.gz',
  'monaco/network.osm.gz',
]

describe.skipIf(!testData('networks/porto.osm.pbf'))('timing tables of imported maps (need CLEARWAY_TEST_DATA)', () => {
  it.each(maps)(
    'of %s are such as a controller takes',
    async (map) => {
      const { city } = await importCity(testData(`networks/${map}`) as string)
      expect(city.junctions.length).toBeGreaterThan(0)
      const faulty = city.junctions.map((table) => ({ id: table.id, faults: checkTimingTable(table) }))
      expect(faulty.filter(({ faults }) => faults.length > 0).slice(0, 5)).toEqual([])
    },
    60_000,
  )
})
