import { type CityMetricsQuery, InputError } from '@clearway/contracts'
import type { LotSetup } from '../lots/lots.ts'

export type MetricsBy = NonNullable<CityMetricsQuery['by']>

/** Lots whose figures are added up, and what their rows are called. */
export interface LotSelection {
  key: { lot: string | null; group?: string | null; district?: string | null }
  lots: LotSetup[]
}

/**
 * The lots of a query.
 *
 * @throws InputError naming the group or district that no lot has
 */
export function selectLots(lots: readonly LotSetup[], query: Pick<CityMetricsQuery, 'group' | 'district'>): LotSetup[] {
  let chosen = [...lots]
  for (const field of ['group', 'district'] as const) {
    const wanted = query[field]
    if (wanted === undefined) continue
    if (!lots.some((lot) => lot[field] === wanted)) {
      const message = `"${wanted}" is of no lot; GET /lots shows those that there are`
      throw new InputError(`${field}-unknown`, `${field} ${message}`, [{ field, message }])
    }
    chosen = chosen.filter((lot) => lot[field] === wanted)
  }
  return chosen
}

/** Lots by what their figures are added up to: in order of the key; lots without a group stand under null, last. */
export function groupLots(lots: readonly LotSetup[], by: MetricsBy): LotSelection[] {
  if (by === 'all') return [{ key: { lot: null }, lots: [...lots] }]
  if (by === 'lot') return lots.map((lot) => ({ key: { lot: lot.id }, lots: [lot] }))
  return [...Map.groupBy(lots, (lot) => lot[by] ?? null)]
    .sort(([a], [b]) => (a === null ? 1 : b === null || a < b ? -1 : 1))
    .map(([name, ofName]) => ({ key: { lot: null, [by]: name }, lots: ofName }))
}
