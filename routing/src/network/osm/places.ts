import type { CarPark, Place, Position } from '@clearway/contracts'
import { type Bounds, distanceBetweenM, within } from '../geodesy.ts'
import { drop, type ImportReport, note } from '../import-report.ts'
import { localName } from '../local-name.ts'
import { uniqueSlugs } from '../slug.ts'
import type { OsmExtract, Tags } from './extract.ts'

/** A car park this near to a hospital is taken to be the hospital's. */
const HOSPITAL_REACH_M = 200
const closedToPublic = new Set(['private', 'no', 'restricted'])

interface Found {
  /** `n` or `w` and the OpenStreetMap id. */
  source: string
  tags: Tags
  position: Position
}

/**
 * Car parks with a name and a capacity that the public may use, hospitals, fire and rescue stations, within `bounds`.
 * Ways stand at the centre of their nodes.
 */
export function placesOf(
  extract: OsmExtract,
  bounds: Bounds | undefined,
  report: ImportReport,
): { carParks: CarPark[]; places: Place[] } {
  const found = [...pointsAndAreas(extract)].filter(
    ({ position }) => !bounds || within(bounds, position.lon, position.lat),
  )
  const placeId = uniqueSlugs()
  const places: Place[] = []
  for (const { tags, position, source } of found) {
    const kind = placeKind(tags)
    if (!kind) continue
    const name =
      tags.name ?? { hospital: 'Hospital', 'fire-station': 'Fire station', 'rescue-station': 'Rescue station' }[kind]
    places.push({ id: placeId(name, `place-${source}`), name: names(tags, name), position, kind })
  }
  const hospitals = places.filter(({ kind }) => kind === 'hospital')
  const lotId = uniqueSlugs()
  const carParks: CarPark[] = []
  for (const { tags, position, source } of found) {
    if (tags.amenity !== 'parking') continue
    const capacity = Number.parseInt(tags.capacity ?? '', 10)
    if (tags.name === undefined) drop(report, 'car parks: no name')
    else if (!(capacity > 0)) drop(report, 'car parks: no capacity')
    else if (closedToPublic.has(tags.access ?? '')) {
      drop(report, `car parks: access ${tags.access}`)
      note(report, `car park ${tags.name} (${source}): access ${tags.access}`)
    } else {
      const nearHospital = hospitals.some((place) => distanceBetweenM(place.position, position) < HOSPITAL_REACH_M)
      const kind = nearHospital ? 'hospital' : 'barrier-less'
      carParks.push({ id: lotId(tags.name, `lot-${source}`), name: names(tags, tags.name), position, capacity, kind })
    }
  }
  report.kept.carParks = carParks.length
  report.kept.places = places.length
  return { carParks, places }
}

function placeKind(tags: Tags): Place['kind'] | undefined {
  if (tags.amenity === 'hospital') return 'hospital'
  if (tags.amenity === 'fire_station') return 'fire-station'
  if (tags.emergency === 'ambulance_station') return 'rescue-station'
  return undefined
}

const names = (tags: Tags, name: string) => ({
  ...localName(name),
  ...(tags['name:zh'] ? { zh: tags['name:zh'] } : {}),
  ...(tags['name:en'] ? { en: tags['name:en'] } : {}),
})

function* pointsAndAreas(extract: OsmExtract): Generator<Found> {
  for (const [id, node] of extract.nodes) {
    const { lon, lat, tags } = node
    if (tags.amenity !== undefined || tags.emergency !== undefined)
      yield { source: `n${id}`, tags, position: { lon, lat } }
  }
  for (const way of extract.ways) {
    if (way.tags.amenity === undefined && way.tags.emergency === undefined) continue
    const nodes = [...new Set(way.nodes)].map((id) => extract.nodes.get(id)).filter((node) => node !== undefined)
    if (nodes.length === 0) continue
    const lon = nodes.reduce((sum, node) => sum + node.lon, 0) / nodes.length
    const lat = nodes.reduce((sum, node) => sum + node.lat, 0) / nodes.length
    yield { source: `w${way.id}`, tags: way.tags, position: { lon, lat } }
  }
}
