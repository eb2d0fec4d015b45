import type { Position } from '@clearway/contracts'
import type { Bounds } from './map-engine.ts'

/** Share of the positions that may lie outside of the first picture, on each side. */
const outlying = 0.06

/** The box around most of the positions: a lone car park in the hills does not make the city small. */
export function coreOf(positions: readonly Position[]): Bounds | undefined {
  const cut = Math.floor(positions.length * outlying)
  const within = (values: number[]) => {
    const sorted = values.toSorted((a, b) => a - b)
    return [sorted[cut] ?? 0, sorted[sorted.length - 1 - cut] ?? 0] as const
  }
  if (positions.length === 0) return undefined
  const [west, east] = within(positions.map(({ lon }) => lon))
  const [south, north] = within(positions.map(({ lat }) => lat))
  return { west, south, east, north }
}

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
