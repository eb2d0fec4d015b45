import { createCipheriv, createHash, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { chinaDay, chinaInstant, chinaTime } from '../../src/payments/china-time.ts'
import { yuanOf } from '../../src/payments/yuan.ts'
import { type Answered, type Asked, LoopbackServer } from './loopback-server.ts'
import { type RsaPair, rsaPair } from './rsa-pair.ts'

export interface WechatMerchant {
  id: string
  appId: string
  serial: string
  publicKey: KeyObject
  apiV3Key: Buffer
}

interface Order {
  number: string
  amountFen: number
  way: 'native' | 'parking'
  state: string
  notifyUrl: string
  attach: string
  transactionId?: string
  paidMs?: number
}

interface Refund {
  number: string
  order: Order
  refundId: string
  amountFen: number
  atMs: number
  notifyUrl: string
}

/** A notification that waits to be delivered, or was. */
export interface Notice {
  url: string
  event: string
  id: string
  resource: object
}

/** What the next answer suffers on its way. */
export type Mishap =
  | 'tampered'
  | 'unsigned'
  | 'foreign-serial'
  | 'foreign-key'
  | 'stale'
  | 'lost'
  | 'late'
  | 'error-500'

class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const freshS = 300
/** Of each payment; given back with a refund. */
const feeShare = 0.006

/**
 * WeChat Pay's API v3 as far as parking needs it: it checks what the real one checks, signs what the real one signs, and
 * keeps orders, refunds and bills of a day in memory.
 */
export class WechatServer {
  readonly platformSerial = 'PUB_KEY_ID_0000000000000024101100397200000006'
  readonly platform: RsaPair = rsaPair()
  readonly orders = new Map<string, Order>()
  readonly refunds = new Map<string, Refund>()
  readonly notices: Notice[] = []
  /** Calls that were let in, oldest first. */
  readonly calls: string[] = []
  /** Plates that nobody signed the parking service for. */
  readonly unsigned = new Set<string>()
  mishaps: (Mishap | undefined)[] = []
  /** Whether files that are downloaded are other ones than were announced. */
  spoilsFiles = false
  /** How long a late answer takes, ms. */
  lateMs = 400
  readonly #http = new LoopbackServer((asked) => this.#serve(asked))
  readonly #now: () => number
  readonly #merchant: WechatMerchant
  readonly #nonces = new Set<string>()
  readonly #entries = new Map<string, string>()
  readonly #files = new Map<string, Buffer>()
  #counter = 0

  constructor(now: () => number, merchant: WechatMerchant) {
    this.#now = now
    this.#merchant = merchant
  }

  get url(): string {
    return this.#http.url
  }

  start = () => this.#http.start()
  stop = () => this.#http.stop()

  /** The driver scans a code and pays. */
  scan(codeUrl: string): Order {
    const order = [...this.orders.values()].find(({ number }) => codeUrl.endsWith(number))
    if (!order) throw new Error(`no order has the code ${codeUrl}`)
    return this.#take(order)
  }

  /** A debit that was accepted goes through, or fails. */
  settleDebit(number: string, succeeds = true): void {
    const order = this.orders.get(number) as Order
    if (succeeds) this.#take(order)
    else {
      order.state = 'PAY_FAIL'
      this.#tell(order.notifyUrl, 'TRANSACTION.FAIL', this.#view(order))
    }
  }

  /** Sends a notification, signed anew each time as the real one does. */
  async deliver(
    notice: Notice,
    change: (headers: Record<string, string>, body: string) => string = (_h, body) => body,
  ) {
    const { headers, body } = this.sealed(notice)
    const sent = change(headers, body)
    return fetch(notice.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: sent,
    })
  }

  /** The message of a notification as it goes on the wire. */
  sealed(notice: Notice, key: Buffer = this.#merchant.apiV3Key): { headers: Record<string, string>; body: string } {
    const nonce = randomBytes(6).toString('hex')
    const sealing = createCipheriv('aes-256-gcm', key, nonce)
    sealing.setAAD(Buffer.from('transaction'))
    const open = Buffer.from(JSON.stringify(notice.resource))
    const ciphertext = Buffer.concat([sealing.update(open), sealing.final(), sealing.getAuthTag()]).toString('base64')
    const body = JSON.stringify({
      id: notice.id,
      create_time: chinaInstant(this.#now()),
      resource_type: 'encrypt-resource',
      event_type: notice.event,
      summary: '支付成功',
      resource: {
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext,
        associated_data: 'transaction',
        nonce,
        original_type: 'transaction',
      },
    })
    return { headers: this.signed(body), body }
  }

  /** Headers of a message of the platform. */
  signed(body: string, by: KeyObject = this.platform.privateKey, serial = this.platformSerial, offS = 0) {
    const timestamp = String(Math.floor(this.#now() / 1000) + offS)
    const nonce = randomBytes(16).toString('hex')
    return {
      'wechatpay-serial': serial,
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-signature': sign('sha256', Buffer.from(`${timestamp}\n${nonce}\n${body}\n`), by).toString('base64'),
    }
  }

  /** The bill of a day, as it is downloaded before it is packed. */
  bill(day: string): string {
    const head =
      '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
    const row = (order: Order, atMs: number, refund?: Refund) => {
      const amount = refund?.amountFen ?? order.amountFen
      const fee = `${refund ? '-' : ''}${yuanOf(Math.round(amount * feeShare))}000`
      const back = refund
        ? [refund.refundId, refund.number, yuanOf(amount), '0.00', 'ORIGINAL', 'SUCCESS']
        : ['0', '0', '0.00', '0.00', '', '']
      const paid = refund ? '0.00' : yuanOf(amount)
      const cells = [
        ...[
          chinaTime(atMs),
          this.#merchant.appId,
          this.#merchant.id,
          '0',
          '',
          order.transactionId,
          order.number,
          'openid',
        ],
        ...[
          order.way === 'native' ? 'NATIVE' : 'PARKING',
          refund ? 'REFUND' : 'SUCCESS',
          'OTHERS',
          'CNY',
          paid,
          '0.00',
        ],
        ...[...back, '停车费', order.attach, fee, '0.60%', paid, refund ? yuanOf(amount) : '0.00', ''],
      ]
      return cells.map((cell) => `\`${cell}`).join(',')
    }
    const paid = [...this.orders.values()].filter(({ paidMs }) => paidMs !== undefined && chinaDay(paidMs) === day)
    const returned = [...this.refunds.values()].filter(({ atMs }) => chinaDay(atMs) === day)
    const rows = [
      ...paid.map((order) => row(order, order.paidMs as number)),
      ...returned.map((refund) => row(refund.order, refund.atMs, refund)),
    ]
    const sum = (all: readonly { amountFen: number }[]) =>
      yuanOf(all.reduce((total, { amountFen }) => total + amountFen, 0))
    const sums = [rows.length, sum(paid), sum(returned), '0.00', '0.00000', sum(paid), sum(returned)]
    const foot = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'
    return `\uFEFF${[head, ...rows, foot, sums.map((cell) => `\`${cell}`).join(',')].join('\r\n')}\r\n`
  }

  async #serve(asked: Asked): Promise<Answered | undefined> {
    const mishap = this.mishaps.shift()
    try {
      if (mishap === 'error-500') throw new Refusal(500, 'SYSTEM_ERROR', '系统错误')
      this.#admit(asked)
      const file = this.#files.get(asked.path)
      if (file) return { status: 200, headers: { 'content-type': 'application/x-gzip' }, body: file }
      const body = asked.body.length === 0 ? {} : JSON.parse(asked.body.toString())
      const { pathname, searchParams } = new URL(asked.path, 'http://wechat')
      this.calls.push(`${asked.method} ${pathname}`)
      const answer = JSON.stringify(this.#answer(asked.method, pathname, searchParams, body))
      return await this.#suffer(mishap, 200, answer)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const answer = JSON.stringify({ code: error.code, message: error.message })
      // As the real one: a request that it does not accept as signed gets no signature back.
      return this.#suffer(error.status === 401 ? 'unsigned' : mishap, error.status, answer)
    }
  }

  async #suffer(mishap: Mishap | undefined, status: number, body: string): Promise<Answered | undefined> {
    if (mishap === 'lost') return undefined
    if (mishap === 'late') await new Promise((resolve) => setTimeout(resolve, this.lateMs))
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      ...(mishap === 'unsigned'
        ? {}
        : this.signed(
            body,
            mishap === 'foreign-key' ? rsaPair().privateKey : undefined,
            mishap === 'foreign-serial' ? 'PUB_KEY_ID_9' : undefined,
            mishap === 'stale' ? -301 : 0,
          )),
    }
    const sent = mishap === 'tampered' ? body.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10)) : body
    return { status, headers, body: Buffer.from(sent) }
  }

  /** The signature of a request, checked to the letter. */
  #admit({ method, path, headers, body }: Asked): void {
    const deny = (why: string): never => {
      throw new Refusal(401, 'SIGN_ERROR', why)
    }
    const [scheme, rest = ''] = (headers.authorization ?? '').split(/ (.*)/)
    if (scheme !== 'WECHATPAY2-SHA256-RSA2048') deny('认证类型不正确')
    const fields = Object.fromEntries([...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
    const { mchid, nonce_str: nonce = '', timestamp = '', serial_no: serial, signature = '' } = fields
    if (mchid !== this.#merchant.id) deny('商户号不存在')
    if (serial !== this.#merchant.serial) deny('商户证书序列号有误')
    if (!/^\d{10}$/.test(timestamp) || Math.abs(this.#now() / 1000 - Number(timestamp)) > freshS) deny('时间戳已过期')
    if (!/^[0-9A-Za-z]{1,32}$/.test(nonce) || this.#nonces.has(nonce)) deny('随机串重复')
    const message = Buffer.from(`${method}\n${path}\n${timestamp}\n${nonce}\n${body.toString()}\n`)
    if (!verify('sha256', message, this.#merchant.publicKey, Buffer.from(signature, 'base64'))) deny('签名错误')
    this.#nonces.add(nonce)
    if (headers['wechatpay-serial'] !== this.platformSerial) throw new Refusal(400, 'PARAM_ERROR', '公钥ID有误')
  }

  #answer(method: string, path: string, query: URLSearchParams, body: Record<string, never>): object {
    const [, orderNumber] = /out-trade-no\/([^/]+)$/.exec(path) ?? []
    if (method === 'POST' && path === '/v3/pay/transactions/native') return this.#native(body)
    if (method === 'POST' && path === '/v3/vehicle/parking/parkings') return this.#entry(body)
    if (method === 'POST' && path === '/v3/vehicle/transactions/parking') return this.#parking(body)
    if (method === 'POST' && path === '/v3/refund/domestic/refunds') return this.#refund(body)
    if (method === 'GET' && path === '/v3/bill/tradebill') return this.#place(query)
    if (method === 'GET' && orderNumber !== undefined) {
      const way = path.startsWith('/v3/vehicle') ? 'parking' : 'native'
      if (way === 'native' && query.get('mchid') !== this.#merchant.id) throw new Refusal(400, 'PARAM_ERROR', 'mchid')
      const order = this.orders.get(orderNumber)
      if (order?.way !== way) throw new Refusal(404, 'ORDER_NOT_EXIST', '订单不存在')
      return this.#view(order)
    }
    throw new Refusal(404, 'RESOURCE_NOT_EXISTS', `${method} ${path}`)
  }

  #order(way: Order['way'], body: Record<string, never>): Order {
    const {
      appid,
      out_trade_no: number,
      amount,
      notify_url: notifyUrl,
      description,
      attach,
    } = body as never as {
      appid: string
      out_trade_no: string
      amount: { total: number; currency: string }
      notify_url: string
      description: string
      attach: string
    }
    if (appid !== this.#merchant.appId) throw new Refusal(400, 'APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配')
    if (!/^[0-9A-Za-z_\-|*]{6,32}$/.test(number)) throw new Refusal(400, 'PARAM_ERROR', 'out_trade_no')
    if (!Number.isInteger(amount?.total) || amount.total < 1) throw new Refusal(400, 'PARAM_ERROR', 'amount.total')
    if (!description || Buffer.byteLength(description) > 127) throw new Refusal(400, 'PARAM_ERROR', 'description')
    if (!notifyUrl || notifyUrl.includes('?')) throw new Refusal(400, 'PARAM_ERROR', 'notify_url')
    const before = this.orders.get(number)
    if (before && (before.amountFen !== amount.total || before.way !== way || way === 'parking')) {
      throw new Refusal(403, 'OUT_TRADE_NO_USED', '商户订单号重复')
    }
    if (before?.state === 'SUCCESS') throw new Refusal(400, 'ORDERPAID', '该订单已支付')
    const order = before ?? { number, amountFen: amount.total, way, state: 'NOTPAY', notifyUrl, attach }
    this.orders.set(number, order)
    return order
  }

  #native(body: Record<string, never>): object {
    if (body.mchid !== this.#merchant.id) throw new Refusal(400, 'PARAM_ERROR', 'mchid')
    return { code_url: `weixin://wxpay/bizpayurl?pr=${this.#order('native', body).number}` }
  }

  #entry(body: Record<string, never>): object {
    const {
      plate_number: plate,
      plate_color: colour,
      out_parking_no: number,
      start_time: start,
    } = body as never as Record<string, string>
    if (
      !['BLUE', 'GREEN', 'YELLOW', 'BLACK', 'WHITE', 'LIMEGREEN'].includes(colour as string) ||
      !start?.endsWith('+08:00')
    ) {
      throw new Refusal(400, 'PARAM_ERROR', 'plate_color, start_time')
    }
    const id = this.#entries.get(number as string) ?? `parking-${++this.#counter}`
    this.#entries.set(number as string, id)
    const blocked = this.unsigned.has(plate as string)
    return { ...body, id, state: blocked ? 'BLOCKED' : 'NORMAL', ...(blocked && { block_reason: 'OUT_SERVICE' }) }
  }

  #parking(body: Record<string, never>): object {
    const { trade_scene: scene, parking_info: info } = body as never as {
      trade_scene: string
      parking_info: Record<string, unknown>
    }
    const needed = [
      'parking_id',
      'plate_number',
      'plate_color',
      'start_time',
      'end_time',
      'parking_name',
      'charging_duration',
      'device_id',
    ]
    const missing = needed.filter((name) => info?.[name] === undefined)
    if (scene !== 'PARKING' || missing.length > 0) throw new Refusal(400, 'PARAM_ERROR', missing.join())
    if (![...this.#entries.values()].includes(info.parking_id as string))
      throw new Refusal(400, 'PARAM_ERROR', 'parking_id')
    const order = this.#order('parking', body)
    order.state = 'ACCEPTED'
    return this.#view(order)
  }

  #refund(body: Record<string, never>): object {
    const {
      out_trade_no: orderNumber,
      out_refund_no: number,
      amount,
      notify_url: notifyUrl,
    } = body as never as {
      out_trade_no: string
      out_refund_no: string
      amount: { refund: number; total: number }
      notify_url: string
    }
    const order = this.orders.get(orderNumber)
    if (order?.transactionId === undefined) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在')
    if (amount.total !== order.amountFen)
      throw new Refusal(400, 'INVALID_REQUEST', '订单金额或退款金额与之前请求不一致')
    const before = this.refunds.get(number)
    if (!before) {
      const given = [...this.refunds.values()].reduce((sum, one) => sum + (one.order === order ? one.amountFen : 0), 0)
      if (given + amount.refund > order.amountFen) throw new Refusal(403, 'NOT_ENOUGH', '退款金额大于支付金额')
      const refundId = `5030000${++this.#counter}`
      this.refunds.set(number, { number, order, refundId, amountFen: amount.refund, atMs: this.#now(), notifyUrl })
      order.state = 'REFUND'
    } else if (before.amountFen !== amount.refund) throw new Refusal(400, 'INVALID_REQUEST', '退款金额与之前请求不一致')
    const refund = this.refunds.get(number) as Refund
    const view = this.#refundView(refund)
    if (!before) {
      const { status, ...rest } = view
      this.#tell(notifyUrl, 'REFUND.SUCCESS', { ...rest, mchid: this.#merchant.id, refund_status: status })
    }
    return view
  }

  #refundView({ number, order, refundId, amountFen, atMs }: Refund) {
    return {
      refund_id: refundId,
      out_refund_no: number,
      transaction_id: order.transactionId,
      out_trade_no: order.number,
      status: 'SUCCESS',
      success_time: chinaInstant(atMs),
      amount: {
        total: order.amountFen,
        refund: amountFen,
        payer_total: order.amountFen,
        payer_refund: amountFen,
        currency: 'CNY',
      },
    }
  }

  #place(query: URLSearchParams): object {
    const day = query.get('bill_date') as string
    if (query.get('tar_type') !== 'GZIP' || query.get('bill_type') !== 'ALL')
      throw new Refusal(400, 'PARAM_ERROR', 'tar_type')
    if (day >= chinaDay(this.#now())) throw new Refusal(400, 'INVALID_REQUEST', '账单日期不合法')
    const bill = Buffer.from(this.bill(day))
    if (bill.toString().split('\n').length <= 4) throw new Refusal(400, 'NO_STATEMENT_EXIST', '账单文件不存在')
    const path = `/v3/billdownload/file?token=${++this.#counter}`
    this.#files.set(path, gzipSync(this.spoilsFiles ? `${bill} ` : bill))
    return {
      hash_type: 'SHA1',
      hash_value: createHash('sha1').update(bill).digest('hex'),
      download_url: this.url + path,
    }
  }

  #take(order: Order): Order {
    order.state = 'SUCCESS'
    order.transactionId = `4200000${++this.#counter}`
    order.paidMs = this.#now()
    this.#tell(order.notifyUrl, 'TRANSACTION.SUCCESS', this.#view(order))
    return order
  }

  #view(order: Order): object {
    return {
      appid: this.#merchant.appId,
      mchid: this.#merchant.id,
      out_trade_no: order.number,
      trade_state: order.state,
      trade_state_desc: order.state,
      attach: order.attach,
      amount: { total: order.amountFen, payer_total: order.amountFen, currency: 'CNY' },
      ...(order.transactionId === undefined
        ? {}
        : { transaction_id: order.transactionId, success_time: chinaInstant(order.paidMs as number) }),
    }
  }

  #tell(url: string, event: string, resource: object): void {
    this.notices.push({ url, event, id: `EV-${++this.#counter}`, resource })
  }
}
