import type { LineString, Position } from '@clearway/contracts'
import { planeAround } from '../network/geodesy.ts'

/** A place on a route and how far beside it. */
export interface RouteMatch {
  offsetM: number
  distanceM: number
}

/** The line of a route with distances along it, to place a moving vehicle on it. */
export interface RouteLine {
  lengthM: number
  /**
   * The point of the line nearest to `position` between two offsets; on a tie the one nearer to `fromM`.
   *
   * @param fromM, toM metres along the line, clamped to it; `fromM` ≤ `toM`
   */
  nearest(position: Position, fromM: number, toM: number): RouteMatch
}

/**
 * @param geometry at least two points
 * @param lengthM length that offsets are given in; the route's own where it differs a little from the drawn line's
 */
export function routeLine(geometry: LineString, lengthM?: number): RouteLine {
  const [first] = geometry.coordinates as [number[], ...number[][]]
  const plane = planeAround({ lon: first[0] ?? 0, lat: first[1] ?? 0 })
  const xs = geometry.coordinates.map(([lon = 0]) => plane.x(lon))
  const ys = geometry.coordinates.map(([, lat = 0]) => plane.y(lat))
  const along = [0]
  for (let i = 1; i < xs.length; i++) {
    along.push(along[i - 1]! + Math.hypot(xs[i]! - xs[i - 1]!, ys[i]! - ys[i - 1]!))
  }
  const drawnM = along.at(-1)!
  const total = lengthM ?? drawnM
  const scale = drawnM > 0 ? total / drawnM : 1
  return {
    lengthM: total,
    nearest({ lon, lat }, fromM, toM) {
      const [x, y] = [plane.x(lon), plane.y(lat)]
      const low = Math.max(0, Math.min(fromM, total)) / scale
      const high = Math.max(low, Math.min(toM, total) / scale)
      let best: RouteMatch = { offsetM: low * scale, distanceM: Number.POSITIVE_INFINITY }
      for (let i = 1; i < xs.length; i++) {
        const [start, end] = [along[i - 1]!, along[i]!]
        if (end < low || start > high) continue
        const length = end - start
        const [dx, dy] = [xs[i]! - xs[i - 1]!, ys[i]! - ys[i - 1]!]
        const projected = length > 0 ? ((x - xs[i - 1]!) * dx + (y - ys[i - 1]!) * dy) / length : 0
        const here = Math.max(Math.max(0, low - start), Math.min(Math.min(length, high - start), projected))
        const share = length > 0 ? here / length : 0
        const distanceM = Math.hypot(x - xs[i - 1]! - share * dx, y - ys[i - 1]! - share * dy)
        if (distanceM < best.distanceM - 1e-6) best = { offsetM: (start + here) * scale, distanceM }
      }
      return best
    },
  }
}

/** Distance of point `i` from the line `a`–`b`, in the plane. */
function besideM(xs: number[], ys: number[], i: number, a: number, b: number): number {
  const [dx, dy] = [xs[b]! - xs[a]!, ys[b]! - ys[a]!]
  const length = Math.hypot(dx, dy)
  const [px, py] = [xs[i]! - xs[a]!, ys[i]! - ys[a]!]
  return length === 0 ? Math.hypot(px, py) : Math.abs(px * dy - py * dx) / length
}

/** The line without the points that lie within `toleranceM` of it. @see Douglas and Peucker 1973 */
function simplifiedLine(geometry: LineString, toleranceM: number): LineString {
  const points = geometry.coordinates
  const [first] = points as [number[], ...number[][]]
  const plane = planeAround({ lon: first[0] ?? 0, lat: first[1] ?? 0 })
  const xs = points.map(([lon = 0]) => plane.x(lon))
  const ys = points.map(([, lat = 0]) => plane.y(lat))
  const kept = new Set([0, points.length - 1])
  const open: [number, number][] = [[0, points.length - 1]]
  for (let span = open.pop(); span; span = open.pop()) {
    const [a, b] = span
    let farthest = a
    let farthestM = toleranceM
    for (let i = a + 1; i < b; i++) {
      const distanceM = besideM(xs, ys, i, a, b)
      if (distanceM > farthestM) [farthest, farthestM] = [i, distanceM]
    }
    if (farthest === a) continue
    kept.add(farthest)
    open.push([a, farthest], [farthest, b])
  }
  return { type: 'LineString', coordinates: points.filter((_, i) => kept.has(i)) }
}

/**
 * The line as it travels in one message: coordinates to 0.1 m, every point of it where it fits into `bytes`, because a
 * vehicle reads crossings from them; otherwise without the points that matter least.
 */
export function compactLine(geometry: LineString, bytes: number): LineString {
  const rounded = (degrees: number) => Math.round(degrees * 1e6) / 1e6
  const compact = (line: LineString): LineString => ({
    type: 'LineString',
    coordinates: line.coordinates.map(([lon = 0, lat = 0]) => [rounded(lon), rounded(lat)]),
  })
  let line = compact(geometry)
  for (let toleranceM = 0.25; JSON.stringify(line).length > bytes && line.coordinates.length > 2; toleranceM *= 2) {
    line = compact(simplifiedLine(geometry, toleranceM))
  }
  return line
}
