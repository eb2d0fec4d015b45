import type { LotForecast, LotMetrics } from '@clearway/contracts'

/** Series of a chart whose first places are the buckets of the past; gaps are null. Shares of the capacity, 0–1. */
export interface ForecastCurve {
  /** Instants that follow the buckets of the past. */
  atMs: number[]
  median: (number | null)[]
  low: (number | null)[]
  /** From low to high, to be stacked on low. */
  spread: (number | null)[]
}

/**
 * The forecast in steps as wide as the buckets, so that the axis has one scale. It begins where the past ends; an
 * interval that is not known leaves the band open.
 */
export function forecastCurve(metrics: readonly LotMetrics[], forecast: LotForecast | undefined): ForecastCurve {
  const last = metrics.at(-1)
  if (!forecast || !last) return { atMs: [], median: [], low: [], spread: [] }
  const endMs = Date.parse(last.to)
  const widthMs = endMs - Date.parse(last.from)
  const points = forecast.points.filter(({ at }) => {
    const ms = Date.parse(at)
    return ms >= endMs && (ms - endMs) % widthMs === 0
  })
  const share = (bays: number | null) => (bays === null ? null : bays / forecast.capacity)
  const before = metrics.map(() => null)
  return {
    atMs: points.map(({ at }) => Date.parse(at)),
    median: [...before, ...points.map(({ vacant }) => share(vacant))],
    low: [...before, ...points.map(({ low }) => share(low))],
    spread: [...before, ...points.map(({ low, high }) => share(low === null || high === null ? null : high - low))],
  }
}
