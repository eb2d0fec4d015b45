import type { Position } from '@clearway/contracts'
import Flatbush from 'flatbush'
import { linePerLength } from './arc-shape.ts'
import { distanceM, METRES_PER_DEGREE, planeAround } from './geodesy.ts'
import { arcFlag, type RoadNetwork } from './road-network.ts'

/** A point on an arc. */
export interface ArcPoint {
  arc: number
  /** Metres from the arc's tail. */
  offsetM: number
  /** Metres from the position asked for. */
  distanceM: number
  position: Position
  /** Where the position asked for lies, seen in the direction of travel. */
  side: 'left' | 'right'
}

export interface SnapOptions {
  /** Also roads that are only for emergency vehicles, driven their way. */
  emergencyOnly?: boolean
  /** Also those, and arcs against one-way streets. */
  contraflow?: boolean
}

interface SegmentIndex {
  boxes: Flatbush
  /** One direction of each road: the arc of each segment, and its first shape point. */
  arc: Int32Array
  point: Int32Array
}

const indexes = new WeakMap<RoadNetwork, SegmentIndex>()

/**
 * The nearest point of every arc within `radiusM`, nearest first; of a two-way road both directions. The index over the
 * network's segments is built at the first call and kept as long as the network.
 */
export function snap(network: RoadNetwork, position: Position, radiusM: number, options: SnapOptions = {}): ArcPoint[] {
  const index = segmentIndex(network)
  const byLat = radiusM / METRES_PER_DEGREE
  const byLon = byLat / Math.max(0.01, Math.cos((position.lat * Math.PI) / 180))
  const { lon, lat } = position
  const nearest = new Map<number, { point: number; share: number; distanceM: number; left: boolean }>()
  const plane = planeAround(position)
  for (const segment of index.boxes.search(lon - byLon, lat - byLat, lon + byLon, lat + byLat)) {
    const arc = index.arc[segment]!
    const point = index.point[segment]!
    const ax = plane.x(network.shapeLon[point]!)
    const ay = plane.y(network.shapeLat[point]!)
    const dx = plane.x(network.shapeLon[point + 1]!) - ax
    const dy = plane.y(network.shapeLat[point + 1]!) - ay
    const square = dx * dx + dy * dy
    const share = square === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / square))
    const away = Math.hypot(ax + share * dx, ay + share * dy)
    if (away > radiusM || away >= (nearest.get(arc)?.distanceM ?? Number.POSITIVE_INFINITY)) continue
    // The position is the plane's origin: left of the segment when the cross product with it is positive.
    nearest.set(arc, { point, share, distanceM: away, left: dx * -ay - dy * -ax > 0 })
  }
  const points: ArcPoint[] = []
  for (const [arc, found] of nearest) {
    const here = onArc(network, arc, found.point, found.share)
    const reverse = network.reverse[arc]!
    const shared = { distanceM: found.distanceM, position: here.position }
    points.push({ ...shared, arc, offsetM: here.offsetM, side: found.left ? 'left' : 'right' })
    if (reverse < 0) continue
    // A map may state another length for each direction.
    const perLength = network.lengthM[reverse]! / network.lengthM[arc]!
    const offsetM = Math.max(0, network.lengthM[arc]! - here.offsetM) * perLength
    points.push({ ...shared, arc: reverse, offsetM, side: found.left ? 'right' : 'left' })
  }
  const closed = closedFlags(options)
  return points
    .filter(({ arc }) => (network.flags[arc]! & closed) === 0)
    .sort((a, b) => a.distanceM - b.distanceM || a.arc - b.arc)
}

function closedFlags({ emergencyOnly, contraflow }: SnapOptions): number {
  if (contraflow) return 0
  return emergencyOnly ? arcFlag.contraflow : arcFlag.contraflow | arcFlag.emergencyOnly
}

function onArc(network: RoadNetwork, arc: number, point: number, share: number) {
  const { shapeLon, shapeLat } = network
  let passedM = 0
  for (let i = network.shapeStart[arc]!; i < point; i++) {
    passedM += distanceM(shapeLon[i]!, shapeLat[i]!, shapeLon[i + 1]!, shapeLat[i + 1]!)
  }
  const lon = shapeLon[point]! + (shapeLon[point + 1]! - shapeLon[point]!) * share
  const lat = shapeLat[point]! + (shapeLat[point + 1]! - shapeLat[point]!) * share
  passedM += distanceM(shapeLon[point]!, shapeLat[point]!, lon, lat)
  return { position: { lon, lat }, offsetM: Math.min(passedM / linePerLength(network, arc), network.lengthM[arc]!) }
}

function segmentIndex(network: RoadNetwork): SegmentIndex {
  const known = indexes.get(network)
  if (known) return known
  const { arcCount, reverse, shapeStart, shapeLon: lon, shapeLat: lat } = network
  const isIndexed = (arc: number) => reverse[arc]! < 0 || reverse[arc]! > arc
  let count = 0
  for (let arc = 0; arc < arcCount; arc++) if (isIndexed(arc)) count += shapeStart[arc + 1]! - shapeStart[arc]! - 1
  const index = { boxes: new Flatbush(count), arc: new Int32Array(count), point: new Int32Array(count) }
  let segment = 0
  for (let arc = 0; arc < arcCount; arc++) {
    if (!isIndexed(arc)) continue
    for (let i = shapeStart[arc]!; i < shapeStart[arc + 1]! - 1; i++) {
      index.arc[segment] = arc
      index.point[segment++] = i
      const [west, east] = lon[i]! < lon[i + 1]! ? [lon[i]!, lon[i + 1]!] : [lon[i + 1]!, lon[i]!]
      const [south, north] = lat[i]! < lat[i + 1]! ? [lat[i]!, lat[i + 1]!] : [lat[i + 1]!, lat[i]!]
      index.boxes.add(west, south, east, north)
    }
  }
  index.boxes.finish()
  indexes.set(network, index)
  return index
}
