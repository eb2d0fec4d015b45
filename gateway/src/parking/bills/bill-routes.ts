import {
  Ageing,
  Bill,
  BillEvidence,
  BillNotice,
  BillPhase,
  BillState,
  Dispute,
  DisputeDecision,
  DisputeRequest,
  Name,
  OneOf,
  Page,
  Payment,
  PaymentRequest,
  pageQuery,
  Refund,
  RefundRequest,
  ShownDiscount,
  Stay,
  toTimestamp,
  WriteOffRequest,
} from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../../core.ts'
import { afterKey, pageOf, rowsWanted } from '../../http/paging.ts'
import { type Route, route } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { PaymentDesk } from '../payments/payment-desk.ts'
import type { ReviewDesk } from '../review/review-desk.ts'
import { readers, searchedPlate } from '../stays/plate-sight.ts'
import { stayBody } from '../stays/stay-view.ts'
import { ageingOf } from './ageing.ts'
import type { BillDesk } from './bill-desk.ts'
import type { BillNotices } from './bill-notices.ts'
import { billBody, disputeBody, noticeBody, paymentBody, refundBody } from './bill-view.ts'
import { evidenceOf } from './evidence.ts'

const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) })
const Plate = Type.String({ minLength: 1, maxLength: 16 })
const cashiers = ['manager', 'cashier'] as const

export interface BillRooms {
  ledger: LotLedger
  review: ReviewDesk
  payments: PaymentDesk
  notices: BillNotices
  desk: BillDesk
}

export function billRoutes(core: Core, rooms: BillRooms): Route[] {
  return [...reading(core, rooms), ...acting(rooms), ...telling(core, rooms)]
}

function reading(core: Core, rooms: BillRooms): Route[] {
  const { ledger, payments } = rooms
  const { bills, billing } = ledger
  return [
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
        phase: Type.Optional(BillPhase),
        stay: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
      }),
      answer: Page(Bill),
      handle: ({ query, actor }) => {
        const after = afterKey(query, 0, '')
        const rows = bills.list(
          { ...query, plate: searchedPlate(query.plate, actor) },
          rowsWanted(query),
          after && { issuedMs: after[0], id: after[1] },
        )
        return pageOf(
          rows,
          query,
          ({ issuedMs, id }) => [issuedMs, id],
          (bill) => billBody(ledger, bill, actor),
        )
      },
    }),
    route({
      method: 'GET',
      path: '/bills/ageing',
      access: readers,
      summary: 'Debts by age, and bills by phase',
      query: Type.Object({ lot: Type.Optional(Name) }),
      answer: Ageing,
      handle: ({ query: { lot } }) => {
        const nowMs = core.clock.now()
        const debts = bills.owed().filter((debt) => lot === undefined || debt.lot === lot)
        return { at: toTimestamp(nowMs), buckets: ageingOf(debts, nowMs), phases: bills.counts(lot) }
      },
    }),
    route({
      method: 'GET',
      path: '/bills/{id}',
      access: readers,
      summary: 'One bill, line by line',
      params,
      answer: Bill,
      handle: ({ params: { id }, actor }) => billBody(ledger, billing.require(id), actor),
    }),
    route({
      method: 'GET',
      path: '/bills/{id}/payments',
      access: readers,
      summary: 'Every attempt to take money for the stay of a bill, oldest first',
      params,
      answer: Page(Payment),
      handle: ({ params: { id } }) => ({
        items: payments.till.orders.ofStay(billing.require(id).stay).map((order) => paymentBody(order)),
        nextCursor: null,
      }),
    }),
    route({
      method: 'GET',
      path: '/bills/{id}/evidence',
      access: readers,
      summary: 'All that bears on a bill: stay, reads with images, tariff, price, money, notices, books, audit',
      params,
      answer: BillEvidence,
      handle: ({ params: { id }, actor }) => evidenceOf(id, actor, core, rooms),
    }),
  ]
}

