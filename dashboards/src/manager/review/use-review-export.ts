import type { Stay } from '@clearway/contracts'
import { useCallback } from 'react'
import { useLanguage } from '../../language/use-language.ts'
import { csv, download } from '../../shell/csv.ts'

/** Hands the stays that wait for a person to the visitor as CSV, each with its likeliest explanation. */
export function useReviewExport(lotName: (id: string) => string): (stays: readonly Stay[]) => void {
  const { t } = useLanguage()
  return useCallback(
    (stays) => {
      const head = [
        'ID',
        t('lots.name'),
        t('detail.plate'),
        t('detail.entered'),
        t('detail.left'),
        t('review.reason'),
        t('review.proposal'),
        t('review.probability'),
      ]
      const body = stays.map(({ id, lot, plate, enteredAt, leftAt, reason, proposals }) => [
        id,
        lotName(lot),
        plate ?? undefined,
        enteredAt ?? undefined,
        leftAt ?? undefined,
        reason,
        proposals?.[0]?.stay,
        proposals?.[0] && Number(proposals[0].probability.toFixed(4)),
      ])
      const day = new Date().toISOString().slice(0, 10)
      download(`${t('review.file')}-${day}.csv`, 'text/csv;charset=utf-8', csv([head, ...body]))
    },
    [t, lotName],
  )
}
