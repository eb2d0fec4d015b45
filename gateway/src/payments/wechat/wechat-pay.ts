import { type Clock, ConflictError, InputError, NotFoundError, WorldError } from '@clearway/contracts'
import { Type } from 'typebox'
import { chinaDayStart, chinaInstant, dayMs } from '../china-time.ts'
import type {
  NotificationRequest,
  OtherNotice,
  Outcome,
  PayLink,
  PaymentNotice,
  PaymentOrder,
  PaymentProvider,
  RefundOrder,
  SettlementLine,
} from '../payment-provider.ts'
import type { PaymentRequests } from '../payment-requests.ts'
import { blockedBecause, debitFields, entryFields, plateFields } from './parking-debit.ts'
import { type PlatformKeys, signatureFault, signatureLifeS } from './platform-signature.ts'
import { openResource } from './sealed-resource.ts'
import { SeenNonces } from './seen-nonces.ts'
import { parseTradeBill, unpackBill } from './trade-bill.ts'
import {
  asNotificationFault,
  Envelope,
  Refund,
  readAnswer,
  refundOutcome,
  Transaction,
  transactionOutcome,
} from './wechat-answers.ts'
import type { Answer, WechatLink } from './wechat-link.ts'

export interface WechatPayOptions {
  link: WechatLink
  requests: PaymentRequests
  clock: Clock
  merchantId: string
  appId: string
  /** 32 bytes. */
  apiV3Key: Buffer
  platformKeys: PlatformKeys
  /** Where notifications are sent to, https and without a query. */
  notifyUrl: string
  /** Whether the parking service (微信支付分停车服务) is contracted. */
  debit: boolean
}

/** A code to scan lives this long; the same order gives another one. */
const codeLifeMs = 2 * 3_600_000

/** When the bill of a day is there on the next, ms after its midnight. */
const billReadyMs = 10 * 3_600_000

/** Codes of orders that can no longer be paid under their number. */
const spent = new Set(['ORDERPAID', 'ORDER_PAID', 'ORDERCLOSED', 'ORDER_CLOSED', 'OUT_TRADE_NO_USED'])

const CodeUrl = Type.Object({ code_url: Type.String({ minLength: 1 }) })
const Entry = Type.Object({ id: Type.String(), state: Type.String(), block_reason: Type.Optional(Type.String()) })
const BillPlace = Type.Object({
  hash_type: Type.Literal('SHA1'),
  hash_value: Type.String(),
  download_url: Type.String({ pattern: '^https?://' }),
})

const refusal = ({ code, message }: Extract<Answer, { ok: false }>): Outcome => ({
  state: 'refused',
  reason: `${code}: ${message}`,
})

type Told = Omit<PaymentNotice, 'answer'> | Omit<OtherNotice, 'answer'>

/** WeChat Pay, API v3, as a merchant of its own: code to scan, parking debit, refunds, daily bill. */
export class WechatPay implements PaymentProvider {
  readonly name = 'wechat'
  readonly #options: WechatPayOptions
  readonly #nonces = new SeenNonces(2 * signatureLifeS)

  constructor(options: WechatPayOptions) {
    this.#options = options
  }

