import type { Position } from '@clearway/contracts'
import type { Bounds } from './map-engine.ts'

/** The smallest box around the positions; undefined when there is none. */
export function boundsOf(positions: readonly Position[]): Bounds | undefined {
  if (positions.length === 0) return undefined
  const bounds = { west: 180, south: 90, east: -180, north: -90 }
  for (const { lon, lat } of positions) {
    bounds.west = Math.min(bounds.west, lon)
    bounds.east = Math.max(bounds.east, lon)
    bounds.south = Math.min(bounds.south, lat)
    bounds.north = Math.max(bounds.north, lat)
  }
  return bounds
}
