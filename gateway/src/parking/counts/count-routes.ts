import {
  CountCorrection,
  fromTimestamp,
  InputError,
  Lot,
  ManualCount,
  Name,
  Page,
  pageQuery,
  toTimestamp,
} from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../../core.ts'
import { afterKey, pageOf, rowsWanted } from '../../http/paging.ts'
import { type Route, rawRoute, route } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { LotSetup } from '../lots/lots.ts'
import type { LoggedCorrection } from './corrections.ts'
import { correctionsCsv } from './corrections-csv.ts'
import { windowMs } from './lot-counts.ts'
import { manualEvidence } from './manual-evidence.ts'

const params = Type.Object({ id: Name })
/** Rows of one table. */
const mostRows = 100_000

/** Counts by hand, and the log of corrections. */
export function countRoutes(
  core: Core,
  ledger: LotLedger,
  lots: { body(id: string): Lot; changed(id: string): void },
): Route[] {
  return [
    route({
      method: 'POST',
      path: '/lots/{id}/count',
      access: ['manager'],
      summary: 'Tell how many vehicles a person has counted in a lot',
      params,
      body: ManualCount,
      answer: Lot,
      handle: ({ params: { id }, body, actor }) => {
        const lot = ledger.lots.get(id)
        const atMs = instantOf(lot, body, core.clock.now())
        core.records.transaction(() => {
          const { corrected: before } = ledger.counts.of(lot)
          const event = { kind: 'evidence', reason: 'manual', atMs, id: `manual ${core.clock.now()}` } as const
          const evidence = { occupied: body.occupied, ...(body.note !== undefined && { note: body.note }) }
          ledger.counts.add(lot, { ...event, ...manualEvidence(body.occupied) }, { evidence, who: actor.name })
          ledger.settle()
          const { corrected: after } = ledger.counts.of(lot)
          core.audit.record(actor, 'lot.count', id, { ...evidence, at: toTimestamp(atMs), before, after })
        })
        lots.changed(id)
        return lots.body(id)
      },
    }),
    route({
      method: 'GET',
      path: '/lots/{id}/corrections',
      access: 'signed-in',
      summary: 'What corrected the count of a lot, newest first',
      params,
      query: Type.Object(pageQuery),
      answer: Page(CountCorrection),
      handle: ({ params: { id }, query }) => {
        const before = afterKey(query, 0)?.[0]
        const rows = ledger.counts.log.list(ledger.lots.get(id).id, rowsWanted(query), before)
        return pageOf(rows, query, ({ sequence }) => [sequence], correctionBody)
      },
    }),
    rawRoute({
      method: 'GET',
      path: '/lots/{id}/corrections.csv',
      access: 'signed-in',
      summary: 'The same as a table, UTF-8 with byte-order mark',
      mediaType: 'text/csv; charset=utf-8',
      params,
      answer: Type.String(),
      handle: ({ params: { id } }) => ({
        body: correctionsCsv(ledger.counts.log.list(ledger.lots.get(id).id, mostRows).map(correctionBody)),
        headers: { 'content-disposition': `attachment; filename="corrections-${id}.csv"` },
      }),
    }),
  ]
}

/** @throws InputError naming the field of a count that nobody can have made */
function instantOf({ id, capacity, overflow }: LotSetup, { occupied, at }: ManualCount, nowMs: number): number {
  const fault = (field: string, message: string) =>
    new InputError('manual-count', `${field} ${message}`, [{ field, message }])
  const room = capacity + overflow
  if (occupied > room) {
    const message = `${occupied} is more than fit into lot ${id}: ${capacity} bays and ${overflow} beside them`
    throw fault('occupied', `${message}; correct the lot's capacity or overflow first (PUT /lots/${id})`)
  }
  if (at === undefined) return nowMs
  const atMs = fromTimestamp(at)
  if (atMs > nowMs) throw fault('at', `${at} lies in the future; leave it out for now`)
  if (atMs < nowMs - windowMs) throw fault('at', `${at} is more than two days ago; count again`)
  return atMs
}

const correctionBody = ({ atMs, ...correction }: LoggedCorrection): CountCorrection => ({
  ...correction,
  at: toTimestamp(atMs),
})
