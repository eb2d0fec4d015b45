import type { LotForecast, LotMetrics } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { forecastCurve } from '../../src/manager/forecast-curve.ts'

const iso = (hour: number) => new Date(Date.UTC(2026, 10, 23, 0, 60 * hour)).toISOString()
const metrics = [0, 1].map((hour) => ({ from: iso(hour), to: iso(hour + 1) })) as LotMetrics[]
const point = (hour: number, vacant: number, low: number | null, high: number | null) => ({
  at: iso(hour),
  minutes: 60 * (hour - 1.5),
  vacant,
  low,
  high,
})
const forecast = {
  capacity: 20,
  points: [point(1.75, 9, 8, 10), point(2, 10, 5, 15), point(2.5, 11, 5, 16), point(3, 12, null, null)],
} as unknown as LotForecast

describe('the curve of a forecast', () => {
  it('goes on where the past ends, in its steps, as shares of the bays', () => {
    expect(forecastCurve(metrics, forecast)).toEqual({
      atMs: [Date.parse(iso(2)), Date.parse(iso(3))],
      median: [null, null, 0.5, 0.6],
      low: [null, null, 0.25, null],
      spread: [null, null, 0.5, null],
    })
  })

  it('is nothing without a forecast or a past', () => {
    expect(forecastCurve(metrics, undefined).atMs).toEqual([])
    expect(forecastCurve([], forecast).atMs).toEqual([])
  })
})
