import type { Position } from '@clearway/contracts'
import { bearingDeg, distanceM } from './geodesy.ts'
import type { RoadNetwork } from './road-network.ts'

/** Longitude and latitude in degrees, the order of GeoJSON. */
export type Coordinate = [lon: number, lat: number]

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
  let passedM = 0
  if (fromM <= 0) points.push([network.shapeLon[first]!, network.shapeLat[first]!])
  for (let i = first + 1; i < end; i++) {
    const lonA = network.shapeLon[i - 1]!
    const latA = network.shapeLat[i - 1]!
    const lonB = network.shapeLon[i]!
    const latB = network.shapeLat[i]!
    const stepM = distanceM(lonA, latA, lonB, latB)
    const along = (offsetM: number): Coordinate => {
      const share = stepM === 0 ? 0 : (offsetM - passedM) / stepM
      return [lonA + (lonB - lonA) * share, latA + (latB - latA) * share]
    }
    if (points.length === 0 && passedM + stepM > fromM) points.push(along(fromM))
    if (passedM + stepM >= toM) {
      if (points.length > 0) points.push(along(toM))
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
