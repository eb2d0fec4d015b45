import { type Clock, ConflictError, InputError, NotFoundError, WorldError } from '@clearway/contracts'
import { chinaDayStart, chinaTime, dayMs, fromChinaTime } from '../china-time.ts'
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
import { fenOf, yuanOf } from '../yuan.ts'
import type { AlipayClient, AlipayLink, Answer } from './alipay-link.ts'
import { type NoticeFields, noticeAbout, readFields, refused } from './alipay-notice.ts'
import { parseTradeBill, unpackBill } from './trade-bill.ts'
import { type Trade, tradeOutcome } from './trade-status.ts'

export interface AlipayOptions {
  link: AlipayLink
  client: AlipayClient
  requests: PaymentRequests
  clock: Clock
  /** For the files of bills, which lie outside the gateway that the SDK speaks to. */
  fetch: typeof fetch
  timeoutS: number
  appId: string
  /** Alipay's id of the city, 2088…; notices about anybody else are refused. */
  sellerId: string
  /** Where notifications are sent to. */
  notifyUrl: string
  /** `qr`: 当面付, a code that the app scans or opens. `page`: 手机网站支付, a page for the browser. */
  payBy: 'qr' | 'page'
  /** Whether the parking debit (停车缴费代扣) is contracted. */
  debit: boolean
}

/** A code to scan lives this long; the same order gives another one. */
const codeLifeMs = 2 * 3_600_000

/** When the bill of a day is there on the next, ms after its midnight. */
const billReadyMs = 10 * 3_600_000

/** Codes of orders that can no longer be paid under their number. */
const spent = new Set(['ACQ.TRADE_HAS_SUCCESS', 'ACQ.TRADE_HAS_CLOSE', 'ACQ.TRADE_HAS_FINISHED'])

const refusal = ({ code, message }: Extract<Answer, { ok: false }>): Outcome => ({
  state: 'refused',
  reason: `${code}: ${message}`,
})

// Their numbers have no hyphen, ours no underscore: what one back office shows is found in the other.
const numberOf = (id: string) => id.replaceAll('-', '_')
const idOf = (number: string) => number.replaceAll('_', '-')

/** Alipay with RSA2: code or page to pay, parking debit, refunds, daily bill. */
export class AlipayPay implements PaymentProvider {
  readonly name = 'alipay'
  readonly #options: AlipayOptions

  constructor(options: AlipayOptions) {
    this.#options = options
  }

  async debit(order: PaymentOrder): Promise<Outcome> {
    const { link, requests, sellerId, notifyUrl, debit } = this.#options
    if (!debit) return { state: 'refused', reason: 'the parking debit is not contracted: payments.alipay.debit' }
    if (!order.stay)
      return { state: 'refused', reason: 'the order does not tell its stay, whose lot the debit asks for' }
    requests.noteOrder(this.name, 'debit', order)
    const content = {
      outTradeNo: numberOf(order.orderId),
      carNumber: order.plate,
      outParkingId: order.stay.lot,
      sellerId,
      subject: order.subject.slice(0, 120),
      totalFee: yuanOf(order.amountFen),
    }
    const answer = await link.askOnce('alipay.eco.mycar.parking.order.pay', content, { notifyUrl })
    // The number is known: an earlier call arrived although its answer did not.
    if (!answer.ok) return spent.has(answer.code) ? this.query(order.orderId) : refusal(answer)
    const { tradeNo, totalFee, gmtPayment } = answer.body as Record<string, string | undefined>
    if (gmtPayment === undefined) return { state: 'pending' }
    return outcomeOf({ status: 'TRADE_SUCCESS', tradeNo, amount: totalFee, paidAt: gmtPayment })
  }

