import type { Position } from '@clearway/contracts'
import { bearingDeg, distanceM } from './geodesy.ts'
import type { RoadNetwork } from './road-network.ts'

/** Longitude and latitude in degrees, the order of GeoJSON. */
export type Coordinate = [lon: number, lat: number]

/** Less is rounding. */
const STATED_APART = 1e-3

const shares = new WeakMap<RoadNetwork, Float64Array>()

/**
 * Metres of an arc's line for each metre of its length: 1, but where a map states a length that is not that of its line.
 * Offsets on arcs are metres of the length. Computed when an arc is first asked about, and kept as long as the network.
 */
export function linePerLength(network: RoadNetwork, arc: number): number {
  let known = shares.get(network)
  if (!known) {
    known = new Float64Array(network.arcCount)
    shares.set(network, known)
  }
  if (known[arc] === 0) known[arc] = shareOf(network, arc)
  return known[arc]!
}

function shareOf(network: RoadNetwork, arc: number): number {
  const lineM = lineLengthM(network, arc)
  const share = lineM / network.lengthM[arc]!
  return lineM === 0 || Math.abs(share - 1) < STATED_APART ? 1 : share
}

function lineLengthM({ shapeStart, shapeLon, shapeLat }: RoadNetwork, arc: number): number {
  let lineM = 0
  for (let i = shapeStart[arc]! + 1; i < shapeStart[arc + 1]!; i++) {
    lineM += distanceM(shapeLon[i - 1]!, shapeLat[i - 1]!, shapeLon[i]!, shapeLat[i]!)
  }
  return lineM
}

/**
 * The shape of an arc between two offsets, ends included.
 *
 * @param fromM metres from the tail, 0 ≤ fromM ≤ toM
 * @param toM metres from the tail; beyond the arc's length means its head
 */
export function arcShape(network: RoadNetwork, arc: number, fromM = 0, toM = Number.POSITIVE_INFINITY): Coordinate[] {
  const first = network.shapeStart[arc]!
  const end = network.shapeStart[arc + 1]!
  const points: Coordinate[] = []
  const share = linePerLength(network, arc)
  const fromLineM = fromM * share
  const toLineM = toM * share
  let passedM = 0
  if (fromM <= 0) points.push([network.shapeLon[first]!, network.shapeLat[first]!])
  for (let i = first + 1; i < end; i++) {
    const lonA = network.shapeLon[i - 1]!
    const latA = network.shapeLat[i - 1]!
    const lonB = network.shapeLon[i]!
    const latB = network.shapeLat[i]!
    const stepM = distanceM(lonA, latA, lonB, latB)
    const along = (offsetM: number): Coordinate => {
      const part = stepM === 0 ? 0 : (offsetM - passedM) / stepM
      return [lonA + (lonB - lonA) * part, latA + (latB - latA) * part]
    }
    if (points.length === 0 && passedM + stepM > fromLineM) points.push(along(fromLineM))
    if (passedM + stepM >= toLineM) {
      if (points.length > 0) points.push(along(toLineM))
      break
    }
    passedM += stepM
    if (points.length > 0) points.push([lonB, latB])
  }
  const head: Coordinate = [network.shapeLon[end - 1]!, network.shapeLat[end - 1]!]
  if (points.length === 0) points.push(head)
  if (points.length === 1) points.push([...points[0]!])
  return points
}

/** The point `offsetM` metres after the tail, on the arc. */
export function pointOnArc(network: RoadNetwork, arc: number, offsetM: number): Position {
  const [lon, lat] = arcShape(network, arc, offsetM, offsetM)[0]!
  return { lon, lat }
}

/** Metres over which a bearing is taken: shorter shape steps are digitising noise, longer ones cut corners. */
const BEARING_SPAN_M = 20

/** Direction of travel over the last metres before the arc's head. */
export function arrivalBearing(network: RoadNetwork, arc: number): number {
  const length = network.lengthM[arc]!
  const from = pointOnArc(network, arc, Math.max(0, length - BEARING_SPAN_M))
  const head = network.head[arc]!
  return bearingDeg(from.lon, from.lat, network.nodeLon[head]!, network.nodeLat[head]!)
}

/** Direction of travel over the first metres after the arc's tail. */
export function departureBearing(network: RoadNetwork, arc: number): number {
  const to = pointOnArc(network, arc, Math.min(network.lengthM[arc]!, BEARING_SPAN_M))
  const tail = network.tail[arc]!
  return bearingDeg(network.nodeLon[tail]!, network.nodeLat[tail]!, to.lon, to.lat)
}
