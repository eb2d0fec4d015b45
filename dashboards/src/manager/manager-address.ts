import type { BillState, LotKind } from '@clearway/contracts'
import type { OccupancyBand } from '../look/palette.ts'
import type { LotView } from '../map/layers/lot-layers.ts'
import type { Period } from './period.ts'

/** What a permalink of the manager's page holds. */
export interface ManagerAddress {
  view: LotView
  period: Period
  lot?: string | undefined
  band?: OccupancyBand | 'stale' | undefined
  kind?: LotKind | undefined
  search: string
  /** Whether the stays that wait for a person are shown. */
  review?: boolean | undefined
  /** The bills are open: all, or those of one state. */
  bills?: BillState | 'all' | undefined
  bill?: string | undefined
}

const oneOf = <T extends string>(value: string | null, allowed: readonly T[]): T | undefined =>
  allowed.find((one) => one === value)

export const billStates = [
  'issued',
  'overdue',
  'disputed',
  'paid',
  'refunded',
  'written-off',
] as const satisfies BillState[]

export const lotKinds = ['barrier-less', 'gated', 'street', 'hospital', 'shared'] as const satisfies LotKind[]

/** Reads an address; what it does not know, it leaves out. */
export function readAddress(query: string): ManagerAddress {
  const values = new URLSearchParams(query)
  return {
    view: oneOf(values.get('view'), ['occupancy', 'revenue', 'turnover']) ?? 'occupancy',
    period: oneOf(values.get('period'), ['day', 'week', 'month']) ?? 'day',
    lot: values.get('lot') ?? undefined,
    band: oneOf(values.get('band'), ['low', 'mid', 'full', 'stale']),
    kind: oneOf(values.get('kind'), lotKinds),
    search: values.get('q') ?? '',
    review: values.has('review') || undefined,
    bills: oneOf(values.get('bills'), ['all', ...billStates]),
    bill: values.get('bill') ?? undefined,
  }
}

/** The query of an address; defaults are left out, and what belongs to others (the language) is kept. */
export function writeAddress(address: ManagerAddress, query: string): string {
  const values = new URLSearchParams(query)
  const put = (key: string, value: string | undefined, unless = '') => {
    if (value && value !== unless) values.set(key, value)
    else values.delete(key)
  }
  put('view', address.view, 'occupancy')
  put('period', address.period, 'day')
  put('lot', address.lot)
  put('band', address.band)
  put('kind', address.kind)
  put('q', address.search)
  put('review', address.review ? '1' : undefined)
  put('bills', address.bills)
  put('bill', address.bills && address.bill)
  const text = values.toString()
  return text === '' ? '' : `?${text}`
}
