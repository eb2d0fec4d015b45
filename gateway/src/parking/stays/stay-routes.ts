import {
  Bill,
  BillState,
  CorrectedStay,
  DeniedError,
  fromTimestamp,
  Name,
  NotFoundError,
  OneOf,
  Page,
  pageQuery,
  ReviewCounts,
  type SeenPassage,
  Stay,
  StayCorrection,
  StayState,
  Timestamp,
  toTimestamp,
} from '@clearway/contracts'
import { Type } from 'typebox'
import { afterKey, pageOf, rowsWanted } from '../../http/paging.ts'
import { type Actor, type Route, rawRoute, route } from '../../http/route.ts'
import type { BillRecord } from '../bills/bills.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { ReviewDesk } from '../review/review-desk.ts'
import { quoteLines } from '../tariffs/line-text.ts'
import { maskPlate, normalisePlate } from './plate.ts'
import type { StayRecord } from './stays.ts'

const readers = ['manager', 'cashier', 'auditor', 'data-officer'] as const
const seesPlates = ({ roles }: Actor) => roles.some((role) => ['admin', 'manager', 'cashier'].includes(role))

const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) })
const Plate = Type.String({ minLength: 1, maxLength: 16 })

/** An image shows the plate. */
const withoutImage = ({ imageUrl: _, ...passage }: SeenPassage): SeenPassage => ({ ...passage, imageRef: null })

export function stayRoutes({ stays, bills, tariffs }: LotLedger, desk: ReviewDesk): Route[] {
  const shown = (plate: string, actor: Actor) => (seesPlates(actor) ? plate : maskPlate(plate))

  const stayBody = (stay: StayRecord, actor: Actor): Stay => ({
    id: stay.id,
    lot: stay.lot,
    plate: stay.plate === null ? null : shown(stay.plate, actor),
    plateColour: stay.colour,
    vehicleClass: stay.vehicleClass,
    state: stay.state,
    enteredAt: stay.enteredMs === null ? null : toTimestamp(stay.enteredMs),
    leftAt: stay.leftMs === null ? null : toTimestamp(stay.leftMs),
    ...(stay.reason === null ? {} : { reason: stay.reason }),
    bill: stay.bill,
  })

  /** With what cameras saw and, in review, what it may be: plates only for those who may see them. */
  const whole = (stay: StayRecord, actor: Actor): Stay => {
    const { entry, exit, proposals } = desk.look(stay)
    const seen = (passage: SeenPassage): SeenPassage =>
      seesPlates(actor) ? passage : { ...withoutImage(passage), readAs: passage.readAs && maskPlate(passage.readAs) }
    return {
      ...stayBody(stay, actor),
      ...(entry && { entry: seen(entry) }),
      ...(exit && { exit: seen(exit) }),
      ...(proposals && seesPlates(actor) && { proposals }),
    }
  }

  const billBody = (bill: BillRecord, actor: Actor): Bill => ({
    id: bill.id,
    stay: bill.stay,
    lot: bill.lot,
    plate: shown(bill.plate, actor),
    state: bill.state,
    amountFen: bill.amountFen,
    lines: quoteLines(tariffs.edition(bill.tariff, bill.tariffVersion).document, bill.lines),
    tariff: bill.tariff,
    tariffVersion: bill.tariffVersion,
    issuedAt: toTimestamp(bill.issuedMs),
  })

  /** Searching by plate tells whether a plate was there: as much as seeing it. */
  function searched(plate: string | undefined, actor: Actor): string | undefined {
    if (plate === undefined) return undefined
    if (!seesPlates(actor)) {
      throw new DeniedError('plate-search', 'only managers, cashiers and administrators may search by plate')
    }
    return normalisePlate(plate)
  }

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
            plate: searched(query.plate, actor),
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
    route({
      method: 'GET',
      path: '/bills',
      access: readers,
      summary: 'Bills, newest first',
      query: Type.Object({
        ...pageQuery,
        plate: Type.Optional(Plate),
        lot: Type.Optional(Name),
        state: Type.Optional(BillState),
      }),
      answer: Page(Bill),
      handle: ({ query, actor }) => {
        const after = afterKey(query, 0, '')
        const rows = bills.list(
          { plate: searched(query.plate, actor), lot: query.lot, state: query.state },
          rowsWanted(query),
          after && { issuedMs: after[0], id: after[1] },
        )
        return pageOf(
          rows,
          query,
          ({ issuedMs, id }) => [issuedMs, id],
          (bill) => billBody(bill, actor),
        )
      },
    }),
    route({
      method: 'GET',
      path: '/bills/{id}',
      access: readers,
      summary: 'One bill, line by line',
      params,
      answer: Bill,
      handle: ({ params: { id }, actor }) => {
        const bill = bills.find(id)
        if (!bill) throw new NotFoundError('bill-unknown', `there is no bill "${id}"`)
        return billBody(bill, actor)
      },
    }),
  ]
}
