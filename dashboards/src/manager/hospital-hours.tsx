import type { HospitalDay } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'

/** A hospital's day: one bar for each hour, as high as the share of its bays that are held. */
export function HospitalHours({ day }: { day: HospitalDay }) {
  const { t, formats } = useLanguage()
  const busy = day.hours.filter(({ booked, waiting }) => booked > 0 || waiting > 0)
  const states = Object.entries(day.states) as [keyof HospitalDay['states'], number][]
  return (
    <div className="hospital-day" data-testid="hospital-day">
      <p className="soft figures">
        {states.map(([state, n]) => `${t(`hospital.${state as 'booked'}`)} ${formats.integer(n)}`).join(' · ')}
        {day.showRate !== null && ` · ${t('hospital.showRate', { rate: formats.percent(day.showRate) })}`}
      </p>
      {busy.length > 0 && (
        <ol className="hospital-hours" aria-label={t('hospital.today')}>
          {busy.map(({ from, bays, booked, expected, waiting }) => {
            const time = formats.clock(Date.parse(from))
            const text = t('hospital.hour', { time, bays, booked, expected: formats.integer(expected), waiting })
            return (
              <li key={from} title={text} data-full={booked >= bays || waiting > 0}>
                <span className="unseen">{text}</span>
                <span className="hospital-hour" aria-hidden="true">
                  <span style={{ height: `${Math.min(1, booked / Math.max(1, bays)) * 100}%` }} />
                </span>
                <span aria-hidden="true">{time.slice(0, 2)}</span>
              </li>
            )
          })}
        </ol>
      )}
      <p className="soft">{t('hospital.legend', { bays: formats.integer(day.protectedBays) })}</p>
      {day.shared.map(({ lot, walkM, bays, booked }) => (
        <p className="soft figures" key={lot}>
          {t('hospital.shared', { lot, bays, booked, walk: formats.distance(walkM) })}
        </p>
      ))}
    </div>
  )
}
