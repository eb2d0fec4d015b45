import {
  CityMetricsQuery,
  type Lot,
  LotMetrics,
  Lot as LotSchema,
  LotSettings,
  LotSettingsList,
  MetricsQuery,
  Name,
  Page,
  pageQuery,
} from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../../core.ts'
import { afterKey, type PageRequest, pageOf, pageOfList } from '../../http/paging.ts'
import { type Actor, type Route, rawRoute, route } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { LotMetricsReader } from '../numbers/metrics.ts'
import { metricsCsv } from '../numbers/metrics-csv.ts'

const params = Type.Object({ id: Name })
const editors = ['manager'] as const
/** A chart wants its whole window: without `limit` the answer is not cut. */
const metricsPage = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'the whole window when absent' })),
  cursor: pageQuery.cursor,
}

export function lotRoutes(
  core: Core,
  ledger: LotLedger,
  metrics: LotMetricsReader,
  lots: { body(id: string): Lot; bodies(): Lot[]; changed(id: string): void },
): Route[] {
  const put = (actor: Actor, id: string, settings: LotSettings) => {
    const before = ledger.lots.find(id)
    ledger.lots.put(id, settings, core.clock.now())
    core.audit.record(actor, before ? 'lot.change' : 'lot.add', id, { before, after: ledger.lots.get(id) })
    lots.changed(id)
  }
  const inPages = (rows: readonly LotMetrics[], query: PageRequest) => {
    const after = afterKey(query, '', '')
    const key = ({ lot, from }: LotMetrics) => [lot ?? '', from] as const
    const follows = (row: LotMetrics) => {
      const [lot, from] = key(row)
      return !after || lot > after[0] || (lot === after[0] && from > after[1])
    }
    const rest = rows.filter(follows)
    return pageOf(rest, { limit: query.limit ?? rest.length }, key, (row) => row)
  }
  const cityMetrics = (query: CityMetricsQuery) =>
    metrics.read(ledger.lots.list(), query, core.clock.now(), query.by === 'lot' ? 'each' : 'together')
  return [
    route({
      method: 'GET',
      path: '/lots',
      access: 'signed-in',
      summary: 'Lots with their live occupancy',
      query: Type.Object(pageQuery),
      answer: Page(LotSchema),
      handle: ({ query }) => pageOfList(lots.bodies(), query),
    }),
    route({
      method: 'PUT',
      path: '/lots',
      access: editors,
      summary: 'Add or change several lots, all or none',
      body: LotSettingsList,
      answer: Page(LotSchema),
      handle: ({ body, actor }) => {
        core.records.transaction(() => {
          for (const { id, ...settings } of body.items) put(actor, id, settings)
        })
        return { items: body.items.map(({ id }) => lots.body(id)), nextCursor: null }
      },
    }),
    route({
      method: 'GET',
      path: '/lots/metrics',
      access: 'signed-in',
      summary: 'Vacancy, turnover, dwell, peak and revenue of all lots together, or by lot',
      query: Type.Object({ ...CityMetricsQuery.properties, ...metricsPage }),
      answer: Page(LotMetrics),
      handle: ({ query }) => inPages(cityMetrics(query), query),
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/metrics.csv',
      access: 'signed-in',
      summary: 'The same as a table, UTF-8 with byte-order mark',
      mediaType: 'text/csv; charset=utf-8',
      query: CityMetricsQuery,
      answer: Type.String(),
      handle: ({ query }) => ({
        body: metricsCsv(cityMetrics(query)),
        headers: { 'content-disposition': 'attachment; filename="lot-metrics.csv"' },
      }),
    }),
    route({
      method: 'GET',
      path: '/lots/{id}',
      access: 'signed-in',
      summary: 'One lot with its live occupancy',
      params,
      answer: LotSchema,
      handle: ({ params: { id } }) => lots.body(id),
    }),
    route({
      method: 'PUT',
      path: '/lots/{id}',
      access: editors,
      summary: 'Add a lot or change its settings',
      params,
      body: LotSettings,
      answer: LotSchema,
      handle: ({ params: { id }, body, actor }) => {
        core.records.transaction(() => put(actor, id, body))
        return lots.body(id)
      },
    }),
    route({
      method: 'GET',
      path: '/lots/{id}/metrics',
      access: 'signed-in',
      summary: 'Vacancy, turnover, dwell, peak and revenue of one lot',
      params,
      query: Type.Object({ ...MetricsQuery.properties, ...metricsPage }),
      answer: Page(LotMetrics),
      handle: ({ params: { id }, query }) =>
        inPages(metrics.read([ledger.lots.get(id)], query, core.clock.now(), 'each'), query),
    }),
  ]
}
