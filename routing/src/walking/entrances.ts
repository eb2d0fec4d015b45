import type { Place, Position } from '@clearway/contracts'
import type { OsmExtract, OsmNode } from '../network/osm/extract.ts'
import type { Entrance } from './walking-network.ts'

/** Doors that visitors do not use. */
const notForVisitors = new Set(['no', 'exit', 'emergency', 'service', 'staircase', 'garage'])

/** Doors inside the grounds of the hospitals among the places: the main ones, or all where none is tagged so. */
export function entrancesOf(extract: OsmExtract, places: readonly Place[]): Entrance[] {
  const doors = [...extract.nodes.values()].filter(
    ({ tags }) => tags.entrance !== undefined && !notForVisitors.has(tags.entrance) && tags.access !== 'private',
  )
  return places
    .filter(({ kind }) => kind === 'hospital')
    .flatMap((place) => {
      const grounds = groundsOf(extract, place)
      const inside = grounds ? doors.filter((door) => contains(grounds, door)) : []
      const main = inside.filter(({ tags }) => tags.entrance === 'main')
      return (main.length > 0 ? main : inside).map(({ lon, lat }) => ({ place: place.id, position: { lon, lat } }))
    })
}

/** Outline of the smallest hospital area around a place; a door on the outline itself is inside. */
function groundsOf(extract: OsmExtract, { position }: Place): Position[] | undefined {
  const areas = extract.ways
    .filter(({ tags, nodes }) => tags.amenity === 'hospital' && nodes.length > 3 && nodes[0] === nodes.at(-1))
    .map(({ nodes }) => nodes.map((id) => extract.nodes.get(id)).filter((node): node is OsmNode => node !== undefined))
    .filter((outline) => contains(outline, position) || isCentre(outline, position))
  return areas.toSorted((a, b) => size(a) - size(b))[0]
}

/** Places of areas stand at the mean of their corners, which in a winding outline may lie outside. */
function isCentre(outline: readonly Position[], { lon, lat }: Position): boolean {
  const corners = outline.slice(1)
  const mean = (of: (corner: Position) => number) => corners.reduce((sum, one) => sum + of(one), 0) / corners.length
  return Math.abs(mean((one) => one.lon) - lon) < 1e-6 && Math.abs(mean((one) => one.lat) - lat) < 1e-6
}

function size(outline: readonly Position[]): number {
  const lons = outline.map(({ lon }) => lon)
  const lats = outline.map(({ lat }) => lat)
  return (Math.max(...lons) - Math.min(...lons)) * (Math.max(...lats) - Math.min(...lats))
}

/** Even-odd rule; a corner of the outline counts as inside. */
function contains(outline: readonly Position[], { lon, lat }: Position): boolean {
  let inside = false
  for (let i = 1; i < outline.length; i++) {
    const [a, b] = [outline[i - 1]!, outline[i]!]
    if (a.lon === lon && a.lat === lat) return true
    if (a.lat > lat === b.lat > lat) continue
    if (lon < a.lon + ((lat - a.lat) / (b.lat - a.lat)) * (b.lon - a.lon)) inside = !inside
  }
  return inside
}
