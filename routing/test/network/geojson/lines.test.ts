import { City, compile, InputError } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { arcFlag } from '../../../src/network/road-network.ts'
import { arcBetween, mapFolder } from '../drawn-file.ts'

const { load } = mapFolder()
const line = (coordinates: unknown, properties: Record<string, unknown> | null) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'LineString', coordinates },
})
const collection = (...features: unknown[]) => JSON.stringify({ type: 'FeatureCollection', features })
const [west, middle, east, north] = [
  [8.7, 49.4],
  [8.705, 49.4],
  [8.71, 49.4],
  [8.705, 49.405],
] as [number, number][]

describe('GeoJSON lines', () => {
  it('are roads that meet at shared vertices, with OpenStreetMap properties', async () => {
    const imported = await load(
      'town.geojson',
      collection(
        line([west, middle, east], { highway: 'primary', name: '解放路', maxspeed: 60, lanes: 4 }),
        line([middle, north], { highway: 'residential', speedKmh: 30, maxheight: '3.5' }),
        line([north, east], { highway: 'service', oneway: true }),
      ),
    )
    const { network, city, report } = imported
    expect(compile(City).faults(city)).toEqual([])
    expect(report.kept).toMatchObject({ nodes: 4, arcs: 7, contraflowArcs: 1 })
    const main = arcBetween(imported, west!, middle!)
    expect(network.streetNames[network.street[main]!]).toBe('解放路')
    expect(network.speedMps[main]).toBeCloseTo(60 / 3.6, 5)
    expect(network.lanes[main]).toBe(2)
    const side = arcBetween(imported, middle!, north!)
    expect(network.speedMps[side]).toBeCloseTo(30 / 3.6, 5)
    expect(network.maxHeightM[side]).toBe(3.5)
    expect(network.flags[arcBetween(imported, east!, north!)]! & arcFlag.contraflow).toBe(arcFlag.contraflow)
    expect(network.flags[arcBetween(imported, north!, east!)]! & arcFlag.contraflow).toBe(0)
  })

  it('may be multi-lines without properties, with points that tag a vertex', async () => {
    const { city, report } = await load(
      'town.json',
      collection(
        {
          type: 'Feature',
          properties: null,
          geometry: {
            type: 'MultiLineString',
            coordinates: [
              [west, middle, east],
              [middle, north],
            ],
          },
        },
        {
          type: 'Feature',
          properties: { highway: 'traffic_signals' },
          geometry: { type: 'Point', coordinates: middle },
        },
        { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [] } },
        { type: 'Feature', properties: {}, geometry: null },
      ),
    )
    expect(city.junctions).toHaveLength(1)
    expect(report.dropped).toMatchObject({
      'lines: no highway, taken as unclassified': 1,
      'features: Polygon': 1,
      'features: no geometry': 1,
    })
  })

  it.each([
    [collection(line([west, [8.71, null]], { highway: 'primary' })), /feature 1: \[8\.71,null\] is no position/],
    [collection(line([west, middle], {}), line([[200, 1], middle], {})), /feature 2: \[200,1\] is no position/],
    [collection(line([west], { highway: 'primary' })), /feature 1: a line needs two positions/],
    [collection(line('here', { highway: 'primary' })), /feature 1: its coordinates are "here"/],
    [collection({ type: 'Thing' }), /feature 1: it is no GeoJSON feature/],
    [collection(), /no roads/],
    [JSON.stringify({ type: 'FeatureCollection', features: {} }), /no GeoJSON FeatureCollection/],
    [
      JSON.stringify({ type: 'FeatureCollection', crs: { properties: { name: 'EPSG:3857' } }, features: [] }),
      /EPSG:3857/,
    ],
    ['{"type": "FeatureCollection", "features": [', /no JSON/],
  ])('that are wrong are refused with place and reason', async (content, reason) => {
    await expect(load('town.geojson', content)).rejects.toThrow(reason)
    await expect(load('town.geojson', content)).rejects.toThrow(InputError)
  })
})
