import { Name, Page, ParkingPass, ParkingPassList, pageQuery, toTimestamp } from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../../core.ts'
import { pageOfList } from '../../http/paging.ts'
import { type Actor, type Route, route } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import { maskPlate } from '../stays/plate.ts'
import { readers, seesPlates } from '../stays/plate-sight.ts'
import { type PassRecord, requireLots } from './passes.ts'
import { putPass } from './put-pass.ts'

const passBody = ({ id, plates, lots, validFromMs, validUntilMs }: PassRecord, actor: Actor): ParkingPass => ({
  id,
  plates: seesPlates(actor) ? plates : plates.map(maskPlate),
  lots,
  validFrom: toTimestamp(validFromMs),
  validUntil: toTimestamp(validUntilMs),
})

export function passRoutes(core: Core, ledger: LotLedger): Route[] {
  return [
    route({
      method: 'GET',
      path: '/passes',
      access: readers,
      summary: 'Passes by id; plates masked for roles without billing',
      query: Type.Object(pageQuery),
      answer: Page(ParkingPass),
      handle: ({ query, actor }) =>
        pageOfList(
          ledger.passes.list().map((pass) => passBody(pass, actor)),
          query,
        ),
    }),
    route({
      method: 'PUT',
      path: '/passes',
      access: ['manager'],
      summary: 'Adds or changes passes, all or none; stays that they touch are priced anew',
      body: ParkingPassList,
      answer: Page(ParkingPass),
      handle: ({ body: { items }, actor }) => {
        const nowMs = core.clock.now()
        try {
          core.records.transaction(() => {
            for (const { id, ...pass } of items) {
              requireLots(id, pass.lots ?? [], (lot) => ledger.lots.find(lot) !== undefined)
              const { after } = putPass(ledger, id, pass, nowMs)
              core.audit.record(actor, 'pass.put', id, {
                plates: after.plates.length,
                validFrom: toTimestamp(after.validFromMs),
                validUntil: toTimestamp(after.validUntilMs),
              })
            }
            ledger.settle()
          })
        } catch (error) {
          ledger.discard()
          throw error
        }
        return { items: items.map(({ id }) => passBody(ledger.passes.find(id) as PassRecord, actor)), nextCursor: null }
      },
    }),
    route({
      method: 'GET',
      path: '/passes/{id}',
      access: readers,
      summary: 'One pass',
      params: Type.Object({ id: Name }),
      answer: ParkingPass,
      handle: ({ params: { id }, actor }) => passBody(ledger.passes.require(id), actor),
    }),
  ]
}
