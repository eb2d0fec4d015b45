import { type Lot, Lot as LotSchema, LotSettings, LotSettingsList, Name, Page, pageQuery } from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../../core.ts'
import { pageOfList } from '../../http/paging.ts'
import { type Actor, type Route, route } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'

const params = Type.Object({ id: Name })
const editors = ['manager'] as const

export function lotRoutes(
  core: Core,
  ledger: LotLedger,
  lots: { body(id: string): Lot; bodies(): Lot[]; changed(id: string): void },
): Route[] {
  const put = (actor: Actor, id: string, settings: LotSettings) => {
    const before = ledger.lots.find(id)
    ledger.lots.put(id, settings, core.clock.now())
    core.audit.record(actor, before ? 'lot.change' : 'lot.add', id, { before, after: ledger.lots.get(id) })
    lots.changed(id)
  }
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
  ]
}
