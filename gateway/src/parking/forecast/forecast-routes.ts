import { type ForecastPoint, LotForecast, Name, toTimestamp } from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../../core.ts'
import { type Route, rawRoute, route } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { LotSetup } from '../lots/lots.ts'
import type { Forecasts } from './forecasts.ts'
import type { LotOutlook } from './lot-forecaster.ts'
import { slotMs } from './lot-grid.ts'

const params = Type.Object({ id: Name })
/** A forecast older than this is not shown: the work of two quarters has failed. */
const staleAfterMs = 2 * slotMs

export function forecastRoutes(core: Core, ledger: LotLedger, forecasts: Forecasts): Route[] {
  const body = (id: string): LotForecast => {
    const lot = ledger.lots.get(id)
    const latest = forecasts.latest(id)
    const fit = forecasts.fit
    const common = {
      lot: id,
      capacity: lot.capacity,
      fittedAt: fit && fit.rows > 0 ? toTimestamp(fit.fittedMs) : null,
      scores: forecasts.scores.of(id),
    }
    if (!latest || core.clock.now() - latest.madeMs > staleAfterMs) {
      const reason = latest
        ? `the last forecast is of ${toTimestamp(latest.madeMs)}; the log says why no newer one could be made`
        : 'the count of this lot is not known now (no gate has reported, or it is suspect), or the gateway has just started'
      return { ...common, method: null, reason, madeAt: null, points: [] }
    }
    const { madeMs, outlook } = latest
    return { ...common, method: outlook.method, madeAt: toTimestamp(madeMs), points: pointsOf(lot, outlook, madeMs) }
  }
  return [
    route({
      method: 'GET',
      path: '/lots/{id}/forecast',
      access: 'signed-in',
      summary: 'Free bays from 15 min to 24 h ahead with a 90 % interval, and how earlier forecasts turned out',
      params,
      answer: LotForecast,
      handle: ({ params: { id } }) => body(id),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/{id}/forecast.csv',
      access: 'signed-in',
      summary: 'The same as a table, UTF-8 with byte-order mark',
      mediaType: 'text/csv; charset=utf-8',
      params,
      answer: Type.String(),
      handle: ({ params: { id } }) => ({
        body: forecastCsv(body(id)),
        headers: { 'content-disposition': `attachment; filename="forecast-${id}.csv"` },
      }),
    }),
  ]
}

/** Whole bays, the interval rounded outwards; never below nothing nor above the capacity of now. */
function pointsOf({ capacity }: LotSetup, { median, low, high }: LotOutlook, madeMs: number): ForecastPoint[] {
  const bays = (percent: number) => (Math.min(100, Math.max(0, percent)) / 100) * capacity
  return Array.from(median, (percent, i) => ({
    at: toTimestamp(madeMs + (i + 1) * slotMs),
    minutes: ((i + 1) * slotMs) / 60_000,
    vacant: Math.round(bays(percent)),
    low: low === null ? null : Math.floor(bays(low[i]!)),
    high: high === null ? null : Math.ceil(bays(high[i]!)),
  }))
}

function forecastCsv({ lot, method, points }: LotForecast): string {
  const rows = points.map(({ at, minutes, vacant, low, high }) =>
    [lot, method, at, minutes, vacant, low ?? '', high ?? ''].join(','),
  )
  return `\uFEFF${['lot,method,at,minutes,vacant,low,high', ...rows].join('\r\n')}\r\n`
}
