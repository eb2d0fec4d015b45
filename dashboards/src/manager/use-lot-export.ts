import { useCallback } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { csv, download } from '../shell/csv.ts'
import type { LotRow } from './lot-rows.ts'

/** Hands the rows that are shown to the visitor as CSV: plain figures, money in yuan, times with offset. */
export function useLotExport(): (rows: readonly LotRow[]) => void {
  const { t } = useLanguage()
  return useCallback(
    (rows) => {
      const head = [
        'ID',
        t('lots.name'),
        t('lots.kind'),
        t('lots.longitude'),
        t('lots.latitude'),
        t('lots.capacity'),
        t('lots.occupied'),
        t('lots.vacant'),
        t('lots.vacancyRate'),
        t('lots.turnover'),
        `${t('lots.revenueToday')} (CNY)`,
        t('lots.quality'),
        t('lots.updated'),
      ]
      const body = rows.map(({ lot, name, revenueFen }) => [
        lot.id,
        name,
        t(`kind.${lot.kind}`),
        lot.position.lon,
        lot.position.lat,
        lot.capacity,
        lot.occupied,
        lot.vacant,
        Number(lot.vacancyRate.toFixed(4)),
        Number(lot.turnoverToday.toFixed(4)),
        revenueFen === undefined ? undefined : revenueFen / 100,
        t(`quality.${lot.quality}`),
        lot.updatedAt,
      ])
      const day = new Date().toISOString().slice(0, 10)
      download(`${t('lots.file')}-${day}.csv`, 'text/csv;charset=utf-8', csv([head, ...body]))
    },
    [t],
  )
}
