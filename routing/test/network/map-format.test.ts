import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { InputError, WorldError } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { importCity } from '../../src/network/import-city.ts'
import { mapFormat } from '../../src/network/map-format.ts'
import { testData } from '../test-data.ts'
import { mapFolder } from './drawn-file.ts'

const { write, load } = mapFolder()

describe('the format of a map', () => {
  it.each([
    ['town', '<?xml version="1.0"?>\n<!-- <net> -->\n<osm version="0.6"/>', 'osm-xml'],
    ['town', '\uFEFF<net version="1.9"/>', 'sumo'],
    ['town', '{\n  "intersections": []}', 'cityflow'],
    ['town', '{"type": "FeatureCollection", "features": []}', 'geojson'],
    ['town', '{ "type" : "Feature" }', 'geojson'],
    ['town', 'c made by hand\np sp 2 1\n', 'dimacs'],
    ['town', 'p sp 2 1\n', 'dimacs'],
    ['town', '2\n28.6 115.8 100 1\n', 'citybrain'],
    // The content tells nothing: the ending does.
    ['town.gr', '\n', 'dimacs'],
    ['town.osm.pbf', 'xyz', 'osm-pbf'],
    ['roadnet_3_4.json', '{ "name": "x" }', 'cityflow'],
    // The content decides against the ending.
    ['town.osm', '<net/>', 'sumo'],
  ])('of %s with %j is %s', async (name, content, format) => {
    expect(await mapFormat(write(name, content))).toBe(format)
    expect(await mapFormat(write(`${name}.gz`, gzipSync(content)))).toBe(format)
  })

  it.each([
    ['town.txt', 'hello'],
    ['town.xml', '<html/>'],
    ['town.json', '{"a": 1}'],
    ['town.bin', Buffer.alloc(1000)],
  ])('of %s is none that can be read', async (name, content) => {
    await expect(mapFormat(write(name, content))).rejects.toThrow(/no map that can be read; give OpenStreetMap/)
    await expect(mapFormat(write(name, content))).rejects.toThrow(InputError)
  })

  it('of nothing is none', async () => {
    await expect(mapFormat(write('town.osm', ''))).rejects.toThrow(/town\.osm: the file is empty/)
    await expect(mapFormat('/nowhere/town.osm')).rejects.toThrow(WorldError)
  })
})

describe('a damaged map', () => {
  const maps = [
    'heidelberg.osm.pbf',
    'monaco/network.osm.gz',
    'hangzhou-1x1/roadnet.json.gz',
    'ingolstadt/ingolstadt7.net.xml.gz',
    'nanchang/roadnet_nanchang_small.txt.gz',
  ]

  it.skipIf(!testData('networks/porto.osm.pbf')).each(maps)(
    '%s that is cut off is refused by name and reason, wherever the cut is (needs CLEARWAY_TEST_DATA)',
    async (map) => {
      const whole = await readFile(testData(`networks/${map}`) as string)
      const name = map.replace(/.*\//, '')
      for (const share of [0.999, 0.7, 0.2]) {
        const cut = whole.subarray(0, Math.floor(whole.length * share))
        await expect(load(name, cut), `${share}`).rejects.toThrow(name)
        await expect(load(name, cut), `${share}`).rejects.toThrow(InputError)
      }
    },
    60_000,
  )

  it('of which a part is no gzip any more is refused', async () => {
    const bytes = gzipSync('<osm version="0.6"></osm>'.padEnd(5000, ' '))
    bytes.fill(0x5a, 20, 30)
    await expect(importCity(write('town.osm.gz', bytes))).rejects.toThrow(/town\.osm\.gz: its gzip cannot be unpacked/)
  })
})
