import {
  Agreement,
  Bill,
  InputError,
  Name,
  NotFoundError,
  NoticeAssignment,
  OneOf,
  Page,
  pageQuery,
  Refund,
  toTimestamp,
  UnmatchedNotice,
  WriteOffRequest,
} from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../../core.ts'
import { afterKey, pageOf, rowsWanted } from '../../http/paging.ts'
import { type Route, route } from '../../http/route.ts'
import { SandboxMood, type SandboxProvider } from '../../payments/sandbox-provider.ts'
import type { BillDesk } from '../bills/bill-desk.ts'
import { billBody, refundBody, unmatchedBody } from '../bills/bill-view.ts'
import type { LotLedger } from '../lot-ledger.ts'
import { isPlate, normalisePlate } from '../stays/plate.ts'
import type { Agreements } from './agreements.ts'
import { cash, type PaymentDesk } from './payment-desk.ts'

const cashiers = ['manager', 'cashier'] as const
const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) })
const Nothing = Type.Null()

interface PaymentRooms {
  ledger: LotLedger
  payments: PaymentDesk
  agreements: Agreements
  desk: BillDesk
}

export function paymentRoutes(core: Core, rooms: PaymentRooms): Route[] {
  return [...unmatchedRoutes(rooms), ...agreementRoutes(core, rooms)]
}

function unmatchedRoutes({ ledger, payments, desk }: PaymentRooms): Route[] {
  const { unmatched } = payments.till
  return [
    route({
      method: 'GET',
      path: '/payment-notices',
      access: ['manager', 'cashier', 'auditor'],
      summary: 'What providers told that fits nothing, newest first, with the field that does not fit',
      query: Type.Object({ ...pageQuery, state: Type.Optional(OneOf('open', 'assigned', 'refunded', 'closed')) }),
      answer: Page(UnmatchedNotice),
      handle: ({ query }) =>
        pageOf(
          unmatched.list(query.state, rowsWanted(query), afterKey(query, '')?.[0]),
          query,
          ({ id }) => [id],
          unmatchedBody,
        ),
    }),
    route({
      method: 'POST',
      path: '/payment-notices/{id}/assign',
      access: cashiers,
      summary: 'Its money was for this bill',
      params,
      body: NoticeAssignment,
      answer: Bill,
      handle: ({ params: { id }, body: { bill, why }, actor }) =>
        billBody(ledger, desk.assign(id, bill, why, actor), actor),
    }),
    route({
      method: 'POST',
      path: '/payment-notices/{id}/refund',
      access: cashiers,
      summary: 'Its money goes back where it came from',
      params,
      body: WriteOffRequest,
      answer: Refund,
      handle: async ({ params: { id }, body: { why }, actor }) => refundBody(await desk.refundNotice(id, why, actor)),
    }),
    route({
      method: 'POST',
      path: '/payment-notices/{id}/close',
      access: cashiers,
      summary: 'A notice without money needs nothing more',
      params,
      body: WriteOffRequest,
      answer: UnmatchedNotice,
      handle: ({ params: { id }, body: { why }, actor }) => {
        desk.closeNotice(id, why, actor)
        return unmatchedBody(unmatched.require(id))
      },
    }),
  ]
}

