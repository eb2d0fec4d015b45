import type { LotMetrics } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'
import { summaryOf } from './period-summary.ts'

/** The period of the curve in five figures. */
export function LotFigures({ metrics }: { metrics: readonly LotMetrics[] }) {
  const { t, formats } = useLanguage()
  const { vacancyRate, turnoverRate, meanDwellS, peakOccupied, revenueFen } = summaryOf(metrics)
  const figures: [label: string, value: string, note?: string][] = [
    [t('detail.meanVacancy'), vacancyRate === null ? '–' : formats.percent(vacancyRate)],
    [t('lots.turnover'), formats.turnover(turnoverRate), t('detail.perDay')],
    [t('detail.revenue'), formats.wholeMoney(revenueFen)],
    [t('detail.dwell'), meanDwellS === null ? '–' : formats.span(Math.round(meanDwellS / 60) * 60)],
    [t('detail.peak'), formats.integer(peakOccupied)],
  ]
  return (
    <dl className="lot-figures figures">
      {figures.map(([label, value, note]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {value}
            {note && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
