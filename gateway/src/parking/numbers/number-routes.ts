import {
  CityMetricsQuery,
  ComparisonQuery,
  HotSpots,
  HotSpotsQuery,
  LotComparisons,
  LotMatrix,
  LotMetrics,
  LotReadings,
  MatrixQuery,
  MetricsQuery,
  Name,
  Page,
  pageQuery,
  ReadingsQuery,
} from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../../core.ts'
import { type RawAnswer, type Route, rawRoute, route } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import { comparedWindow } from './comparison.ts'
import { groupLots, selectLots } from './lot-selection.ts'
import type { LotMetricsReader } from './metrics.ts'
import type { NumbersQuestion } from './number-answers.ts'
import { readingFigures, readingsCsv } from './reading-figures.ts'

const params = Type.Object({ id: Name })
/** A chart wants its whole window: without `limit` the answer is not cut. */
const metricsPage = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'the whole window when absent' })),
  cursor: pageQuery.cursor,
}
const mostRows = 100_000
/** Of a matrix: 30 days of quarters of a thousand lots. */
const mostValues = 3_000_000

const json = 'application/json; charset=utf-8'
const csv = 'text/csv; charset=utf-8'
const table = (name: string) => ({ 'content-disposition': `attachment; filename="${name}.csv"` })

/**
 * Figures of lots over time.
 *
 * @param answer works a question out, away from the event loop where it can
 * @param zone IANA zone by which a week and a year earlier are meant
 */
export function numberRoutes(
  core: Core,
  ledger: LotLedger,
  metrics: LotMetricsReader,
  answer: (question: NumbersQuestion, nowMs: number) => Promise<Buffer | string>,
  zone: string,
): Route[] {
  const ask = async (question: NumbersQuestion, headers?: Record<string, string>): Promise<RawAnswer> => ({
    body: await answer(question, core.clock.now()),
    ...(headers && { headers }),
  })
  const rows = (query: CityMetricsQuery): Pick<NumbersQuestion & { what: 'rows' }, 'what' | 'selections' | 'edges'> => {
    const selections = groupLots(selectLots(ledger.lots.list(), query), query.by ?? 'all')
    return {
      what: 'rows',
      selections,
      edges: metrics.edges(query, { most: mostRows, perBucket: selections.length, what: 'rows' }),
    }
  }
  const matrix = (query: MatrixQuery, form: 'json' | 'csv'): NumbersQuestion => {
    const lots = selectLots(ledger.lots.list(), query)
    const edges = metrics.edges(query, { most: mostValues, perBucket: lots.length, what: 'values' })
    return { what: 'matrix', lots, edges, field: query.field, form }
  }
  const spots = (query: HotSpotsQuery, form: 'json' | 'csv'): NumbersQuestion => {
    const lots = selectLots(ledger.lots.list(), query)
    const window = { from: query.from, to: query.to, bucket: 'all' } as const
    const edges = metrics.edges(window, { most: mostRows, perBucket: 1, what: 'rows' }) as [number, number]
    return { what: 'hot-spots', lots, edges, cellM: Number.parseInt(query.cell ?? '500m', 10), form }
  }
  const comparison = (query: ComparisonQuery, form: 'json' | 'csv'): NumbersQuestion => {
    const { selections, edges } = rows({ ...query, bucket: 'all' })
    const limit = { most: mostRows, perBucket: selections.length, what: 'rows' } as const
    return { what: 'comparison', selections, edges, before: metrics.edges(comparedWindow(query, zone), limit), form }
  }
  const readings = async (query: ReadingsQuery): Promise<LotReadings['items']> => {
    const lots = query.lot === undefined ? selectLots(ledger.lots.list(), query) : [ledger.lots.get(query.lot)]
    const edges = metrics.edges(query, { most: mostRows, perBucket: 1, what: 'rows' })
    const series = lots.map(({ id, capacity }) => ({
      ...{ measurement: 'lot_occupancy', tags: { lot: id }, field: 'occupied', weight: capacity },
    }))
    const sums = await core.telemetry.quarters(series, edges[0] as number, edges.at(-1) as number)
    return readingFigures(edges, sums, lots.length)
  }
  return [
    route({
      method: 'GET',
      path: '/lots/readings',
      access: 'signed-in',
      summary: 'What the lots were read to hold, weighted by time: apart from the stays',
      query: ReadingsQuery,
      answer: LotReadings,
      handle: async ({ query }) => ({ items: await readings(query) }),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/readings.csv',
      access: 'signed-in',
      summary: 'The same as a table',
      mediaType: csv,
      query: ReadingsQuery,
      answer: Type.String(),
      handle: async ({ query }) => ({ body: readingsCsv(await readings(query)), headers: table('lot-readings') }),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/metrics',
      access: 'signed-in',
      summary: 'Vacancy, turnover, dwell, peak and revenue of lots together, by lot, group or district',
      mediaType: json,
      query: Type.Object({ ...CityMetricsQuery.properties, ...metricsPage }),
      answer: Page(LotMetrics),
      handle: ({ query }) => ask({ ...rows(query), page: query }),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/metrics.csv',
      access: 'signed-in',
      summary: 'The same as a table, UTF-8 with byte-order mark',
      mediaType: csv,
      query: CityMetricsQuery,
      answer: Type.String(),
      handle: ({ query }) => ask({ ...rows(query), page: 'csv' }, table('lot-metrics')),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/metrics/matrix',
      access: 'signed-in',
      summary: 'One figure of every lot in every bucket, in columns',
      mediaType: json,
      query: MatrixQuery,
      answer: LotMatrix,
      handle: ({ query }) => ask(matrix(query, 'json')),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/metrics/matrix.csv',
      access: 'signed-in',
      summary: 'The same as a table: a row for each bucket, a column for each lot',
      mediaType: csv,
      query: MatrixQuery,
      answer: Type.String(),
      handle: ({ query }) => ask(matrix(query, 'csv'), table(`lots-${query.field}`)),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/metrics/comparison',
      access: 'signed-in',
      summary: 'Figures of a period beside those of another, with what is different',
      mediaType: json,
      query: ComparisonQuery,
      answer: LotComparisons,
      handle: ({ query }) => ask(comparison(query, 'json')),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/metrics/comparison.csv',
      access: 'signed-in',
      summary: 'The same as a table',
      mediaType: csv,
      query: ComparisonQuery,
      answer: Type.String(),
      handle: ({ query }) => ask(comparison(query, 'csv'), table('lot-comparison')),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/hot-spots',
      access: 'signed-in',
      summary: 'Where lots fill up: figures by the squares of a metric grid, GeoJSON',
      mediaType: json,
      query: HotSpotsQuery,
      answer: HotSpots,
      handle: ({ query }) => ask(spots(query, 'json')),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/hot-spots.csv',
      access: 'signed-in',
      summary: 'The same as a table',
      mediaType: csv,
      query: HotSpotsQuery,
      answer: Type.String(),
      handle: ({ query }) => ask(spots(query, 'csv'), table('hot-spots')),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/{id}/metrics',
      access: 'signed-in',
      summary: 'Vacancy, turnover, dwell, peak and revenue of one lot',
      mediaType: json,
      params,
      query: Type.Object({ ...MetricsQuery.properties, ...metricsPage }),
      answer: Page(LotMetrics),
      handle: ({ params: { id }, query }) => {
        const selections = [{ key: { lot: id }, lots: [ledger.lots.get(id)] }]
        const edges = metrics.edges(query, { most: mostRows, perBucket: 1, what: 'rows' })
        return ask({ what: 'rows', selections, edges, page: query })
      },
    }),
  ]
}