function acting({ ledger, desk }: BillRooms): Route[] {
  return [
    route({
      method: 'POST',
      path: '/bills/{id}/payments',
      access: cashiers,
      summary: 'Takes cash, or makes a link by which the driver pays; with Idempotency-Key never twice',
      params,
      body: PaymentRequest,
      status: 201,
      answer: Payment,
      handle: async ({ params: { id }, body, actor, headers }) => {
        const { order, link } = await desk.pay(id, body, actor, headers['idempotency-key'])
        return paymentBody(order, link)
      },
    }),
    route({
      method: 'POST',
      path: '/bills/{id}/disputes',
      access: cashiers,
      summary: 'The driver does not agree: nothing is asked for until it is decided',
      params,
      body: DisputeRequest,
      status: 201,
      answer: Dispute,
      handle: ({ params: { id }, body: { reason }, actor }) => disputeBody(desk.dispute(id, reason, actor)),
    }),
    route({
      method: 'POST',
      path: '/bills/{id}/decision',
      access: cashiers,
      summary: 'Decides the dispute: the bill stands, or is reduced',
      params,
      body: DisputeDecision,
      answer: Bill,
      handle: ({ params: { id }, body, actor }) => billBody(ledger, desk.decide(id, body, actor), actor),
    }),
    route({
      method: 'POST',
      path: '/bills/{id}/refunds',
      access: cashiers,
      summary: 'Gives credit back, then what was paid; with Idempotency-Key never twice',
      params,
      body: RefundRequest,
      status: 201,
      answer: Page(Refund),
      handle: async ({ params: { id }, body, actor, headers }) => ({
        items: (await desk.refund(id, body, actor, headers['idempotency-key'])).map(refundBody),
        nextCursor: null,
      }),
    }),
    route({
      method: 'POST',
      path: '/bills/{id}/write-off',
      access: cashiers,
      summary: 'What is owed is no longer asked for',
      params,
      body: WriteOffRequest,
      answer: Bill,
      handle: ({ params: { id }, body: { why }, actor }) => billBody(ledger, desk.writeOff(id, why, actor), actor),
    }),
    route({
      method: 'POST',
      path: '/stays/{id}/payments',
      access: cashiers,
      summary: 'Takes money for a stay before its exit: what it costs so far unless an amount is named',
      params,
      body: PaymentRequest,
      status: 201,
      answer: Payment,
      handle: async ({ params: { id }, body, actor, headers }) => {
        const { order, link } = await desk.payStay(id, body, actor, headers['idempotency-key'])
        return paymentBody(order, link)
      },
    }),
    route({
      method: 'POST',
      path: '/stays/{id}/discounts',
      access: cashiers,
      summary: 'A discount of its tariff was shown for a stay; a bill that was made is made anew',
      params,
      body: ShownDiscount,
      answer: Stay,
      handle: ({ params: { id }, body: { discount }, actor }) =>
        stayBody(desk.showDiscount(id, discount, actor), actor),
    }),
  ]
}

/** Whoever reaches drivers fetches what they are to be told: a flow, a letter shop. */
function telling(core: Core, { notices }: BillRooms): Route[] {
  return [
    route({
      method: 'GET',
      path: '/bill-notices',
      access: ['manager', 'cashier', 'flows'],
      summary: 'What drivers are to be told about their bills, oldest first',
      query: Type.Object({ ...pageQuery, state: Type.Optional(OneOf('waiting', 'all')) }),
      answer: Page(BillNotice),
      handle: ({ query, actor }) => {
        const rows = notices.list(query.state !== 'all', rowsWanted(query), afterKey(query, 0)?.[0])
        return pageOf(
          rows,
          query,
          ({ seq }) => [seq],
          (notice) => noticeBody(notice, actor, true),
        )
      },
    }),
    route({
      method: 'POST',
      path: '/bill-notices/{id}/sent',
      access: ['manager', 'cashier', 'flows'],
      summary: 'A notice is on its way',
      params,
      answer: BillNotice,
      handle: ({ params: { id }, actor }) =>
        core.records.transaction(() => {
          const notice = notices.sent(id, core.clock.now())
          core.audit.record(actor, 'bill.notice', notice.bill, { notice: id, channel: notice.channel })
          return noticeBody(notice, actor, true)
        }),
    }),
  ]
}
