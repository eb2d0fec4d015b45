import { basename } from 'node:path'
import type { Position } from '@clearway/contracts'
import { InputError } from '@clearway/contracts/errors'
import { edgesOfCityBrain } from './citybrain/roadnet-file.ts'
import { edgesOfRoadnet } from './cityflow/roadnet-file.ts'
import { readCoordinates } from './dimacs/coordinates-file.ts'
import { edgesOfGraph } from './dimacs/dimacs-map.ts'
import { readGraph } from './dimacs/graph-file.ts'
import { edgeCity } from './edge-city.ts'
import { extractOfLines } from './geojson/lines-file.ts'
import { type ImportReport, newReport, note } from './import-report.ts'
import { type CityOptions, cityOf, type ImportedCity, type ImportedRoads } from './imported-city.ts'
import { readJson } from './json-file.ts'
import { wholeContentOf } from './map-file.ts'
import { type MapFormat, mapFormat } from './map-format.ts'
import { osmCity } from './osm/osm-city.ts'
import { readPbf } from './osm/pbf-file.ts'
import { readOsmXml } from './osm/xml-file.ts'
import { slug } from './slug.ts'
import { readNet, readPrograms, type SumoNet } from './sumo/net-file.ts'
import { sumoCity } from './sumo/sumo-city.ts'
import type { SumoPlan } from './sumo/sumo-plan.ts'

/** What a map does not say of itself. */
export interface MapOptions {
  /** Where the zero point of a map in metres without projection lies; 0° E 0° N where not given. */
  origin?: Position
  /** Shown on the map; OpenStreetMap's, or the name of the file, where not given. */
  attribution?: string
  /** OpenStreetMap and GeoJSON: also roads that only emergency vehicles may use; they are kept where not given. */
  emergencyRoads?: boolean
  /** SUMO: an additional file with signal programs that run in place of the network's. */
  signals?: string
  /** DIMACS: the `.co` file. */
  coordinates?: string
  /** DIMACS: coordinates are metres on a plane, not microdegrees. */
  planar?: boolean
  /** DIMACS: what weights are; `length` where not given. */
  metric?: 'length' | 'time'
  /** DIMACS: metres, or seconds, of a weight of 1; decimetres and milliseconds where not given. */
  unit?: number
}

/** The city that ships; a few objects of its extract lie far outside. */
export const heidelberg: CityOptions = {
  district: 'heidelberg',
  name: { zh: '海德堡', en: 'Heidelberg' },
  timeZone: 'Europe/Berlin',
  bounds: { west: 8.57, south: 49.35, east: 8.8, north: 49.46 },
}

const DEFAULT_TIME_ZONE = 'Asia/Shanghai'
const OSM_ATTRIBUTION = '© OpenStreetMap contributors, ODbL 1.0'
const DECIMETRE = 0.1
const MILLISECOND = 0.001

/**
 * Imports a city from a map of any format that `mapFormat` knows. What is not given comes from the file's name
 * (`jinan.osm.pbf` → district `jinan`, name Jinan); the zone is then Asia/Shanghai.
 *
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken`, `schema`, `no-roads`, `projection`, `coordinates`, `time-zone` or `district`, naming
 * the file and the reason
 */
export async function importCity(file: string, options: Partial<CityOptions> & MapOptions = {}): Promise<ImportedCity> {
  const whole = { ...options, ...cityOptions(file, options) }
  const report = newReport()
  const format = await mapFormat(file)
  try {
    const roads = await readers[format](file, whole, report)
    const attribution = format.startsWith('osm') ? OSM_ATTRIBUTION : basename(file)
    return cityOf(roads, whole, options.attribution ?? attribution, report)
  } catch (error) {
    if (!(error instanceof InputError) || error.message.includes(file)) throw error
    throw new InputError(error.code, `${file}: ${error.message}`, error.fields)
  }
}

type Reader = (file: string, options: CityOptions & MapOptions, report: ImportReport) => Promise<ImportedRoads>

const readers: Record<MapFormat, Reader> = {
  'osm-pbf': async (file, options, report) => osmCity(await readPbf(file, file), options.district, options, report),
  'osm-xml': async (file, options, report) => osmCity(await readOsmXml(file, file), options.district, options, report),
  geojson: async (file, options, report) =>
    osmCity(extractOfLines(await readJson(file), file, report), options.district, options, report),
  sumo: async (file, options, report) =>
    sumoCity(await readNetWith(file, options.signals), originOf(options), options, report),
  cityflow: async (file, options, report) => {
    const { map, signals } = edgesOfRoadnet(await readJson(file), file, onPlane(options, report))
    return edgeCity(map, signals, options.district, options.bounds, report)
  },
  citybrain: async (file, { district, bounds }, report) => {
    const { map, signals } = edgesOfCityBrain((await wholeContentOf(file)).toString('utf8'), file)
    return edgeCity(map, signals, district, bounds, report)
  },
  dimacs: async (file, options, report) => {
    const { coordinates, planar = false, metric = 'length', district, bounds } = options
    if (coordinates === undefined) {
      const message = 'a DIMACS graph does not say where its nodes are; give its .co file with --coordinates'
      throw new InputError('coordinates', message, [{ field: 'coordinates', message: 'is missing' }])
    }
    const map = edgesOfGraph(await readGraph(file), await readCoordinates(coordinates), file, {
      metric,
      unit: options.unit ?? (metric === 'length' ? DECIMETRE : MILLISECOND),
      plane: planar ? onPlane(options, report) : undefined,
    })
    return edgeCity(map, [], district, bounds, report)
  },
}

/**
 * A SUMO network with the programs of an additional file, where one is given.
 *
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken`, or `signals` when a program is of no signal of the network
 */
export async function readNetWith(file: string, signals: string | undefined): Promise<SumoNet> {
  const net = await readNet(file, file)
  if (signals === undefined) return net
  const programs = await readPrograms(signals, signals)
  const signalIds = new Set(net.connections.map(({ tl }) => tl))
  const stranger = [...programs.keys()].find((id) => !signalIds.has(id))
  if (stranger === undefined) return { ...net, programs: new Map([...net.programs, ...programs]) }
  const message = `${signals} has a program for "${stranger}", which is no signal of ${file}`
  throw new InputError('signals', message, [{ field: 'signals', message }])
}

/**
 * Imports a SUMO network as `importCity` does, but whole, edges that only lead into it or out of it included, as SUMO
 * drives on them; and says what of the network each part of the city is.
 *
 * @throws as `importCity`
 */
export async function importSumoCity(
  file: string,
  options: Partial<CityOptions> & MapOptions = {},
): Promise<ImportedCity & { plan: SumoPlan }> {
  const whole = { ...options, ...cityOptions(file, options) }
  const report = newReport()
  const roads = sumoCity(await readNetWith(file, options.signals), originOf(options), whole, report, true)
  return { ...cityOf(roads, whole, options.attribution ?? basename(file), report), plan: roads.plan }
}

const originOf = ({ origin }: MapOptions): Position => origin ?? { lon: 0, lat: 0 }

function onPlane(options: MapOptions, report: ImportReport): Position {
  const origin = originOf(options)
  note(report, `metres are laid on a plane around ${origin.lon},${origin.lat}`)
  return origin
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
