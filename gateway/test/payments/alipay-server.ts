import { type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { zipSync } from 'fflate'
import { chinaDay, chinaTime, fromChinaTime } from '../../src/payments/china-time.ts'
import { fenOf, yuanOf } from '../../src/payments/yuan.ts'
import { gbk } from './gbk.ts'
import { type Answered, type Asked, LoopbackServer } from './loopback-server.ts'
import { type RsaPair, rsaPair } from './rsa-pair.ts'

export interface AlipayApp {
  appId: string
  sellerId: string
  publicKey: KeyObject
}

interface Trade {
  number: string
  amountFen: number
  subject: string
  notifyUrl: string
  /** Empty: a code that nobody has opened. */
  status: '' | 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_CLOSED'
  tradeNo?: string
  paidMs?: number
}

interface Refund {
  number: string
  trade: Trade
  amountFen: number
  atMs: number
}

/** A notification that waits to be delivered, or was; without its signature. */
export interface Notice {
  url: string
  fields: Record<string, string>
}

/** What the next answer suffers on its way. */
export type Mishap = 'tampered' | 'unsigned' | 'foreign-key' | 'lost' | 'late' | 'busy'

type Fields = Record<string, string>

class Refusal extends Error {
  readonly code: string
  readonly subCode: string

  constructor(code: string, subCode: string) {
    super(subCode)
    this.code = code
    this.subCode = subCode
  }
}

const freshMs = 5 * 60_000
/** Of each payment; given back with a refund. */
const feeShare = 0.006

/**
 * Alipay's gateway as far as parking needs it: it checks what the real one checks, signs what the real one signs, and
 * keeps trades, refunds and bills of a day in memory.
 */
export class AlipayServer {
  readonly platform: RsaPair = rsaPair()
  readonly trades = new Map<string, Trade>()
  readonly refunds = new Map<string, Refund>()
  readonly notices: Notice[] = []
  /** Calls that were let in, oldest first. */
  readonly calls: string[] = []
  /** Plates that nobody signed the debit for. */
  readonly unsigned = new Set<string>()
  mishaps: (Mishap | undefined)[] = []
  lateMs = 400
  readonly #http = new LoopbackServer((asked) => this.#serve(asked))
  readonly #now: () => number
  readonly #app: AlipayApp
  #counter = 0

  constructor(now: () => number, app: AlipayApp) {
    this.#now = now
    this.#app = app
  }

  get gateway(): string {
    return `${this.#http.url}/gateway.do`
  }

  start = () => this.#http.start()
  stop = () => this.#http.stop()

  /** The driver scans a code, or opens a page, and pays. @throws Refusal for a page that is not signed by the app */
  open(url: string): Trade {
    const { pathname, searchParams } = new URL(url)
    if (pathname !== '/gateway.do') return this.#take(this.#tradeOf(pathname.slice(1)))
    const fields = Object.fromEntries(searchParams)
    this.#admit(fields)
    if (fields.method !== 'alipay.trade.wap.pay') throw new Refusal('40002', 'isv.invalid-method')
    const content = JSON.parse(fields.biz_content as string) as Fields
    if (content.product_code !== 'QUICK_WAP_WAY') throw new Refusal('40004', 'ACQ.INVALID_PARAMETER')
    return this.#take(this.#ordered(content, fields.notify_url))
  }

  /** The form of a notification as it goes on the wire. */
  form(notice: Notice, change: Fields = {}, by: KeyObject = this.platform.privateKey): string {
    const fields: Fields = { ...notice.fields, ...change }
    const content = Object.keys(fields)
      .filter((name) => name !== 'sign_type')
      .sort()
      .map((name) => `${name}=${fields[name]}`)
      .join('&')
    return new URLSearchParams({
      ...fields,
      sign: sign('sha256', Buffer.from(content), by).toString('base64'),
    }).toString()
  }

  deliver(notice: Notice, form: string = this.form(notice)): Promise<Response> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
    return fetch(notice.url, { method: 'POST', headers, body: form })
  }

  /** The archive of a day. */
  archive(day: string): Buffer {
    const { lines, sums } = this.bill(day)
    return Buffer.from(
      zipSync({
        [`${this.#app.sellerId}0156_业务明细(汇总).csv`]: gbk(sums),
        [`${this.#app.sellerId}0156_业务明细.csv`]: gbk(lines),
      }),
    )
  }

  bill(day: string): { lines: string; sums: string } {
    const head =
      '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注'
    const row = (trade: Trade, atMs: number, refund?: Refund) => {
      const fen = refund?.amountFen ?? trade.amountFen
      const amount = yuanOf(refund ? -fen : fen)
      const fee = yuanOf(Math.round(fen * feeShare) * (refund ? 1 : -1))
      const zeros = ['0.00', '0.00', '0.00', '0.00', '0.00', '', '0.00', '0.00']
      const begin = [
        trade.tradeNo,
        trade.number,
        refund ? '退款' : '交易',
        trade.subject,
        chinaTime(atMs),
        chinaTime(atMs),
      ]
      const cells = [
        ...begin,
        '',
        '',
        '',
        '',
        '*车主(159****56)',
        amount,
        amount,
        ...zeros,
        refund?.number ?? '',
        fee,
        '0.00',
        '',
      ]
      return cells.map((cell, index) => (index < 11 ? `${cell}\t` : cell)).join(',')
    }
    const paid = [...this.trades.values()].filter(({ paidMs }) => paidMs !== undefined && chinaDay(paidMs) === day)
    const returned = [...this.refunds.values()].filter(({ atMs }) => chinaDay(atMs) === day)
    const around = (title: string) =>
      `#-----------------------------------------${title}----------------------------------------`
    const lines = [
      '#支付宝业务明细查询',
      `#账号：[${this.#app.sellerId}0156]`,
      `#起始日期：[${day} 00:00:00]   终止日期：[${day} 24:00:00]`,
      around('业务明细列表'),
      head,
      ...paid.map((trade) => row(trade, trade.paidMs as number)),
      ...returned.map((refund) => row(refund.trade, refund.atMs, refund)),
      around('业务明细列表结束'),
      `#交易合计：${paid.length}笔，商家实收共0.00元，商家优惠共0.00元`,
      `#退款合计：${returned.length}笔，商家实收退款共0.00元，商家优惠退款共0.00元`,
    ]
    const sums = ['#支付宝业务汇总查询', '门店编号,门店名称,交易订单总笔数', `合计,,${paid.length}`]
    return { lines: `${lines.join('\r\n')}\r\n`, sums: `${sums.join('\r\n')}\r\n` }
  }

  async #serve({ path, body }: Asked): Promise<Answered | undefined> {
    const { pathname, searchParams } = new URL(path, 'http://alipay')
    if (pathname === '/downloadBillFile.resource') {
      return {
        status: 200,
        headers: { 'content-type': 'application/zip' },
        body: this.archive(searchParams.get('bizDates') as string),
      }
    }
    const mishap = this.mishaps.shift()
    const fields = Object.fromEntries([...searchParams, ...new URLSearchParams(body.toString())])
    const { method = '' } = fields
    let inner: object
    let signed = true
    try {
      if (mishap === 'busy') throw new Refusal('20000', 'isp.unknow-error')
      this.#admit(fields)
      this.calls.push(method)
      inner = {
        code: '10000',
        msg: 'Success',
        ...this.#answer(method, JSON.parse(fields.biz_content as string), fields),
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // As the real one: what it does not accept as signed gets no signature back.
      signed = error.code !== '40002'
      inner = { code: error.code, msg: 'Business Failed', sub_code: error.subCode, sub_msg: '交易失败' }
    }
    return this.#suffer(mishap, method, JSON.stringify(inner), signed)
  }

  async #suffer(
    mishap: Mishap | undefined,
    method: string,
    inner: string,
    signed: boolean,
  ): Promise<Answered | undefined> {
    if (mishap === 'lost') return undefined
    if (mishap === 'late') await new Promise((resolve) => setTimeout(resolve, this.lateMs))
    const by = mishap === 'foreign-key' ? rsaPair().privateKey : this.platform.privateKey
    const proof = sign('sha256', Buffer.from(inner), by).toString('base64')
    const sent =
      mishap === 'tampered' ? inner.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10)) : inner
    const key = signed ? `${method.replaceAll('.', '_')}_response` : 'error_response'
    const tail = signed && mishap !== 'unsigned' ? `,"sign":"${proof}"` : ''
    const headers = { 'content-type': 'text/html;charset=utf-8' }
    return { status: 200, headers, body: Buffer.from(`{"${key}":${sent}${tail}}`) }
  }

  /** The signature of a request, checked to the letter. */
  #admit({ sign: signature = '', ...fields }: Fields): void {
    const deny = (subCode: string): never => {
      throw new Refusal('40002', subCode)
    }
    if (fields.app_id !== this.#app.appId) deny('isv.invalid-app-id')
    if (fields.sign_type !== 'RSA2') deny('isv.invalid-signature-type')
    if (fields.charset !== 'utf-8' || fields.version !== '1.0') deny('isv.invalid-charset')
    const sentMs = fromChinaTime(fields.timestamp ?? '')
    if (!(Math.abs(this.#now() - sentMs) <= freshMs)) deny('isv.invalid-timestamp')
    const content = Object.keys(fields)
      .sort()
      .map((name) => `${name}=${fields[name]}`)
      .join('&')
    if (!verify('sha256', Buffer.from(content), this.#app.publicKey, Buffer.from(signature, 'base64')))
      deny('isv.invalid-signature')
  }

  #answer(method: string, content: Fields, { notify_url: notifyUrl }: Fields): object {
    switch (method) {
      case 'alipay.trade.precreate': {
        const { number } = this.#ordered(content, notifyUrl)
        return { out_trade_no: number, qr_code: `https://qr.alipay.com/${number}` }
      }
      case 'alipay.trade.query':
        return this.#view(this.#tradeOf(content.out_trade_no as string))
      case 'alipay.trade.refund':
        return this.#refund(content)
      case 'alipay.trade.fastpay.refund.query':
        return this.#refundView(content)
      case 'alipay.eco.mycar.parking.order.pay':
        return this.#debit(content, notifyUrl)
      case 'alipay.data.dataservice.bill.downloadurl.query':
        return this.#place(content)
      default:
        throw new Refusal('40004', 'isv.invalid-method')
    }
  }

  #ordered(content: Fields, notifyUrl: string | undefined): Trade {
    const { out_trade_no: number = '', total_amount: amount = '', subject = '', seller_id: seller } = content
    const amountFen = fenOf(amount)
    if (!/^[0-9A-Za-z_]{1,64}$/.test(number) || !amountFen || subject === '' || seller !== this.#app.sellerId) {
      throw new Refusal('40004', 'ACQ.INVALID_PARAMETER')
    }
    const before = this.trades.get(number)
    if (before?.status === 'TRADE_SUCCESS') throw new Refusal('40004', 'ACQ.TRADE_HAS_SUCCESS')
    if (before?.status === 'TRADE_CLOSED') throw new Refusal('40004', 'ACQ.TRADE_HAS_CLOSE')
    if (before && before.amountFen !== amountFen) throw new Refusal('40004', 'ACQ.CONTEXT_INCONSISTENT')
    const trade = before ?? { number, amountFen, subject, notifyUrl: notifyUrl ?? '', status: '' as const }
    this.trades.set(number, trade)
    return trade
  }

  #debit(content: Fields, notifyUrl: string | undefined): object {
    const { car_number: plate = '', total_fee: fee = '', out_parking_id: lot } = content
    if (!lot || plate === '') throw new Refusal('40004', 'INVALID_PARAMETER')
    if (this.unsigned.has(plate)) throw new Refusal('40004', 'AGREEMENT_NOT_EXIST')
    const trade = this.#take(this.#ordered({ ...content, total_amount: fee }, notifyUrl))
    return {
      out_trade_no: trade.number,
      trade_no: trade.tradeNo,
      total_fee: fee,
      gmt_payment: chinaTime(trade.paidMs as number),
    }
  }

  #tradeOf(number: string): Trade {
    const trade = this.trades.get(number)
    if (trade === undefined) throw new Refusal('40004', 'ACQ.TRADE_NOT_EXIST')
    return trade
  }

  #view(trade: Trade): object {
    if (trade.status === '') throw new Refusal('40004', 'ACQ.TRADE_NOT_EXIST')
    return {
      out_trade_no: trade.number,
      trade_no: trade.tradeNo,
      trade_status: trade.status,
      total_amount: yuanOf(trade.amountFen),
      ...(trade.paidMs === undefined ? {} : { send_pay_date: chinaTime(trade.paidMs) }),
    }
  }

  #refund(content: Fields): object {
    const { out_trade_no: orderNumber = '', out_request_no: number = '', refund_amount: amount = '' } = content
    const trade = this.#tradeOf(orderNumber)
    const amountFen = fenOf(amount) ?? 0
    if (trade.tradeNo === undefined) throw new Refusal('40004', 'ACQ.TRADE_STATUS_ERROR')
    const given = () =>
      [...this.refunds.values()].reduce((sum, one) => sum + (one.trade === trade ? one.amountFen : 0), 0)
    const before = this.refunds.get(number)
    if (before && before.amountFen !== amountFen) throw new Refusal('40004', 'ACQ.DISCORDANT_REPEAT_REQUEST')
    if (!before) {
      if (amountFen < 1 || given() + amountFen > trade.amountFen)
        throw new Refusal('40004', 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL')
      this.refunds.set(number, { number, trade, amountFen, atMs: this.#now() })
      if (given() === trade.amountFen) trade.status = 'TRADE_CLOSED'
      this.#tell(trade, {
        refund_fee: yuanOf(given()),
        gmt_refund: `${chinaTime(this.#now())}.123`,
        out_biz_no: number,
      })
    }
    return {
      trade_no: trade.tradeNo,
      out_trade_no: orderNumber,
      fund_change: before ? 'N' : 'Y',
      refund_fee: yuanOf(given()),
    }
  }

  #refundView({ out_request_no: number = '', query_options: options }: Fields): object {
    const refund = this.refunds.get(number)
    // As the real one: an unknown refund is a success without content.
    if (!refund) return {}
    return {
      trade_no: refund.trade.tradeNo,
      out_request_no: number,
      refund_amount: yuanOf(refund.amountFen),
      refund_status: 'REFUND_SUCCESS',
      ...(options?.includes('gmt_refund_pay') ? { gmt_refund_pay: chinaTime(refund.atMs) } : {}),
    }
  }

  #place({ bill_type: type, bill_date: day = '' }: Fields): object {
    if (type !== 'trade' || day >= chinaDay(this.#now())) throw new Refusal('40004', 'isv.invalid-arguments')
    if (!/^\d/m.test(this.bill(day).lines)) throw new Refusal('40004', 'isp.bill_not_exist')
    return {
      bill_download_url: `${this.#http.url}/downloadBillFile.resource?bizType=trade&fileType=csv.zip&bizDates=${day}`,
    }
  }

  #take(trade: Trade): Trade {
    trade.status = 'TRADE_SUCCESS'
    trade.tradeNo = `20261123220014${String(++this.#counter).padStart(6, '0')}`
    trade.paidMs = this.#now()
    this.#tell(trade, {})
    return trade
  }

  #tell(trade: Trade, more: Fields): void {
    this.notices.push({
      url: trade.notifyUrl,
      fields: {
        notify_time: chinaTime(this.#now()),
        notify_type: 'trade_status_sync',
        notify_id: randomBytes(17).toString('hex'),
        app_id: this.#app.appId,
        charset: 'utf-8',
        version: '1.0',
        sign_type: 'RSA2',
        trade_no: trade.tradeNo as string,
        out_trade_no: trade.number,
        seller_id: this.#app.sellerId,
        trade_status: trade.status,
        total_amount: yuanOf(trade.amountFen),
        subject: trade.subject,
        gmt_payment: chinaTime(trade.paidMs as number),
        ...more,
      },
    })
  }
}
