import { useLanguage } from '../language/use-language.ts'
import type { CityTotals } from './lot-rows.ts'

/** The city in five figures. */
export function Totals({ totals, revenueFen }: { totals: CityTotals | null; revenueFen: number | undefined }) {
  const { t, formats } = useLanguage()
  const figure = (value: string | undefined) => value ?? '–'
  const figures = [
    {
      id: 'vacancyRate',
      label: t('lots.vacancyRate'),
      value: figure(totals ? formats.percent(totals.vacancyRate) : undefined),
    },
    { id: 'vacant', label: t('lots.vacant'), value: figure(totals ? formats.integer(totals.vacant) : undefined) },
    {
      id: 'occupied',
      label: t('lots.occupied'),
      value: figure(totals ? formats.integer(totals.occupied) : undefined),
      note: totals ? `/ ${formats.integer(totals.capacity)}` : undefined,
    },
    {
      id: 'turnover',
      label: t('lots.turnover'),
      value: figure(totals ? formats.turnover(totals.turnover) : undefined),
      note: t('lots.turnoverUnit'),
    },
    {
      id: 'revenue',
      label: t('lots.revenueToday'),
      value: figure(revenueFen === undefined ? undefined : formats.wholeMoney(revenueFen)),
    },
  ]
  return (
    <dl className="totals" aria-label={t('lots.totals')}>
      {figures.map(({ id, label, value, note }) => (
        <div key={id} data-testid={`total-${id}`}>
          <dt>{label}</dt>
          <dd className="figures">
            {value}
            {note && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