function agreementRoutes(core: Core, { payments, agreements }: PaymentRooms): Route[] {
  const plateOf = (given: string): string => {
    const plate = normalisePlate(given)
    if (isPlate(plate)) return plate
    const message = `${given} has the shape of no plate (GA 36-2018)`
    throw new InputError('plate', `plate ${message}`, [{ field: 'plate', message }])
  }
  return [
    route({
      method: 'GET',
      path: '/payment-providers',
      access: cashiers,
      summary: 'Who can take money here',
      answer: Type.Object({ items: Type.Array(Name) }),
      handle: () => ({ items: payments.names() }),
    }),
    route({
      method: 'PUT',
      path: '/agreements',
      access: cashiers,
      summary: 'The driver of a plate lets a provider debit its bills',
      body: Agreement,
      answer: Agreement,
      handle: ({ body, actor }) => {
        const plate = plateOf(body.plate)
        payments.require(body.provider)
        if (body.provider === cash) {
          const message = 'cash cannot be debited; name another provider'
          throw new InputError('provider', `provider ${message}`, [{ field: 'provider', message }])
        }
        core.records.transaction(() => {
          agreements.put(plate, body.provider, core.clock.now())
          core.audit.record(actor, 'agreement.put', body.provider)
        })
        return { plate, provider: body.provider }
      },
    }),
    route({
      method: 'GET',
      path: '/agreements/{id}',
      access: cashiers,
      summary: 'By which provider the bills of a plate are debited',
      params,
      answer: Agreement,
      handle: ({ params: { id } }) => {
        const plate = normalisePlate(id)
        const provider = agreements.providerOf(plate)
        if (provider === undefined) throw new NotFoundError('agreement-unknown', 'this plate has no agreement')
        return { plate, provider }
      },
    }),
    route({
      method: 'DELETE',
      path: '/agreements/{id}',
      access: cashiers,
      summary: 'The bills of a plate are no longer debited',
      params,
      status: 204,
      answer: Nothing,
      handle: ({ params: { id }, actor }) =>
        core.records.transaction(() => {
          const provider = agreements.providerOf(normalisePlate(id))
          if (provider === undefined) throw new NotFoundError('agreement-unknown', 'this plate has no agreement')
          agreements.remove(normalisePlate(id))
          core.audit.record(actor, 'agreement.remove', provider)
          return null
        }),
    }),
  ]
}

const PayPage = Type.Object({
  amountFen: Type.Integer(),
  subject: Type.String(),
  paidAt: Type.Union([Type.String(), Type.Null()]),
})

/**
 * The page on which a driver pays in the sandbox, and what it can be told.
 *
 * @param paid hands on what the sandbox has to tell
 */
export function sandboxRoutes(core: Core, sandbox: SandboxProvider, paid: () => void, payments: PaymentDesk): Route[] {
  const token = Type.Object({ token: Type.String({ minLength: 1, maxLength: 80 }) })
  const page = (given: string) => {
    const { amountFen, subject, paidMs } = sandbox.orderOf(given)
    return { amountFen, subject, paidAt: paidMs === null ? null : toTimestamp(paidMs) }
  }
  return [
    route({
      method: 'GET',
      path: '/pay/{token}',
      access: 'public',
      summary: 'The bill behind a pay link of the sandbox',
      params: token,
      answer: PayPage,
      handle: ({ params }) => page(params.token),
    }),
    route({
      method: 'POST',
      path: '/pay/{token}',
      access: 'public',
      summary: 'The driver pays in the sandbox; no real money moves',
      params: token,
      answer: PayPage,
      handle: ({ params }) => {
        sandbox.payByDriver(params.token)
        paid()
        return page(params.token)
      },
    }),
    route({
      method: 'GET',
      path: '/payment-sandbox',
      access: cashiers,
      summary: 'What the sandbox refuses',
      answer: SandboxMood,
      handle: () => sandbox.mood,
    }),
    route({
      method: 'PUT',
      path: '/payment-sandbox',
      access: ['manager'],
      summary: 'Tells the sandbox to refuse debits, everything, or nothing',
      body: SandboxMood,
      answer: SandboxMood,
      handle: ({ body, actor }) =>
        core.records.transaction(() => {
          sandbox.mood = body
          core.audit.record(actor, 'sandbox.mood', body.refuse)
          return sandbox.mood
        }),
    }),
    route({
      method: 'POST',
      path: '/payment-sandbox/notices',
      access: ['manager'],
      summary: 'Lets the sandbox tell of a payment, also of one that fits nothing',
      body: Type.Object({
        order: Type.String({ minLength: 1, maxLength: 64 }),
        transaction: Type.String({ minLength: 1, maxLength: 64 }),
        amountFen: Type.Integer({ minimum: 1, maximum: 100_000_000 }),
      }),
      answer: Type.Object({ taken: OneOf('paid', 'pending', 'refused', 'again', 'queued') }),
      handle: ({ body: { order, transaction, amountFen } }) => ({
        taken: payments.take(sandbox.name, sandbox.receive({ orderId: order, transactionId: transaction, amountFen })),
      }),
    }),
  ]
}
