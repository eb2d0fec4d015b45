import { compile, InputError, WorldError } from '@clearway/contracts'
import { type TSchema, Type } from 'typebox'
import type { Outcome } from '../payment-provider.ts'
import { SealedResource } from './sealed-resource.ts'

/** What of WeChat Pay's answers and notifications is read; they hold more. */
const Text = Type.String()
const Fen = Type.Integer({ minimum: 0 })

/** An order, be it of the cashier or of the parking service: their states are told apart by name. */
export const Transaction = Type.Object({
  appid: Text,
  mchid: Type.Optional(Text),
  out_trade_no: Text,
  transaction_id: Type.Optional(Text),
  trade_state: Text,
  trade_state_desc: Type.Optional(Text),
  trade_state_description: Type.Optional(Text),
  success_time: Type.Optional(Text),
  amount: Type.Optional(Type.Object({ total: Fen, currency: Type.Optional(Text) })),
})
export type Transaction = Type.Static<typeof Transaction>

export const Refund = Type.Object({
  refund_id: Text,
  out_refund_no: Text,
  out_trade_no: Text,
  /** In answers; notifications call it `refund_status`. */
  status: Type.Optional(Text),
  refund_status: Type.Optional(Text),
  success_time: Type.Optional(Text),
  mchid: Type.Optional(Text),
  amount: Type.Object({ refund: Fen, total: Fen }),
})
export type Refund = Type.Static<typeof Refund>

export const Envelope = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  event_type: Text,
  resource_type: Text,
  resource: Type.Intersect([SealedResource, Type.Object({ original_type: Type.Optional(Text) })]),
})

const checks = new Map<TSchema, ReturnType<typeof compile>>()

/** @throws WorldError `payment-answer` when the service's answer is not what its documents say */
export function readAnswer<S extends TSchema>(schema: S, body: unknown, what: string): Type.Static<S> {
  let check = checks.get(schema)
  if (!check) {
    check = compile(schema)
    checks.set(schema, check)
  }
  const [fault] = check.faults(body)
  if (fault) throw new WorldError('payment-answer', `WeChat Pay ${what}: ${fault.field} ${fault.message}`)
  return body as Type.Static<S>
}

const instant = (text: string | undefined): number => Date.parse(text ?? '')

/** How an order stands. @throws WorldError `payment-answer` when it is paid without saying what and when */
export function transactionOutcome(transaction: Transaction): Outcome {
  const { trade_state: state, transaction_id: transactionId, amount } = transaction
  switch (state) {
    // `REFUND`: it was paid, and something of it went back since.
    case 'SUCCESS':
    case 'REFUND': {
      const atMs = instant(transaction.success_time)
      if (transactionId === undefined || amount === undefined || Number.isNaN(atMs)) {
        const message = `WeChat Pay says that ${transaction.out_trade_no} is paid, but not what, how much and when`
        throw new WorldError('payment-answer', message)
      }
      if ((amount.currency ?? 'CNY') !== 'CNY') {
        throw new WorldError('payment-answer', `${transaction.out_trade_no} was paid in ${amount.currency}, not in CNY`)
      }
      return { state: 'paid', transactionId, amountFen: amount.total, atMs }
    }
    // `ACCEPT`, `ACCEPTED`: a debit that is under way.
    case 'NOTPAY':
    case 'USERPAYING':
    case 'ACCEPT':
    case 'ACCEPTED':
      return { state: 'pending' }
    default: {
      const why = transaction.trade_state_desc ?? transaction.trade_state_description ?? ''
      return { state: 'refused', reason: `${state} ${why}`.trim() }
    }
  }
}

/** How a refund stands. @throws WorldError as `transactionOutcome` */
export function refundOutcome(refund: Refund): Outcome {
  const state = refund.refund_status ?? refund.status ?? ''
  if (state === 'PROCESSING') return { state: 'pending' }
  if (state !== 'SUCCESS') return { state: 'refused', reason: state || 'no status' }
  const atMs = instant(refund.success_time)
  if (Number.isNaN(atMs)) {
    throw new WorldError('payment-answer', `WeChat Pay says that ${refund.out_refund_no} is refunded, but not when`)
  }
  return { state: 'paid', transactionId: refund.refund_id, amountFen: refund.amount.refund, atMs }
}

/** The same fault as one of a notification: refused, so that it comes again. */
export function asNotificationFault(error: unknown): unknown {
  if (!(error instanceof WorldError)) return error
  return new InputError('notification-content', error.message, [{ field: 'resource', message: error.message }])
}
