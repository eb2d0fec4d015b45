import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WechatPay } from '../../src/payments/wechat/wechat-pay.ts'
import { order, refund } from './orders.ts'
import { rsaPair } from './rsa-pair.ts'
import { StillClock } from './still-clock.ts'
import type { Notice, WechatServer } from './wechat-server.ts'
import { merchant, wechatPay, wechatServer } from './wechat-setup.ts'

let clock: StillClock
let server: WechatServer
let pay: WechatPay

beforeEach(async () => {
  clock = new StillClock()
  server = wechatServer(clock.now)
  await server.start()
  pay = wechatPay(server, clock)
})
afterEach(() => server.stop())

/** What the gateway's route hands over. */
const received = (notice: Notice, key?: Buffer) => {
  const { headers, body } = server.sealed(notice, key)
  return { headers: headers as Record<string, string>, rawBody: Buffer.from(body) }
}
const scanned = async (of = order()) => server.scan((await pay.payLink(of)).url)

describe('an order', () => {
  it('is a code to scan, and paid once it was', async () => {
    const link = await pay.payLink(order())
    expect(link).toEqual({
      url: `weixin://wxpay/bizpayurl?pr=${order().orderId}`,
      expiresMs: clock.nowMs + 2 * 3_600_000,
    })
    expect(await pay.query(order().orderId)).toEqual({ state: 'pending' })
    const { transactionId } = server.scan(link.url)
    expect(await pay.query(order().orderId)).toEqual({
      state: 'paid',
      transactionId,
      amountFen: 1500,
      atMs: clock.nowMs,
    })
  })

  it('gives its code again, and none once it is paid', async () => {
    const { url } = await pay.payLink(order())
    expect((await pay.payLink(order())).url).toBe(url)
    server.scan(url)
    await expect(pay.payLink(order())).rejects.toMatchObject({
      code: 'order-spent',
      message: expect.stringContaining('ORDERPAID'),
    })
  })

  it('does not change its amount under its id', async () => {
    await pay.payLink(order())
    await expect(pay.payLink(order({ amountFen: 1600 }))).rejects.toMatchObject({
      code: 'order-changed',
      message: expect.stringMatching(/1500 fen.*1600 fen/),
    })
  })

  it('is not known before it was asked for', async () => {
    await expect(pay.query('never-asked-a1')).rejects.toMatchObject({ code: 'order-unknown' })
    expect(server.calls).toEqual([])
  })
})

describe('a debit of the parking service', () => {
  it('is accepted, then paid', async () => {
    expect(await pay.debit(order())).toEqual({ state: 'pending' })
    expect(await pay.query(order().orderId)).toEqual({ state: 'pending' })
    server.settleDebit(order().orderId)
    expect(await pay.query(order().orderId)).toMatchObject({ state: 'paid', amountFen: 1500 })
    expect(pay.notification(received(server.notices[0] as Notice)).about).toMatchObject({
      kind: 'payment',
      orderId: order().orderId,
      outcome: { state: 'paid' },
    })
  })

  it('is asked for once, however often it is called', async () => {
    await pay.debit(order())
    expect(await pay.debit(order())).toEqual({ state: 'pending' })
    expect(server.orders.size).toBe(1)
  })

  it('tells why it fails', async () => {
    server.unsigned.add('鲁A12345')
    expect(await pay.debit(order())).toEqual({
      state: 'refused',
      reason: 'OUT_SERVICE: no driver has signed the parking service for this plate',
    })
    server.unsigned.clear()
    await pay.debit(order())
    server.settleDebit(order().orderId, false)
    expect(await pay.query(order().orderId)).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('PAY_FAIL'),
    })
  })

  it('is refused before it is asked for where something is missing', async () => {
    const { stay, ...bare } = order()
    expect(await pay.debit(bare)).toMatchObject({ reason: expect.stringContaining('stay') })
    expect(
      await pay.debit(order({ stay: { ...(stay as never as object), plateColour: 'unknown' } as never })),
    ).toMatchObject({
      reason: expect.stringContaining('unknown'),
    })
    expect(await wechatPay(server, clock, { debit: false }).debit(order())).toMatchObject({
      reason: expect.stringContaining('payments.wechat.debit'),
    })
    expect(server.calls).toEqual([])
  })

  it('is found again by a query after an answer that never came', async () => {
    server.mishaps = ['lost', 'lost']
    await expect(pay.debit(order())).rejects.toMatchObject({ kind: 'world', code: 'payment-link' })
    expect(server.orders.size).toBe(0)
    server.mishaps = [undefined, 'lost']
    await expect(pay.debit(order())).rejects.toMatchObject({ kind: 'world', code: 'payment-link' })
    // The debit itself is not sent twice: nobody promises that this takes the money once.
    expect(server.calls.filter((call) => call.endsWith('transactions/parking'))).toHaveLength(1)
    server.settleDebit(order().orderId)
    expect(await pay.query(order().orderId)).toMatchObject({ state: 'paid' })
  })
})

