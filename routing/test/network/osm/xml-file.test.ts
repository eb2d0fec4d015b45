import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { InputError } from '@clearway/contracts'
import { afterAll, describe, expect, it } from 'vitest'
import { importCity } from '../../../src/network/import-city.ts'
import { readOsmXml } from '../../../src/network/osm/xml-file.ts'

const dir = await mkdtemp(join(tmpdir(), 'clearway-osm-'))
afterAll(() => rm(dir, { recursive: true }))

const text = `<?xml version='1.0' encoding='UTF-8'?>
<!-- made by hand -->
<osm version="0.6">
  <node id="-1" lat="49.4" lon="8.7"><tag k="name" v="A &amp; B 解放"/></node>
  <node id="2" lat="49.4" lon="8.71"/>
  <node id="3" lat="49.5" lon="8.71" visible="false"/>
  <node id="4" action="delete" lat="49.5" lon="8.71"/>
  <way id="10"><nd ref="-1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
  <relation id="20">
    <member type="way" ref="10" role="from"/>
    <member type="node" ref="2" role="via"/>
    <member type="way" ref="10" role="to"/>
    <tag k="type" v="restriction"/>
  </relation>
</osm>`
const bytes = (content: string) => new TextEncoder().encode(content)

describe('an OpenStreetMap XML file', () => {
  it('gives its nodes, ways and relations, without those deleted', async () => {
    const { nodes, ways, relations } = await readOsmXml(bytes(text), 'map.osm')
    expect([...nodes]).toEqual([
      [-1, { lon: 8.7, lat: 49.4, tags: { name: 'A & B 解放' } }],
      [2, { lon: 8.71, lat: 49.4, tags: {} }],
    ])
    expect(ways).toEqual([{ id: 10, nodes: [-1, 2], tags: { highway: 'residential' } }])
    expect(relations).toEqual([
      {
        id: 20,
        tags: { type: 'restriction' },
        members: [
          { type: 'way', ref: 10, role: 'from' },
          { type: 'node', ref: 2, role: 'via' },
          { type: 'way', ref: 10, role: 'to' },
        ],
      },
    ])
  })

  it('is a city, gzip or not, whatever its name', async () => {
    for (const [name, content] of [
      ['town.osm', bytes(text)],
      ['town.osm.gz', gzipSync(text)],
      ['town.xml', bytes(text)],
    ] as const) {
      const file = join(dir, name)
      await writeFile(file, content)
      const { city, report } = await importCity(file, { timeZone: 'Europe/Berlin' })
      expect(city).toMatchObject({ district: 'town', name: { en: 'Town' } })
      expect(report.kept).toMatchObject({ nodes: 2, arcs: 2 })
    }
  })

  it.each([
    [text.slice(0, 300), /no well-formed XML/],
    [text.replace('lon="8.7"', 'lon="NaN"'), /line 4: <node> has lon "NaN", expected a number from -180 to 180/],
    [text.replace('lat="49.4" lon="8.7"', 'lat="149.4" lon="8.7"'), /<node> has lat "149.4"/],
    [text.replace('lat="49.4" lon="8.7"', 'lon="8.7"'), /line 4: <node> has no lat/],
    [text.replace('ref="-1"', 'ref="one"'), /<nd> has ref "one"/],
    [text.replace('type="way"', 'type="road"'), /<member> has type "road", expected node, way or relation/],
    [text.replaceAll('osm ', 'osmChange ').replace('/osm>', '/osmChange>'), /<osmChange> is the root/],
    ['<osm></osm>', /no nodes/],
    ['', /no well-formed XML/],
  ])('that is broken is refused with place and reason', async (broken, reason) => {
    await expect(readOsmXml(bytes(broken), 'map.osm')).rejects.toThrow(reason)
    await expect(readOsmXml(bytes(broken), 'map.osm')).rejects.toThrow(InputError)
    await expect(readOsmXml(bytes(broken), 'map.osm')).rejects.toThrow(/^map\.osm/)
  })

  it('in another encoding is refused', async () => {
    const latin = Buffer.from(text.replace('解放', 'Bürgerstraße'), 'latin1')
    await expect(readOsmXml(latin, 'map.osm')).rejects.toThrow(/not UTF-8/)
  })
})
