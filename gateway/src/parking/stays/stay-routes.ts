import {
  CorrectedStay,
  fromTimestamp,
  Name,
  NotFoundError,
  OneOf,
  Page,
  pageQuery,
  ReviewCounts,
  Stay,
  StayCorrection,
  StayState,
  Timestamp,
} from '@clearway/contracts'
import { Type } from 'typebox'
import { afterKey, pageOf, rowsWanted } from '../../http/paging.ts'
import { type Actor, type Route, rawRoute, route } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { ReviewDesk } from '../review/review-desk.ts'
import { readers, searchedPlate } from './plate-sight.ts'
import { stayBody, wholeStay } from './stay-view.ts'
import type { StayRecord } from './stays.ts'

const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) })
const Plate = Type.String({ minLength: 1, maxLength: 16 })

export function stayRoutes({ stays }: LotLedger, desk: ReviewDesk): Route[] {
  const whole = (stay: StayRecord, actor: Actor) => wholeStay(stay, desk, actor)

  return [
    route({
      method: 'GET',
      path: '/stays',
      access: readers,
      summary: 'Stays, newest entry first; plates masked for roles without billing',
      query: Type.Object({
        ...pageQuery,
        plate: Type.Optional(Plate),
        lot: Type.Optional(Name),
        state: Type.Optional(StayState),
        from: Type.Optional(Timestamp),
        to: Type.Optional(Timestamp),
      }),
      answer: Page(Stay),
      handle: ({ query, actor }) => {
        const after = afterKey(query, 0, 0)
        const rows = stays.list(
          {
            plate: searchedPlate(query.plate, actor),
            lot: query.lot,
            state: query.state,
            fromMs: query.from === undefined ? undefined : fromTimestamp(query.from),
            toMs: query.to === undefined ? undefined : fromTimestamp(query.to),
          },
          rowsWanted(query),
          after && { anchorMs: after[0], seq: after[1] },
        )
        return pageOf(
          rows,
          query,
          ({ anchorMs, seq }) => [anchorMs, seq],
          (stay) => (query.state === 'review' ? whole(stay, actor) : stayBody(stay, actor)),
        )
      },
    }),
    route({
      method: 'GET',
      path: '/stays/{id}',
      access: readers,
      summary: 'One stay',
      params,
      answer: Stay,
      handle: ({ params: { id }, actor }) => {
        const stay = stays.find(id)
        if (!stay) throw new NotFoundError('stay-unknown', `there is no stay "${id}"`)
        return whole(stay, actor)
      },
    }),
    route({
      method: 'GET',
      path: '/review',
      access: readers,
      summary: 'How many stays wait for a person',
      answer: ReviewCounts,
      handle: () => ({ review: stays.count('review'), expired: stays.count('expired') }),
    }),
    rawRoute({
      method: 'GET',
      path: '/stays/{id}/images/{passage}',
      access: ['manager', 'cashier'],
      summary: 'What the camera of the gate photographed; each look is in the audit log',
      mediaType: 'image/*',
      params: Type.Object({ ...params.properties, passage: OneOf('entry', 'exit') }),
      answer: Type.String(),
      handle: async ({ params: { id, passage }, actor }) => {
        const { body, mediaType } = await desk.image(id, passage, actor)
        // A drawing may hold scripts: opened by itself it does nothing either.
        const headers = { 'content-type': mediaType, 'content-security-policy': "default-src 'none'; sandbox" }
        return { body, headers: { ...headers, 'cache-control': 'private, no-store' } }
      },
    }),
    route({
      method: 'POST',
      path: '/stays/{id}/correct',
      access: ['manager', 'cashier'],
      summary: 'Corrects a stay: confirm, separate, plate, pair, times, split or dismiss; audited, and priced anew',
      params,
      body: StayCorrection,
      answer: CorrectedStay,
      handle: ({ params: { id }, body, actor }) => {
        const stay = desk.correct(id, body, actor)
        return { stay: stay && whole(stay, actor) }
      },
    }),
  ]
}