describe('a refund', () => {
  it('gives back in parts, each once, and never more than was paid', async () => {
    await scanned()
    const first = await pay.refund(refund())
    expect(first).toMatchObject({ state: 'paid', amountFen: 600, atMs: clock.nowMs })
    expect(await pay.refund(refund())).toEqual(first)
    expect(server.refunds.size).toBe(1)
    const tooMuch = await pay.refund(refund({ refundId: 'mk3x9f2a-0123456789ab-a1-f2', amountFen: 901 }))
    expect(tooMuch).toMatchObject({ state: 'refused', reason: expect.stringContaining('NOT_ENOUGH') })
    const rest = await pay.refund(refund({ refundId: 'mk3x9f2a-0123456789ab-a1-f3', amountFen: 900 }))
    expect(rest).toMatchObject({ state: 'paid', amountFen: 900 })
    expect(await pay.query(order().orderId)).toMatchObject({ state: 'paid', amountFen: 1500 })
  })

  it('of an unpaid order is refused', async () => {
    await pay.payLink(order())
    expect(await pay.refund(refund())).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('RESOURCE_NOT_EXISTS'),
    })
  })
})

describe('the link', () => {
  it('is not let in with a foreign key or serial, and says what the service said', async () => {
    for (const change of [{ privateKey: rsaPair().privateKey }, { serial: '00' }]) {
      await expect(wechatPay(server, clock, change).payLink(order())).rejects.toMatchObject({
        kind: 'world',
        message: expect.stringContaining('401 SIGN_ERROR'),
      })
    }
    await expect(wechatPay(server, clock, { appId: 'wx0' }).payLink(order())).rejects.toMatchObject({
      code: 'payment-refused',
      message: expect.stringContaining('APPID_MCHID_NOT_MATCH'),
    })
  })

  it('is not let in when its clock is off', async () => {
    const late = new StillClock(clock.nowMs - 301_000)
    await expect(wechatPay(server, late).payLink(order())).rejects.toMatchObject({
      message: expect.stringContaining('401'),
    })
  })

  it.each(['tampered', 'unsigned', 'foreign-serial', 'foreign-key', 'stale'] as const)(
    'believes no %s answer',
    async (mishap) => {
      await scanned()
      server.mishaps = [mishap, mishap]
      await expect(pay.query(order().orderId)).rejects.toMatchObject({
        kind: 'world',
        code: 'payment-link',
        message: expect.stringContaining('without proof: wechatpay-'),
      })
      expect(await pay.query(order().orderId)).toMatchObject({ state: 'paid' })
    },
  )

  it('asks again for what may be asked twice', async () => {
    server.mishaps = ['error-500']
    expect((await pay.payLink(order())).url).toContain(order().orderId)
    server.mishaps = ['lost']
    expect(await pay.query(order().orderId)).toEqual({ state: 'pending' })
    expect(clock.waits).toEqual([0.5, 0.5])
  })

  it('gives up in time, and a query tells later', async () => {
    const impatient = wechatPay(server, clock, { timeoutS: 0.1 })
    server.mishaps = ['late', 'late']
    await expect(impatient.payLink(order())).rejects.toMatchObject({ message: expect.stringContaining('within 0.1 s') })
    expect(await impatient.query(order().orderId)).toEqual({ state: 'pending' })
  })
})

