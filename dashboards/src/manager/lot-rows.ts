import type { Lot, LotKind } from '@clearway/contracts'
import { type OccupancyBand, occupancyBand } from '../look/palette.ts'

export type BandFilter = OccupancyBand | 'stale'

/** A lot as the table, the filters and the export show it. */
export interface LotRow {
  lot: Lot
  name: string
  occupancy: number
  band: BandFilter
  /** Undefined until the figures of the day have been loaded. */
  revenueFen: number | undefined
}

export function lotRows(
  lots: readonly Lot[],
  name: (lot: Lot) => string,
  revenueFen: ReadonlyMap<string, number>,
): LotRow[] {
  return lots.map((lot) => {
    const occupancy = lot.occupied / lot.capacity
    const band = lot.quality === 'stale' ? 'stale' : occupancyBand(occupancy)
    return { lot, name: name(lot), occupancy, band, revenueFen: revenueFen.get(lot.id) }
  })
}

export interface LotFilter {
  search: string
  band?: BandFilter | undefined
  kind?: LotKind | undefined
}

const matches = (row: LotRow, { search, kind }: LotFilter): boolean =>
  (kind === undefined || row.lot.kind === kind) &&
  (search === '' || row.name.toLowerCase().includes(search.trim().toLowerCase()) || row.lot.id.includes(search.trim()))

export interface FilteredLots {
  rows: LotRow[]
  /** How many rows each band would show, the other filters applied. */
  counts: Record<BandFilter | 'all', number>
}

export function filterLots(rows: readonly LotRow[], filter: LotFilter): FilteredLots {
  const counts = { all: 0, low: 0, mid: 0, full: 0, stale: 0 }
  const found: LotRow[] = []
  for (const row of rows) {
    if (!matches(row, filter)) continue
    counts.all++
    counts[row.band]++
    if (filter.band === undefined || filter.band === row.band) found.push(row)
  }
  return { rows: found, counts }
}

export interface CityTotals {
  capacity: number
  occupied: number
  vacant: number
  vacancyRate: number
  /** Stays begun today per bay, over all bays. */
  turnover: number
}

/** Totals over all lots, weighted by their bays; null where there is no bay. */
export function totalsOf(lots: readonly Lot[]): CityTotals | null {
  let capacity = 0
  let occupied = 0
  let stays = 0
  for (const lot of lots) {
    capacity += lot.capacity
    occupied += lot.occupied
    stays += lot.turnoverToday * lot.capacity
  }
  if (capacity === 0) return null
  const vacant = Math.max(0, capacity - occupied)
  return { capacity, occupied, vacant, vacancyRate: vacant / capacity, turnover: stays / capacity }
}