  async payLink(order: PaymentOrder): Promise<PayLink> {
    const { link, requests, clock, sellerId, notifyUrl, payBy } = this.#options
    requests.noteOrder(this.name, 'link', order)
    const content = {
      outTradeNo: numberOf(order.orderId),
      totalAmount: yuanOf(order.amountFen),
      subject: order.subject.slice(0, 120),
      sellerId,
      ...(order.expiresMs === undefined ? {} : { timeExpire: chinaTime(order.expiresMs) }),
    }
    const expiresMs = Math.min(clock.now() + codeLifeMs, order.expiresMs ?? Number.POSITIVE_INFINITY)
    if (payBy === 'page') return { url: await this.#page(order.orderId, content), expiresMs }
    const code = { ...content, qrCodeTimeoutExpress: '120m' }
    const answer = await link.ask('alipay.trade.precreate', code, { notifyUrl })
    if (!answer.ok) throw unpayable(order.orderId, answer)
    const { qrCode } = answer.body as { qrCode?: string }
    if (!qrCode) throw new WorldError('payment-answer', `Alipay gave no code for ${order.orderId}`)
    return { url: qrCode, expiresMs }
  }

  async query(orderId: string): Promise<Outcome> {
    const { link, requests } = this.#options
    const asked = requests.find(this.name, orderId)
    const unknown = () => new NotFoundError('order-unknown', `Alipay never heard of the order ${orderId}`)
    if (!asked) throw unknown()
    const answer = await link.ask('alipay.trade.query', { outTradeNo: numberOf(orderId) })
    if (answer.ok) {
      const { tradeStatus = '', tradeNo, totalAmount, sendPayDate } = answer.body as Record<string, string | undefined>
      return outcomeOf({ status: tradeStatus, tradeNo, amount: totalAmount, paidAt: sendPayDate })
    }
    // A code makes no trade before somebody opens it.
    if (answer.code === 'ACQ.TRADE_NOT_EXIST' && asked.way === 'link') return { state: 'pending' }
    if (answer.code === 'ACQ.TRADE_NOT_EXIST') throw unknown()
    throw new WorldError('payment-refused', `Alipay does not tell about ${orderId}: ${answer.code} ${answer.message}`)
  }

  /**
   * Asked for, then looked up: `refund_fee` of the first answer sums all refunds of the trade up, and `fund_change` is N
   * when this one was made before.
   */
  async refund(refund: RefundOrder): Promise<Outcome> {
    const { link, requests } = this.#options
    requests.noteRefund(this.name, refund)
    const numbers = { outTradeNo: numberOf(refund.orderId), outRequestNo: numberOf(refund.refundId) }
    const asked = await link.ask('alipay.trade.refund', {
      ...numbers,
      refundAmount: yuanOf(refund.amountFen),
      refundReason: refund.reason.slice(0, 120),
    })
    if (!asked.ok) return refusal(asked)
    const queryOptions = ['gmt_refund_pay']
    const told = await link.ask('alipay.trade.fastpay.refund.query', { ...numbers, queryOptions })
    if (!told.ok) return refusal(told)
    const { refundStatus, refundAmount, gmtRefundPay, tradeNo } = told.body as Record<string, string | undefined>
    if (refundStatus !== 'REFUND_SUCCESS') return { state: 'pending' }
    const amountFen = fenOf(refundAmount ?? '')
    const atMs = fromChinaTime((gmtRefundPay ?? '').slice(0, 19))
    if (amountFen === undefined || Number.isNaN(atMs) || tradeNo === undefined) {
      throw new WorldError('payment-answer', `Alipay refunded ${refund.refundId}, but does not say how much and when`)
    }
    return { state: 'paid', transactionId: `${tradeNo}/${numbers.outRequestNo}`, amountFen, atMs }
  }

  notification({ rawBody }: NotificationRequest): PaymentNotice | OtherNotice {
    const fields = this.#verified(rawBody)
    const { notify_id: noticeId = '', notify_type: type = '' } = fields
    if (noticeId === '') throw refused('notify_id', 'is missing')
    if (type !== 'trade_status_sync') return { noticeId, about: { kind: 'other', event: type.slice(0, 64) }, answer }
    const askedFen = (refundId: string) => this.#options.requests.find(this.name, refundId)?.amountFen
    return { noticeId, about: noticeAbout(fields, idOf, askedFen), answer }
  }

  async settlement(day: string): Promise<SettlementLine[]> {
    const { link, clock } = this.#options
    const startMs = chinaDayStart(day)
    if (Number.isNaN(startMs)) {
      const message = `"${day}" is no day; write it as 2026-11-23`
      throw new InputError('day', `day ${message}`, [{ field: 'day', message }])
    }
    const asked = { billType: 'trade', billDate: day }
    const answer = await link.ask('alipay.data.dataservice.bill.downloadurl.query', asked)
    if (!answer.ok) {
      // The same code says that nothing was traded and that the bill is still being made.
      if (/bill_not_exist/i.test(answer.code) && clock.now() >= startMs + dayMs + billReadyMs) return []
      throw new WorldError('settlement-not-ready', `Alipay has no bill of ${day}: ${answer.code} ${answer.message}`)
    }
    const { billDownloadUrl = '' } = answer.body as { billDownloadUrl?: string }
    return alipayLines(await this.#download(billDownloadUrl))
  }

  /** The page is made without asking Alipay, so the order is looked up first. */
  async #page(orderId: string, content: object): Promise<string> {
    const { link, notifyUrl } = this.#options
    const { state } = await this.query(orderId)
    if (state !== 'pending') throw unpayable(orderId, { ok: false, code: 'ACQ.TRADE_HAS_CLOSE', message: state })
    return link.page('alipay.trade.wap.pay', { ...content, productCode: 'QUICK_WAP_WAY' }, { notifyUrl })
  }

  /** The fields of a notification that Alipay signed, for this app and this seller. */
  #verified(rawBody: Buffer): NoticeFields {
    const { client, appId, sellerId } = this.#options
    const fields = readFields(rawBody)
    if (!fields.sign) throw refused('sign', 'is missing: the message did not come from Alipay unchanged')
    // The SDK would follow the message to RSA, which is SHA-1.
    if (fields.sign_type !== 'RSA2') throw refused('sign_type', `is "${fields.sign_type ?? ''}" instead of RSA2`)
    if (!client.checkNotifySignV2(fields)) throw refused('sign', 'does not fit the message')
    if (fields.app_id !== appId) throw refused('app_id', `is "${fields.app_id ?? ''}", not ours, ${appId}`)
    if (fields.seller_id !== sellerId)
      throw refused('seller_id', `is "${fields.seller_id ?? ''}", not ours, ${sellerId}`)
    return fields
  }