describe('a notification', () => {
  it('tells a payment and a refund, whatever their order', async () => {
    const { transactionId } = await scanned()
    await pay.refund(refund())
    const [paid, returned] = server.notices as [Notice, Notice]
    expect(pay.notification(received(returned)).about).toEqual({
      kind: 'refund',
      orderId: order().orderId,
      refundId: refund().refundId,
      outcome: {
        state: 'paid',
        transactionId: [...server.refunds.values()][0]?.refundId,
        amountFen: 600,
        atMs: clock.nowMs,
      },
    })
    clock.nowMs += 6 * 3_600_000
    const notice = pay.notification(received(paid))
    expect(notice).toMatchObject({
      noticeId: paid.id,
      about: {
        kind: 'payment',
        orderId: order().orderId,
        outcome: { transactionId, amountFen: 1500, atMs: clock.nowMs - 6 * 3_600_000 },
      },
    })
    expect(notice.answer(true)).toEqual({ status: 204, mediaType: 'application/json', body: '' })
    expect(notice.answer(false)).toMatchObject({ status: 500, body: expect.stringContaining('"FAIL"') })
  })

  it('about no money is told from those about money', async () => {
    const notice = { url: '', id: 'EV-1', event: 'VEHICLE.ENTRANCE_STATE_CHANGE', resource: { state: 'BLOCKED' } }
    expect(pay.notification(received(notice)).about).toEqual({ kind: 'other', event: notice.event })
  })

  it('of an order that was never asked for keeps its number, and of another amount tells that amount', async () => {
    const { number } = await scanned()
    const [paid] = server.notices as [Notice]
    const foreign = { ...paid, resource: { ...paid.resource, out_trade_no: 'from-the-back-office' } }
    expect(pay.notification(received(foreign)).about).toMatchObject({ orderId: 'from-the-back-office' })
    const other = { ...paid, resource: { ...paid.resource, amount: { total: 1, currency: 'CNY' } } }
    expect(pay.notification(received(other)).about).toMatchObject({ orderId: number, outcome: { amountFen: 1 } })
  })

  const faultOf = (work: () => unknown): unknown => {
    try {
      work()
    } catch (error) {
      expect(error).toMatchObject({ kind: 'caller' })
      return (error as { fields: { field: string }[] }).fields[0]?.field
    }
    return 'was taken'
  }

  it('is refused naming what is wrong', async () => {
    await scanned()
    const [paid] = server.notices as [Notice]
    const good = received(paid)
    const with_ = (headers: Record<string, string>) => ({ ...good, headers: { ...good.headers, ...headers } })
    const resigned = (
      body: string,
      ...by: Parameters<WechatServer['signed']> extends [string, ...infer R] ? R : never
    ) => ({
      headers: server.signed(body, ...by) as Record<string, string>,
      rawBody: Buffer.from(body),
    })
    const body = good.rawBody.toString()
    expect(faultOf(() => pay.notification(with_({ 'wechatpay-signature': '' })))).toBe('wechatpay-signature')
    expect(faultOf(() => pay.notification(with_({ 'wechatpay-signature': 'WECHATPAY/SIGNTEST/abc' })))).toBe(
      'wechatpay-signature',
    )
    expect(faultOf(() => pay.notification({ ...good, rawBody: Buffer.from(`${body} `) }))).toBe('wechatpay-signature')
    expect(faultOf(() => pay.notification(resigned(body, rsaPair().privateKey)))).toBe('wechatpay-signature')
    expect(faultOf(() => pay.notification(resigned(body, undefined, 'PUB_KEY_ID_9')))).toBe('wechatpay-serial')
    expect(faultOf(() => pay.notification(resigned(body, undefined, undefined, -301)))).toBe('wechatpay-timestamp')
    expect(faultOf(() => pay.notification(resigned(body, undefined, undefined, 301)))).toBe('wechatpay-timestamp')
    expect(faultOf(() => pay.notification(resigned('no JSON')))).toBe('(body)')
    expect(faultOf(() => pay.notification(resigned('{}')))).toBe('resource')
    expect(faultOf(() => pay.notification(received(paid, Buffer.from('another-key-that-has-32-bytes-ok'))))).toBe(
      'resource',
    )
    for (const foreign of [{ mchid: '1' }, { appid: 'wx1' }, { amount: { total: 1500, currency: 'USD' } }]) {
      const notice = { ...paid, resource: { ...paid.resource, ...foreign } }
      expect(faultOf(() => pay.notification(received(notice)))).toBe('resource')
    }
    expect(pay.notification(good).about).toMatchObject({ kind: 'payment' })
  })

  it('is refused when it is played back, and taken when it is told again', async () => {
    await scanned()
    const told = received(server.notices[0] as Notice)
    const { noticeId } = pay.notification(told)
    expect(faultOf(() => pay.notification(told))).toBe('wechatpay-nonce')
    expect(pay.notification(received(server.notices[0] as Notice)).noticeId).toBe(noticeId)
  })
})

