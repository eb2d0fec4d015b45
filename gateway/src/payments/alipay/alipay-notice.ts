import { InputError } from '@clearway/contracts'
import { fromChinaTime } from '../china-time.ts'
import type { Outcome, PaymentNotice } from '../payment-provider.ts'
import { fenOf } from '../yuan.ts'
import { tradeOutcome } from './trade-status.ts'

/** The fields of a notification, decoded. */
export type NoticeFields = Readonly<Record<string, string>>

export const refused = (field: string, message: string) =>
  new InputError('notification-refused', `${field} ${message}`, [{ field, message }])

/** @throws InputError when a field comes twice: a signature over one of them would let the other pass */
export function readFields(rawBody: Buffer): NoticeFields {
  const pairs = [...new URLSearchParams(rawBody.toString('utf8'))]
  const fields = Object.fromEntries(pairs)
  if (pairs.length !== Object.keys(fields).length) throw refused('(body)', 'names a field twice')
  return fields
}

/**
 * What a verified notification of a trade says.
 *
 * @param idOf our id behind a number
 * @param askedFen what a refund of ours was asked for
 * @throws InputError naming the field that cannot be used
 */
export function noticeAbout(
  fields: NoticeFields,
  idOf: (number: string) => string,
  askedFen: (refundId: string) => number | undefined,
): PaymentNotice['about'] {
  const { out_trade_no: number = '', trade_status: status = '', trade_no: tradeNo = '' } = fields
  if (number === '') throw refused('out_trade_no', 'is missing')
  const orderId = idOf(number)
  if (fields.gmt_refund !== undefined) {
    const refundId = idOf(fields.out_biz_no || number)
    return { kind: 'refund', orderId, refundId, outcome: refunded(fields, askedFen(refundId)) }
  }
  const outcome = tradeOutcome({ status, tradeNo, amount: fields.total_amount, paidAt: fields.gmt_payment })
  if (typeof outcome === 'string') throw refused(outcome.split(' ')[0] as string, outcome.replace(/^\S+ /, ''))
  return { kind: 'payment', orderId, outcome }
}

/** `refund_fee` sums all refunds of the trade up: what this one was is known from what was asked for. */
function refunded(fields: NoticeFields, askedFen: number | undefined): Outcome {
  const amountFen = askedFen ?? fenOf(fields.refund_fee ?? '')
  // With milliseconds, unlike every other time.
  const atMs = fromChinaTime((fields.gmt_refund ?? '').slice(0, 19))
  if (amountFen === undefined || amountFen <= 0)
    throw refused('refund_fee', `"${fields.refund_fee}" is no amount in yuan`)
  if (Number.isNaN(atMs)) throw refused('gmt_refund', `"${fields.gmt_refund}" is no time`)
  const transactionId = `${fields.trade_no}/${fields.out_biz_no || fields.out_trade_no}`
  return { state: 'paid', transactionId, amountFen, atMs }
}