  async #download(url: string): Promise<Buffer> {
    const { fetch, timeoutS } = this.#options
    try {
      const file = await fetch(url, { signal: AbortSignal.timeout(timeoutS * 1000) })
      if (file.ok) return Buffer.from(await file.arrayBuffer())
      throw new Error(`HTTP ${file.status}`)
    } catch (cause) {
      throw new WorldError(
        'payment-link',
        `the bill of Alipay cannot be downloaded: ${(cause as Error).message}`,
        cause,
      )
    }
  }
}

/** Lines of an archive as Alipay gives it out, by our ids. @throws WorldError `settlement-malformed` */
export const alipayLines = (archive: Buffer): SettlementLine[] => alipayTextLines(unpackBill(archive))

/** The same of the one file in it. @throws WorldError as `alipayLines` */
export const alipayTextLines = (text: string): SettlementLine[] =>
  parseTradeBill(text).map((line) => ({
    ...line,
    orderId: idOf(line.orderId),
    ...(line.refundId === undefined ? {} : { refundId: idOf(line.refundId) }),
  }))

function outcomeOf(trade: Trade): Outcome {
  const outcome = tradeOutcome(trade)
  if (typeof outcome === 'string') throw new WorldError('payment-answer', `Alipay's answer cannot be used: ${outcome}`)
  return outcome
}

function unpayable(orderId: string, { code, message }: Extract<Answer, { ok: false }>) {
  const text = `Alipay takes no payment of ${orderId}: ${code} ${message}`
  return spent.has(code) ? new ConflictError('order-spent', text) : new WorldError('payment-refused', text)
}

/** Anything but the seven letters makes Alipay tell it again, for a day. */
const answer = (taken: boolean) => ({
  status: taken ? 200 : 500,
  mediaType: 'text/plain; charset=utf-8',
  body: taken ? 'success' : 'fail',
})