describe('the bill of a day', () => {
  it('has the day’s payments and refunds with their fees', async () => {
    const { transactionId } = await scanned()
    await pay.refund(refund())
    clock.nowMs += 86_400_000
    expect(await pay.settlement('2026-11-23')).toEqual([
      {
        kind: 'payment',
        orderId: order().orderId,
        transactionId,
        amountFen: 1500,
        feeFen: 9,
        atMs: clock.nowMs - 86_400_000,
      },
      {
        kind: 'refund',
        orderId: order().orderId,
        refundId: refund().refundId,
        transactionId: [...server.refunds.values()][0]?.refundId,
        amountFen: 600,
        feeFen: -4,
        atMs: clock.nowMs - 86_400_000,
      },
    ])
  })

  it('is empty when nothing was traded, but not before it is made', async () => {
    clock.nowMs = Date.UTC(2026, 10, 23, 1, 59)
    await expect(pay.settlement('2026-11-22')).rejects.toMatchObject({ code: 'settlement-not-ready' })
    clock.nowMs = Date.UTC(2026, 10, 23, 2)
    expect(await pay.settlement('2026-11-22')).toEqual([])
    await expect(pay.settlement('2026-02-30')).rejects.toMatchObject({ kind: 'caller' })
  })

  it('is refused when it is not what was announced, or does not add up', async () => {
    await scanned()
    clock.nowMs += 86_400_000
    server.spoilsFiles = true
    await expect(pay.settlement('2026-11-23')).rejects.toMatchObject({ message: expect.stringContaining('SHA-1') })
    server.spoilsFiles = false
    const { bill } = server
    server.bill = (day) => bill.call(server, day).replace(/`1,`15\.00,`0\.00/, '`2,`15.00,`0.00')
    await expect(pay.settlement('2026-11-23')).rejects.toMatchObject({
      code: 'settlement-malformed',
      message: expect.stringContaining('2 lines'),
    })
    server.bill = (day) => bill.call(server, day).replace(/`15\.00,`0\.00,`\r/, '`fifteen,`0.00,`\r')
    await expect(pay.settlement('2026-11-23')).rejects.toMatchObject({
      message: expect.stringMatching(/line 2: 订单金额 "fifteen"/),
    })
  })
})

it('no key of ours is in what is thrown', async () => {
  server.mishaps = ['tampered', 'tampered']
  const error = await pay.payLink(order()).catch((reason: Error) => reason)
  const text = JSON.stringify(error, Object.getOwnPropertyNames(error))
  expect(text).not.toContain(merchant.apiV3Key.toString())
  expect(text).not.toContain('PRIVATE KEY')
})
