import type { CarPark, City, JunctionTable, LocalText, Place } from '@clearway/contracts'
import type { WalkingNetwork } from '../walking/walking-network.ts'
import type { Bounds } from './geodesy.ts'
import type { ImportReport } from './import-report.ts'
import type { RoadNetwork } from './road-network.ts'
import { signsFor } from './signs.ts'
import { type StreetMap, streetMap } from './street-map.ts'

export interface CityOptions {
  district: string
  name: LocalText
  /** IANA zone. */
  timeZone: string
  /** Everything outside is left out and reported. */
  bounds?: Bounds
}

/** What a reader of some format makes of a map. */
export interface ImportedRoads {
  network: RoadNetwork
  junctions: JunctionTable[]
  carParks: CarPark[]
  places: Place[]
  /** Undefined where the map knows no ways for people on foot. */
  walking?: WalkingNetwork | undefined
}

export interface ImportedCity {
  city: City
  network: RoadNetwork
  streets: StreetMap
  /** Undefined where the map knows no ways for people on foot. */
  walking: WalkingNetwork | undefined
  report: ImportReport
}

/** @param attribution shown on the map */
export function cityOf(
  { network, junctions, carParks, places, walking }: ImportedRoads,
  { name, district, timeZone }: CityOptions,
  attribution: string,
  report: ImportReport,
): ImportedCity {
  const signs = signsFor(network, carParks, junctions)
  report.kept.signs = signs.length
  const bounds = extent(network)
  const city: City = { name, district, timeZone, attribution, bounds, junctions, carParks, places, signs }
  return { city, network, streets: streetMap(network), walking, report }
}

function extent({ nodeLon, nodeLat }: RoadNetwork): Bounds {
  const least = (values: Float64Array) => values.reduce((a, b) => Math.min(a, b))
  const most = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b))
  return { west: least(nodeLon), south: least(nodeLat), east: most(nodeLon), north: most(nodeLat) }
}