  async debit(order: PaymentOrder): Promise<Outcome> {
    const { link, requests, appId, notifyUrl, debit } = this.#options
    if (!debit) return { state: 'refused', reason: 'the parking service is not contracted: payments.wechat.debit' }
    if (!order.stay)
      return { state: 'refused', reason: 'the order does not tell its stay, which the parking service asks for' }
    const plate = plateFields(order.plate, order.stay)
    if (!plate)
      return { state: 'refused', reason: `the parking service knows no plate colour ${order.stay.plateColour}` }
    requests.noteOrder(this.name, 'debit', order)

    const entered = await link.post('/v3/vehicle/parking/parkings', {
      ...plate,
      ...entryFields(order.orderId, order.stay),
      notify_url: notifyUrl,
    })
    if (!entered.ok) return refusal(entered)
    const entry = readAnswer(Entry, entered.body, 'on an entry')
    if (entry.state !== 'NORMAL') return { state: 'refused', reason: blockedBecause(entry.block_reason) }

    const debited = await link.postOnce('/v3/vehicle/transactions/parking', {
      appid: appId,
      description: order.subject.slice(0, 40),
      attach: order.bill.slice(0, 120),
      out_trade_no: order.orderId,
      trade_scene: 'PARKING',
      notify_url: notifyUrl,
      amount: { total: order.amountFen, currency: 'CNY' },
      parking_info: { ...plate, ...debitFields(entry.id, order.stay) },
    })
    // The number is known: an earlier call arrived although its answer did not.
    if (!debited.ok) return spent.has(debited.code) ? this.query(order.orderId) : refusal(debited)
    return transactionOutcome(this.#own(readAnswer(Transaction, debited.body, 'on a debit')))
  }

  async payLink(order: PaymentOrder): Promise<PayLink> {
    const { link, requests, clock, appId, merchantId, notifyUrl } = this.#options
    requests.noteOrder(this.name, 'link', order)
    const answer = await link.post('/v3/pay/transactions/native', {
      appid: appId,
      mchid: merchantId,
      description: order.subject.slice(0, 40),
      attach: order.bill.slice(0, 120),
      out_trade_no: order.orderId,
      notify_url: notifyUrl,
      amount: { total: order.amountFen, currency: 'CNY' },
      ...(order.expiresMs === undefined ? {} : { time_expire: chinaInstant(order.expiresMs) }),
    })
    if (!answer.ok) throw this.#unpayable(order.orderId, answer)
    const { code_url: url } = readAnswer(CodeUrl, answer.body, 'on an order')
    return { url, expiresMs: Math.min(clock.now() + codeLifeMs, order.expiresMs ?? Number.POSITIVE_INFINITY) }
  }

  async query(orderId: string): Promise<Outcome> {
    const { link, requests, merchantId } = this.#options
    const asked = requests.find(this.name, orderId)
    const unknown = () => new NotFoundError('order-unknown', `WeChat Pay never heard of the order ${orderId}`)
    if (!asked) throw unknown()
    const path =
      asked.way === 'debit'
        ? `/v3/vehicle/transactions/out-trade-no/${orderId}`
        : `/v3/pay/transactions/out-trade-no/${orderId}?mchid=${merchantId}`
    const answer = await link.get(path)
    if (answer.ok) return transactionOutcome(this.#own(readAnswer(Transaction, answer.body, 'on a query')))
    if (answer.status === 404) throw unknown()
    throw new WorldError(
      'payment-refused',
      `WeChat Pay does not tell about ${orderId}: ${answer.code} ${answer.message}`,
    )
  }

  async refund(refund: RefundOrder): Promise<Outcome> {
    const { link, requests, notifyUrl } = this.#options
    requests.noteRefund(this.name, refund)
    const answer = await link.post('/v3/refund/domestic/refunds', {
      out_trade_no: refund.orderId,
      out_refund_no: refund.refundId,
      reason: refund.reason.slice(0, 24),
      notify_url: notifyUrl,
      amount: { refund: refund.amountFen, total: refund.orderFen, currency: 'CNY' },
    })
    return answer.ok ? refundOutcome(readAnswer(Refund, answer.body, 'on a refund')) : refusal(answer)
  }

  notification({ headers, rawBody }: NotificationRequest): PaymentNotice | OtherNotice {
    const { clock, platformKeys, apiV3Key } = this.#options
    const fault = signatureFault(headers, rawBody, platformKeys, clock.now())
    if (fault) throw refused(fault.field, fault.message)
    const nonce = headers['wechatpay-nonce'] as string
    if (!this.#nonces.spend(nonce, clock.now())) {
      throw refused('wechatpay-nonce', 'has been seen before: the notification is a copy')
    }
    try {
      const envelope = readAnswer(Envelope, parsed(rawBody), 'in a notification')
      const resource = openResource(envelope.resource, apiV3Key)
      return {
        ...this.#told(envelope.id, envelope.event_type, resource),
        answer: (taken) => this.#answer(taken, nonce),
      }
    } catch (error) {
      throw asNotificationFault(error)
    }
  }

  async settlement(day: string): Promise<SettlementLine[]> {
    const { link, clock } = this.#options
    const startMs = chinaDayStart(day)
    if (Number.isNaN(startMs)) throw refused('day', `"${day}" is no day; write it as 2026-11-23`)
    const query = new URLSearchParams({ bill_date: day, bill_type: 'ALL', tar_type: 'GZIP' })
    const answer = await link.get(`/v3/bill/tradebill?${query}`)
    if (!answer.ok) {
      // The same code says that nothing was traded and that the bill is still being made.
      if (answer.code === 'NO_STATEMENT_EXIST' && clock.now() >= startMs + dayMs + billReadyMs) return []
      throw new WorldError('settlement-not-ready', `WeChat Pay has no bill of ${day}: ${answer.code} ${answer.message}`)
    }
    const place = readAnswer(BillPlace, answer.body, 'on a bill')
    return parseTradeBill(unpackBill(await link.download(place.download_url), place.hash_value))
  }

  #told(noticeId: string, event: string, resource: unknown): Told {
    if (event.startsWith('TRANSACTION.')) {
      const transaction = this.#own(readAnswer(Transaction, resource, 'in a notification'))
      const outcome = transactionOutcome(transaction)
      return { noticeId, about: { kind: 'payment', orderId: transaction.out_trade_no, outcome } }
    }
    if (event.startsWith('REFUND.')) {
      const refund = this.#own(readAnswer(Refund, resource, 'in a notification'))
      const { out_trade_no: orderId, out_refund_no: refundId } = refund
      return { noticeId, about: { kind: 'refund', orderId, refundId, outcome: refundOutcome(refund) } }
    }
    return { noticeId, about: { kind: 'other', event: event.slice(0, 64) } }
  }

  /** What is not taken may come again as it is. @see https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter3_2_5.shtml */
  #answer(taken: boolean, nonce: string) {
    if (!taken) this.#nonces.forget(nonce)
    return {
      status: taken ? 204 : 500,
      mediaType: 'application/json',
      body: taken ? '' : JSON.stringify({ code: 'FAIL', message: 'not taken, tell it again' }),
    }
  }

  /** @throws WorldError `payment-answer` for what belongs to another merchant or app under the same keys */
  #own<T extends { mchid?: string; appid?: string }>(told: T): T {
    const { merchantId, appId } = this.#options
    if ((told.mchid ?? merchantId) !== merchantId) {
      throw new WorldError('payment-answer', `mchid is ${told.mchid}, not ours, ${merchantId}`)
    }
    if ((told.appid ?? appId) !== appId)
      throw new WorldError('payment-answer', `appid is ${told.appid}, not ours, ${appId}`)
    return told
  }

  #unpayable(orderId: string, { code, message }: Extract<Answer, { ok: false }>) {
    const text = `WeChat Pay takes no payment of ${orderId}: ${code} ${message}`
    return spent.has(code) ? new ConflictError('order-spent', text) : new WorldError('payment-refused', text)
  }
}

const refused = (field: string, message: string) =>
  new InputError('notification-refused', `${field} ${message}`, [{ field, message }])

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'))
  } catch {
    throw refused('(body)', 'is not JSON')
  }
}
