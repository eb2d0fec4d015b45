import { Gauge, type Registry } from 'prom-client'
import type { ForecastScore, ForecastScores } from './forecast-scores.ts'
import type { FitReport } from './lot-forecaster.ts'

/** What `/metrics` says about the forecast of free bays; read when it is asked for. */
export function forecastGauges(registry: Registry, scores: ForecastScores, fit: () => FitReport | undefined): void {
  const registers = [registry]
  const ofHorizon = (name: string, help: string, value: (score: ForecastScore) => number | null) =>
    new Gauge({
      name,
      help,
      labelNames: ['minutes'],
      registers,
      collect() {
        this.reset()
        for (const score of scores.of()) {
          const known = value(score)
          if (known !== null) this.set({ minutes: `${score.minutes}` }, known)
        }
      },
    })
  ofHorizon(
    'clearway_forecast_error_percent',
    'mean absolute error of the forecast of free bays, % of capacity, 28 days',
    ({ maePercent }) => maePercent,
  )
  ofHorizon(
    'clearway_forecast_persistence_error_percent',
    'the same of "it stays as it is"',
    ({ persistence }) => persistence,
  )
  ofHorizon(
    'clearway_forecast_interval_coverage',
    'share of what happened that lay within the 90 % interval, 28 days',
    ({ interval90Coverage }) => interval90Coverage,
  )
  new Gauge({
    name: 'clearway_forecast_fit_rows',
    help: 'rows that the last fit had for its smallest forest; 0: profiles only',
    registers,
    collect() {
      this.set(fit()?.rows ?? 0)
    },
  })
}
