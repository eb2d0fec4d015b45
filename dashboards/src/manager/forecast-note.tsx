import type { LotForecast } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'

/** How far the forecasts of this lot were off, an hour ahead, over the last weeks. */
export function ForecastNote({ forecast: { method, scores } }: { forecast: LotForecast }) {
  const { t, formats } = useLanguage()
  const hour = scores.find(({ minutes }) => minutes === 60)
  const text =
    method === null
      ? t('detail.forecastNone')
      : hour
        ? t('detail.forecastScore', {
            error: hour.maePercent.toFixed(1),
            coverage: hour.interval90Coverage === null ? '–' : formats.percent(hour.interval90Coverage),
          })
        : t('detail.forecastUnscored')
  return (
    <p className="soft" data-testid="forecast-note">
      {text}
    </p>
  )
}
