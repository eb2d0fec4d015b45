import { fromChinaTime } from '../china-time.ts'
import type { Outcome } from '../payment-provider.ts'
import { fenOf } from '../yuan.ts'

/** What Alipay tells of a trade, in answers and notifications alike. */
export interface Trade {
  status: string
  tradeNo: string | undefined
  /** Yuan. */
  amount: string | undefined
  /** `YYYY-MM-DD HH:mm:ss` of China; absent while it is unpaid. */
  paidAt: string | undefined
}

/**
 * How a trade stands; a text names what of it cannot be read, field first. `TRADE_CLOSED` is both a trade that was never
 * paid and one that was given back in full: the time of payment tells them apart.
 *
 * @see https://docs.open.alipay.com/204/105301/ (states of a trade)
 */
export function tradeOutcome({ status, tradeNo, amount, paidAt }: Trade): Outcome | string {
  if (status === 'WAIT_BUYER_PAY') return { state: 'pending' }
  if (status === 'TRADE_CLOSED' && paidAt === undefined) return { state: 'refused', reason: 'TRADE_CLOSED: never paid' }
  if (!['TRADE_SUCCESS', 'TRADE_FINISHED', 'TRADE_CLOSED'].includes(status)) return `trade_status is "${status}"`
  const amountFen = fenOf(amount ?? '')
  const atMs = fromChinaTime(paidAt ?? '')
  if (tradeNo === undefined || tradeNo === '') return 'trade_no is missing'
  if (amountFen === undefined || amountFen <= 0) return `total_amount "${amount}" is no amount in yuan`
  if (Number.isNaN(atMs)) return `gmt_payment "${paidAt}" is no time`
  return { state: 'paid', transactionId: tradeNo, amountFen, atMs }
}
