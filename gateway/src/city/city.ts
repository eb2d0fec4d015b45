import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type City, CityOverview, InputError, PageConfiguration, WorldError } from '@clearway/contracts'
import { loadCity, loadWalking, type RoadNetwork, type WalkingNetwork } from '@clearway/routing'
import { Type } from 'typebox'
import type { Config } from '../config.ts'
import type { Feature } from '../core.ts'
import { acceptsGzip, compressed, decompressed } from '../http/compression.ts'
import { rawRoute, route } from '../http/route.ts'
import { deepestZoom, StreetTiles } from './street-tiles.ts'

/** What a road-network import left in `<dataDir>/city`. */
export interface CityData {
  city: City
  network: RoadNetwork
  /** Undefined where the map knows no ways for people on foot. */
  walking: WalkingNetwork | undefined
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
  return { city, network, walking: await loadWalking(dir), streets }
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
  const tiles = data && new StreetTiles(data.streets)
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
      rawRoute({
        method: 'GET',
        path: '/city/tiles/{z}/{x}/{y}',
        access: 'signed-in',
        summary: 'A vector tile (MVT) of the base map: one layer `streets` with `class` and `name`',
        params: TileAddress,
        mediaType: 'application/vnd.mapbox-vector-tile',
        answer: Type.String({ contentMediaType: 'application/vnd.mapbox-vector-tile' }),
        handle: async ({ params }) => {
          const { z, x, y } = requireTile(params)
          const body = (await tiles?.tile(z, x, y)) ?? Buffer.alloc(0)
          return { body, headers: { 'cache-control': 'private, max-age=300' } }
        },
      }),
    ],
  }
}

const TileNumber = Type.String({ pattern: '^\\d{1,8}$', description: 'a whole number' })
const TileAddress = Type.Object({ z: TileNumber, x: TileNumber, y: TileNumber })

/** @throws InputError naming the number that no tile has */
function requireTile(address: Record<'z' | 'x' | 'y', string>): Record<'z' | 'x' | 'y', number> {
  const z = Number(address.z)
  const refuse = (field: string, most: number) => {
    const message = `${address[field as 'z']} is not within 0 to ${most}`
    return new InputError('tile', `${field} ${message}`, [{ field, message }])
  }
  if (z > deepestZoom) throw refuse('z', deepestZoom)
  const [x, y] = [Number(address.x), Number(address.y)]
  if (x >= 2 ** z) throw refuse('x', 2 ** z - 1)
  if (y >= 2 ** z) throw refuse('y', 2 ** z - 1)
  return { z, x, y }
}
