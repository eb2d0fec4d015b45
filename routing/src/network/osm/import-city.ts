import { basename } from 'node:path'
import { type City, InputError, type LocalText } from '@clearway/contracts'
import { walkingNetwork } from '../../walking/import-walking.ts'
import type { WalkingNetwork } from '../../walking/walking-network.ts'
import type { Bounds } from '../geodesy.ts'
import type { RoadNetwork } from '../road-network.ts'
import { signsFor } from '../signs.ts'
import { slug } from '../slug.ts'
import { type StreetMap, streetMap } from '../street-map.ts'
import { assemble } from './assemble.ts'
import type { OsmExtract } from './extract.ts'
import { type ImportReport, newReport } from './import-report.ts'
import { readPbf } from './pbf-file.ts'
import { placesOf } from './places.ts'
import { roadPieces } from './road-piece.ts'
import { withSignals } from './signals.ts'
import { turnBans } from './turn-restrictions.ts'

export interface CityOptions {
  district: string
  name: LocalText
  /** IANA zone. */
  timeZone: string
  /** Everything outside is left out and reported. */
  bounds?: Bounds
}

export interface ImportedCity {
  city: City
  network: RoadNetwork
  streets: StreetMap
  /** Undefined where the map knows no ways for people on foot. */
  walking: WalkingNetwork | undefined
  report: ImportReport
}

/** The city that ships; a few objects of its extract lie far outside. */
export const heidelberg: CityOptions = {
  district: 'heidelberg',
  name: { zh: '海德堡', en: 'Heidelberg' },
  timeZone: 'Europe/Berlin',
  bounds: { west: 8.57, south: 49.35, east: 8.8, north: 49.46 },
}

const DEFAULT_TIME_ZONE = 'Asia/Shanghai'
const ATTRIBUTION = '© OpenStreetMap contributors, ODbL 1.0'

/**
 * Imports a city from an `.osm.pbf` file. What is not given comes from the file's name (`jinan.osm.pbf` → district
 * `jinan`, name Jinan); the zone is then Asia/Shanghai.
 *
 * @throws WorldError `file-unreadable`
 * @throws InputError `osm-broken`, `no-roads`, `time-zone` or `district`, naming the file and the reason
 */
export async function importCity(file: string, options: Partial<CityOptions> = {}): Promise<ImportedCity> {
  const whole = cityOptions(file, options)
  const extract = await readPbf(file)
  try {
    return buildCity(extract, whole)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(error.code, `${file}: ${error.message}`, error.fields)
  }
}

function cityOptions(file: string, given: Partial<CityOptions>): CityOptions {
  const stem = basename(file).replace(/\..*$/, '')
  const district = given.district ?? slug(stem)
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(district)) {
    const message = `"${district}" is no district; give one of lower-case letters, digits and hyphens`
    throw new InputError('district', message, [{ field: 'district', message }])
  }
  const name = given.name ?? { en: stem.charAt(0).toUpperCase() + stem.slice(1) }
  const timeZone = given.timeZone ?? DEFAULT_TIME_ZONE
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    const message = `"${timeZone}" is no IANA time zone; give one such as Asia/Shanghai`
    throw new InputError('time-zone', message, [{ field: 'timeZone', message }])
  }
  return { district, name, timeZone, ...(given.bounds ? { bounds: given.bounds } : {}) }
}

/** @throws InputError `no-roads` */
export function buildCity(extract: OsmExtract, options: CityOptions): ImportedCity {
  const report = newReport()
  const pieces = roadPieces(extract, options.bounds, report)
  const unrestricted = assemble(extract, pieces, report)
  const bans = turnBans(unrestricted, extract.relations, report)
  const source = { ...unrestricted, network: { ...unrestricted.network, turnBans: bans } }
  const { network, junctions } = withSignals(source, extract, options.district, report)
  const { carParks, places } = placesOf(extract, options.bounds, report)
  const signs = signsFor(network, carParks, junctions)
  report.kept.signs = signs.length
  const walking = walkingNetwork(extract, places, options.bounds, report)
  const city: City = {
    name: options.name,
    district: options.district,
    timeZone: options.timeZone,
    attribution: ATTRIBUTION,
    bounds: extent(network),
    junctions,
    carParks,
    places,
    signs,
  }
  return { city, network, streets: streetMap(network), walking, report }
}

function extent({ nodeLon, nodeLat }: RoadNetwork): Bounds {
  const least = (values: Float64Array) => values.reduce((a, b) => Math.min(a, b))
  const most = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b))
  return { west: least(nodeLon), south: least(nodeLat), east: most(nodeLon), north: most(nodeLat) }
}
