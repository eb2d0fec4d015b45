import { type HotSpot, type HotSpots, toTimestamp } from '@clearway/contracts'
import type { LotSetup } from '../lots/lots.ts'
import { BucketFigures } from './bucket-figures.ts'
import { type LotMetricsReader, rowsOf } from './metrics.ts'

/** Metres of a degree of latitude, mean of the WGS 84 ellipsoid; of longitude, times the cosine of the latitude. */
const metresPerDegree = 111_195

/** A square of a plain grid: rows count from the equator, columns of each row from the zero meridian. */
interface Cell {
  id: string
  west: number
  south: number
  east: number
  north: number
}

/**
 * The cell that holds a position. Rows are equally high in degrees; the columns of a row are as wide in metres, at its
 * middle, as it is high, so that cells of one row line up and those of two need not.
 *
 * @param cellM side, metres > 0
 */
export function cellOf({ lon, lat }: { lon: number; lat: number }, cellM: number): Cell {
  const height = cellM / metresPerDegree
  const row = Math.floor(lat / height)
  const width = height / Math.max(0.01, Math.cos(((row + 0.5) * height * Math.PI) / 180))
  const column = Math.floor(lon / width)
  return {
    id: `${cellM}m-${row}-${column}`,
    west: column * width,
    south: row * height,
    east: (column + 1) * width,
    north: (row + 1) * height,
  }
}

/** Figures of a window added up by cell, those that are full for longest first. */
export function hotSpots(
  reader: LotMetricsReader,
  lots: readonly LotSetup[],
  edges: readonly [number, number],
  cellM: number,
  nowMs: number,
): HotSpots {
  const cells = new Map<string, { cell: Cell; lots: LotSetup[]; sums: BucketFigures }>()
  reader.eachLot(lots, edges, nowMs, (lot, figures) => {
    const cell = cellOf(lot.position, cellM)
    const found = cells.get(cell.id) ?? { cell, lots: [], sums: new BucketFigures(1) }
    cells.set(cell.id, found)
    found.lots.push(lot)
    found.sums.add(figures)
  })
  const features = [...cells.values()].map(({ cell, lots: inside, sums }): HotSpot => {
    const { west, south, east, north, id } = cell
    const [metrics] = rowsOf(null, edges, sums)
    const { occupancy, fullShare, nearlyFullShare, arrivals, turnoverRate, coverage } = metrics as NonNullable<
      typeof metrics
    >
    const corners = [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ]
    return {
      type: 'Feature',
      id,
      geometry: { type: 'Polygon', coordinates: [corners.map((corner) => corner.map(rounded))] },
      properties: {
        lots: inside.length,
        capacity: inside.reduce((sum, { capacity }) => sum + capacity, 0),
        ...{ occupancy, fullShare, nearlyFullShare, arrivals, turnoverRate, coverage },
      },
    }
  })
  return {
    type: 'FeatureCollection',
    from: toTimestamp(edges[0]),
    to: toTimestamp(edges[1]),
    cellM,
    features: features.sort(hotterFirst),
  }
}

/** A ten-millionth of a degree is a centimetre. */
const rounded = (degrees: number): number => Math.round(degrees * 1e7) / 1e7

function hotterFirst({ properties: a, id: idA }: HotSpot, { properties: b, id: idB }: HotSpot): number {
  const order = (b.nearlyFullShare ?? -1) - (a.nearlyFullShare ?? -1) || (b.occupancy ?? -1) - (a.occupancy ?? -1)
  return order || (idA < idB ? -1 : 1)
}

/** The same as a table. */
export function hotSpotsCsv({ features }: HotSpots): string {
  const names = [
    'lots',
    'capacity',
    'occupancy',
    'fullShare',
    'nearlyFullShare',
    'arrivals',
    'turnoverRate',
    'coverage',
  ] as const
  const lines = features.map(({ id, geometry, properties }) => {
    const [[southWest, , northEast]] = geometry.coordinates as [number[][]]
    return [
      id,
      ...(southWest as number[]),
      ...(northEast as number[]),
      ...names.map((name) => properties[name] ?? ''),
    ].join(',')
  })
  return `\uFEFF${[['cell', 'west', 'south', 'east', 'north', ...names].join(','), ...lines].join('\r\n')}\r\n`
}
