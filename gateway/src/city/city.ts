import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type City, CityOverview, PageConfiguration, WorldError } from '@clearway/contracts'
import { loadCity, type RoadNetwork } from '@clearway/routing'
import { Type } from 'typebox'
import type { Config } from '../config.ts'
import type { Feature } from '../core.ts'
import { acceptsGzip, compressed, decompressed } from '../http/compression.ts'
import { rawRoute, route } from '../http/route.ts'

/** What a road-network import left in `<dataDir>/city`. */
export interface CityData {
  city: City
  network: RoadNetwork
  /** GeoJSON of the base map, gzip. */
  streets: Buffer
}

/**
 * @returns undefined when nothing has been imported yet
 * @throws WorldError `city-unreadable`, or what `loadCity` throws, naming the file
 */
export async function readCity(dataDir: string): Promise<CityData | undefined> {
  const dir = join(dataDir, 'city')
  if (!existsSync(join(dir, 'city.json'))) return undefined
  const { city, network } = await loadCity(dir)
  const streets = await compressed(await bytesOf(join(dir, 'streets.geojson')))
  return { city, network, streets }
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    const message = `cannot read ${file}: ${(cause as Error).message}; import the map with "clearway import network"`
    throw new WorldError('city-unreadable', message, cause)
  }
}

/** The customer's own zone, where no imported city names another. */
const defaultTimeZone = 'Asia/Shanghai'

const noStreets = { type: 'FeatureCollection', features: [] }

const emptyOverview = {
  name: { zh: '未导入路网', en: 'No road network imported' },
  district: 'city',
  attribution: '',
  bounds: { west: 0, south: 0, east: 0, north: 0 },
  places: [],
}

/** The time zone of days and hours in this city. */
export const timeZoneOf = (config: Config, city: City | undefined): string =>
  config.city.timeZone ?? city?.timeZone ?? defaultTimeZone

/** The still picture: what the pages need before anything moves. */
export function createCity(config: Config, data: CityData | undefined, version: string): Feature {
  const { name, district, attribution, bounds, places } = data?.city ?? emptyOverview
  const timeZone = timeZoneOf(config, data?.city)
  const overview: CityOverview = {
    ...{ name, district, attribution, bounds, places, timeZone },
    simulated: config.simulate === 'on',
  }
  return {
    routes: [
      route({
        method: 'GET',
        path: '/page-configuration',
        access: 'public',
        summary: 'Run-time settings of the pages',
        answer: PageConfiguration,
        handle: () => ({ mapboxToken: config.map.mapboxToken ?? null, version }),
      }),
      route({
        method: 'GET',
        path: '/city',
        access: 'signed-in',
        summary: 'What the city looks like before anything moves',
        answer: CityOverview,
        handle: () => overview,
      }),
      rawRoute({
        method: 'GET',
        path: '/city/streets',
        access: 'signed-in',
        summary: 'Base map of the imported network, GeoJSON',
        mediaType: 'application/geo+json',
        answer: Type.Object({}, { description: 'a GeoJSON FeatureCollection', additionalProperties: true }),
        handle: async ({ headers }) => {
          if (!data) return { body: JSON.stringify(noStreets) }
          const answer = { 'cache-control': 'private, max-age=300', vary: 'accept-encoding' }
          if (!acceptsGzip(headers)) return { body: await decompressed(data.streets), headers: answer }
          return { body: data.streets, headers: { ...answer, 'content-encoding': 'gzip' } }
        },
      }),
    ],
  }
}
