import type { Position } from '@clearway/contracts'

/** Mean earth radius in metres (IUGG). */
const EARTH_RADIUS_M = 6_371_008.8
const RADIANS = Math.PI / 180
/** Metres per degree of latitude. */
export const METRES_PER_DEGREE = EARTH_RADIUS_M * RADIANS

/** Great-circle distance in metres (haversine, exact enough on a sphere for any distance). */
export function distanceM(lonA: number, latA: number, lonB: number, latB: number): number {
  const dLat = (latB - latA) * RADIANS
  const dLon = (lonB - lonA) * RADIANS
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(latA * RADIANS) * Math.cos(latB * RADIANS) * Math.sin(dLon / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

export const distanceBetweenM = (a: Position, b: Position): number => distanceM(a.lon, a.lat, b.lon, b.lat)

/** A plane in metres around `origin`, x to the east, y to the north; right to a few millimetres per kilometre nearby. */
export interface Plane {
  x(lon: number): number
  y(lat: number): number
  lon(x: number): number
  lat(y: number): number
}

export function planeAround(origin: Position): Plane {
  const perLon = METRES_PER_DEGREE * Math.cos(origin.lat * RADIANS)
  return {
    x: (lon) => (lon - origin.lon) * perLon,
    y: (lat) => (lat - origin.lat) * METRES_PER_DEGREE,
    lon: (x) => origin.lon + x / perLon,
    lat: (y) => origin.lat + y / METRES_PER_DEGREE,
  }
}

/** Direction of travel in degrees clockwise from north, 0 ≤ bearing < 360. */
export function bearingDeg(lonA: number, latA: number, lonB: number, latB: number): number {
  const east = (lonB - lonA) * Math.cos(((latA + latB) / 2) * RADIANS)
  const degrees = Math.atan2(east, latB - latA) / RADIANS
  return (degrees + 360) % 360
}

/** The angle from bearing `a` to bearing `b`, −180 < angle ≤ 180; positive is to the right. */
export function turnDeg(a: number, b: number): number {
  const turn = (((b - a) % 360) + 360) % 360
  return turn > 180 ? turn - 360 : turn
}

/** A box in degrees. */
export interface Bounds {
  west: number
  south: number
  east: number
  north: number
}

export const within = (bounds: Bounds, lon: number, lat: number): boolean =>
  lon >= bounds.west && lon <= bounds.east && lat >= bounds.south && lat <= bounds.north
