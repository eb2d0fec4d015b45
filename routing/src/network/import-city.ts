import { basename } from 'node:path'
import { InputError } from '@clearway/contracts'
import type { ImportReport } from './import-report.ts'
import { newReport } from './import-report.ts'
import { type CityOptions, cityOf, type ImportedCity, type ImportedRoads } from './imported-city.ts'
import { type MapFormat, mapFormat } from './map-format.ts'
import { osmCity } from './osm/osm-city.ts'
import { readPbf } from './osm/pbf-file.ts'
import { readOsmXml } from './osm/xml-file.ts'
import { slug } from './slug.ts'

/** The city that ships; a few objects of its extract lie far outside. */
export const heidelberg: CityOptions = {
  district: 'heidelberg',
  name: { zh: '海德堡', en: 'Heidelberg' },
  timeZone: 'Europe/Berlin',
  bounds: { west: 8.57, south: 49.35, east: 8.8, north: 49.46 },
}

const DEFAULT_TIME_ZONE = 'Asia/Shanghai'
const OSM_ATTRIBUTION = '© OpenStreetMap contributors, ODbL 1.0'

/**
 * Imports a city from a map of any format that `mapFormat` knows. What is not given comes from the file's name
 * (`jinan.osm.pbf` → district `jinan`, name Jinan); the zone is then Asia/Shanghai.
 *
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken`, `no-roads`, `time-zone` or `district`, naming the file and the reason
 */
export async function importCity(file: string, options: Partial<CityOptions> = {}): Promise<ImportedCity> {
  const whole = cityOptions(file, options)
  const report = newReport()
  const format = await mapFormat(file)
  try {
    const roads = await readers[format](file, whole, report)
    return cityOf(roads, whole, OSM_ATTRIBUTION, report)
  } catch (error) {
    if (!(error instanceof InputError) || error.message.includes(file)) throw error
    throw new InputError(error.code, `${file}: ${error.message}`, error.fields)
  }
}

type Reader = (file: string, options: CityOptions, report: ImportReport) => Promise<ImportedRoads>

const readers: Record<MapFormat, Reader> = {
  'osm-pbf': async (file, { district, bounds }, report) => osmCity(await readPbf(file, file), district, bounds, report),
  'osm-xml': async (file, { district, bounds }, report) =>
    osmCity(await readOsmXml(file, file), district, bounds, report),
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
