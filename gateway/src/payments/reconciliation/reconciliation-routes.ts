import {
  Day,
  Name,
  NotFoundError,
  Page,
  pageQuery,
  Reconciliation,
  ReconciliationLine,
  ReconciliationOrder,
  ReconciliationVerdict,
} from '@clearway/contracts'
import { Type } from 'typebox'
import { afterKey, pageOf, rowsWanted } from '../../http/paging.ts'
import { type Route, rawRoute, route } from '../../http/route.ts'
import { providerOf } from '../open-providers.ts'
import type { PaymentProvider } from '../payment-provider.ts'
import type { Reconciler } from './reconciler.ts'
import { reconciliationCsv } from './reconciliation-csv.ts'
import { lineBody, reconciliationBody } from './reconciliation-view.ts'

const readers = ['manager', 'cashier', 'auditor'] as const

/** Comparisons with the providers' bills over HTTP. */
export function reconciliationRoutes(reconciler: Reconciler, providers: readonly PaymentProvider[]): Route[] {
  const { kept } = reconciler
  const params = Type.Object({ provider: Name, day: Day })
  const found = ({ provider, day }: { provider: string; day: string }) => {
    const record = kept.find(provider, day)
    if (record) return record
    throw new NotFoundError('reconciliation-unknown', `${provider} was not compared for ${day}`)
  }

  return [
    route({
      method: 'GET',
      path: '/reconciliations',
      access: readers,
      summary: "Comparisons of our payments with the providers' bills, newest day first",
      query: Type.Object(pageQuery),
      answer: Page(Reconciliation),
      handle: ({ query }) => {
        const [day, provider] = afterKey(query, '', '') ?? []
        const after = day === undefined || provider === undefined ? undefined : { day, provider }
        return pageOf(kept.list(rowsWanted(query), after), query, (row) => [row.day, row.provider], reconciliationBody)
      },
    }),
    route({
      method: 'POST',
      path: '/reconciliations',
      access: ['manager', 'cashier'],
      summary: "Fetches a provider's bill of a day that is over and compares it",
      body: ReconciliationOrder,
      status: 201,
      answer: Reconciliation,
      handle: async ({ body, actor }) =>
        reconciliationBody(await reconciler.compare(providerOf(providers, body.provider), body.day, actor)),
    }),
    route({
      method: 'GET',
      path: '/reconciliations/{provider}/{day}',
      access: readers,
      summary: 'One comparison',
      params,
      answer: Reconciliation,
      handle: ({ params }) => reconciliationBody(found(params)),
    }),
    route({
      method: 'GET',
      path: '/reconciliations/{provider}/{day}/lines',
      access: readers,
      summary: 'What moved that day as both sides see it, in order of time',
      params,
      query: Type.Object({ ...pageQuery, verdict: Type.Optional(ReconciliationVerdict) }),
      answer: Page(ReconciliationLine),
      handle: ({ params, query }) => {
        const { provider, day } = found(params)
        const [last] = afterKey(query, 0) ?? [-1]
        const lines = kept.lines(provider, day, last + 1, rowsWanted(query), query.verdict)
        return pageOf(lines, query, ({ position }) => [position], lineBody)
      },
    }),
    rawRoute({
      method: 'GET',
      path: '/reconciliations/{provider}/{day}.csv',
      access: readers,
      summary: 'The same as a table, UTF-8 with byte-order mark',
      mediaType: 'text/csv; charset=utf-8',
      params,
      answer: Type.String(),
      handle: ({ params }) => {
        const { provider, day } = found(params)
        return {
          body: reconciliationCsv(kept.lines(provider, day)),
          headers: { 'content-disposition': `attachment; filename="${provider}-${day}.csv"` },
        }
      },
    }),
  ]
}
