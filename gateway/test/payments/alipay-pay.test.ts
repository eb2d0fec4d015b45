import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AlipayPay } from '../../src/payments/alipay/alipay-pay.ts'
import type { AlipayServer, Notice } from './alipay-server.ts'
import { alipayPay, alipayServer } from './alipay-setup.ts'
import { gbk } from './gbk.ts'
import { order, refund } from './orders.ts'
import { rsaPair } from './rsa-pair.ts'
import { StillClock } from './still-clock.ts'

let clock: StillClock
let server: AlipayServer
let pay: AlipayPay

beforeEach(async () => {
  clock = new StillClock()
  server = alipayServer(clock.now)
  await server.start()
  pay = await alipayPay(server, clock)
})
afterEach(() => server.stop())

const number = order().orderId.replaceAll('-', '_')
const received = (form: string) => ({ headers: {}, rawBody: Buffer.from(form) })
const told = (notice: Notice, change?: Record<string, string>) => received(server.form(notice, change))
const opened = async (of = order()) => server.open((await pay.payLink(of)).url)

describe('an order', () => {
  it('is a code, and paid once somebody opened it', async () => {
    const link = await pay.payLink(order())
    expect(link).toEqual({ url: `https://qr.alipay.com/${number}`, expiresMs: clock.nowMs + 2 * 3_600_000 })
    expect(await pay.query(order().orderId)).toEqual({ state: 'pending' })
    const { tradeNo } = server.open(link.url)
    expect(await pay.query(order().orderId)).toEqual({
      state: 'paid',
      transactionId: tradeNo,
      amountFen: 1500,
      atMs: clock.nowMs,
    })
  })

  it('is a signed page where the city has contracted that', async () => {
    const byPage = await alipayPay(server, clock, { payBy: 'page' })
    const expiresMs = clock.nowMs + 600_000
    const link = await byPage.payLink(order({ expiresMs }))
    expect(link.expiresMs).toBe(expiresMs)
    expect(() => server.open(link.url.replace('15.00', '00.01'))).toThrow('isv.invalid-signature')
    server.open(link.url)
    expect(await byPage.query(order().orderId)).toMatchObject({ state: 'paid', amountFen: 1500 })
    await expect(byPage.payLink(order({ expiresMs }))).rejects.toMatchObject({ code: 'order-spent' })
  })

  it('gives no code once it is paid, and does not change its amount', async () => {
    await opened()
    await expect(pay.payLink(order())).rejects.toMatchObject({ code: 'order-spent' })
    await expect(pay.payLink(order({ amountFen: 1 }))).rejects.toMatchObject({ code: 'order-changed' })
    await expect(pay.query('never-asked-a1')).rejects.toMatchObject({ code: 'order-unknown' })
  })
})

describe('a parking debit', () => {
  it('takes the money at once, and once', async () => {
    const paid = await pay.debit(order())
    expect(paid).toMatchObject({ state: 'paid', amountFen: 1500, atMs: clock.nowMs })
    expect(await pay.debit(order())).toEqual(paid)
    expect(server.trades.size).toBe(1)
  })

  it('is found again by a query after an answer that never came', async () => {
    // The SDK's HTTP client sends once more by itself.
    server.mishaps = ['lost', 'lost']
    await expect(pay.debit(order())).rejects.toMatchObject({ kind: 'world', code: 'payment-link' })
    expect(await pay.query(order().orderId)).toMatchObject({ state: 'paid' })
    const other = order({ orderId: 'mk3x9f2a-0123456789ab-a2' })
    server.mishaps = ['busy']
    await expect(pay.debit(other)).rejects.toMatchObject({ kind: 'world', code: 'payment-link' })
    await expect(pay.query(other.orderId)).rejects.toMatchObject({ code: 'order-unknown' })
    expect(server.trades.size).toBe(1)
  })

  it('tells why it is refused', async () => {
    server.unsigned.add('鲁A12345')
    expect(await pay.debit(order())).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('AGREEMENT_NOT_EXIST'),
    })
    const { stay, ...bare } = order()
    expect(stay).toBeDefined()
    expect(await pay.debit(bare)).toMatchObject({ reason: expect.stringContaining('stay') })
    expect(await (await alipayPay(server, clock, { debit: false })).debit(order())).toMatchObject({
      reason: expect.stringContaining('payments.alipay.debit'),
    })
  })
})

describe('a refund', () => {
  it('gives back in parts, each once, and never more than was paid', async () => {
    await opened()
    const first = await pay.refund(refund())
    expect(first).toMatchObject({ state: 'paid', amountFen: 600, atMs: clock.nowMs })
    expect(await pay.refund(refund())).toEqual(first)
    const second = { refundId: 'mk3x9f2a-0123456789ab-a1-f2', amountFen: 901 }
    expect(await pay.refund(refund(second))).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('REFUND_AMT'),
    })
    const rest = await pay.refund(refund({ refundId: 'mk3x9f2a-0123456789ab-a1-f3', amountFen: 900 }))
    // Not the 1500 fen that all refunds of the trade come to.
    expect(rest).toMatchObject({ state: 'paid', amountFen: 900 })
    expect(server.refunds.size).toBe(2)
    // Given back in full, it was paid all the same.
    expect(await pay.query(order().orderId)).toMatchObject({ state: 'paid', amountFen: 1500 })
  })

  it('of what nobody paid is refused', async () => {
    await pay.payLink(order())
    expect(await pay.refund(refund())).toMatchObject({ state: 'refused' })
  })
})

describe('the link', () => {
  it('is not let in with a foreign key or app, and says what was said', async () => {
    await expect((await alipayPay(server, clock, { keys: rsaPair() })).payLink(order())).rejects.toMatchObject({
      kind: 'world',
      message: expect.stringContaining('without proof (isv.invalid-signature)'),
    })
    await expect((await alipayPay(server, clock, { appId: '1' })).payLink(order())).rejects.toMatchObject({
      message: expect.stringContaining('isv.invalid-app-id'),
    })
    await expect(
      (await alipayPay(server, new StillClock(clock.nowMs - 301_000))).payLink(order()),
    ).rejects.toMatchObject({
      message: expect.stringContaining('isv.invalid-timestamp'),
    })
  })

  it.each(['tampered', 'unsigned', 'foreign-key'] as const)('believes no %s answer', async (mishap) => {
    await opened()
    server.mishaps = [mishap, mishap]
    await expect(pay.query(order().orderId)).rejects.toMatchObject({
      kind: 'world',
      code: 'payment-link',
      message: expect.stringContaining('without proof'),
    })
    expect(await pay.query(order().orderId)).toMatchObject({ state: 'paid' })
  })

  it('asks again for what may be asked twice, and gives up in time', async () => {
    server.mishaps = ['busy', undefined, 'lost']
    expect((await pay.payLink(order())).url).toContain(number)
    expect(await pay.query(order().orderId)).toEqual({ state: 'pending' })
    // Timeouts of its HTTP client are coarse: half a second to a second.
    const impatient = await alipayPay(server, clock, { timeoutS: 0.1 })
    server.lateMs = 4000
    server.mishaps = ['late']
    const late = order({ orderId: 'mk3x9f2a-0123456789ab-a2' })
    await expect(impatient.debit(late)).rejects.toMatchObject({ message: expect.stringContaining('in time') })
  })

  it('throws nothing that holds the payer or a key', async () => {
    await opened()
    server.mishaps = ['tampered', 'tampered']
    const error = await pay.query(order().orderId).catch((reason: Error) => reason)
    const text = JSON.stringify(error, Object.getOwnPropertyNames(error))
    expect(text).not.toMatch(/PRIVATE KEY|trade_no|15\.00/)
  })
})

describe('a notification', () => {
  it('tells a payment and its refunds, each with its own amount', async () => {
    const { tradeNo } = await opened()
    await pay.refund(refund())
    await pay.refund(refund({ refundId: 'mk3x9f2a-0123456789ab-a1-f2', amountFen: 900 }))
    const [paid, , last] = server.notices as [Notice, Notice, Notice]
    expect(pay.notification(told(last)).about).toEqual({
      kind: 'refund',
      orderId: order().orderId,
      refundId: 'mk3x9f2a-0123456789ab-a1-f2',
      outcome: {
        state: 'paid',
        transactionId: `${tradeNo}/mk3x9f2a_0123456789ab_a1_f2`,
        amountFen: 900,
        atMs: clock.nowMs,
      },
    })
    const notice = pay.notification(told(paid))
    expect(notice).toMatchObject({
      noticeId: paid.fields.notify_id,
      about: {
        kind: 'payment',
        orderId: order().orderId,
        outcome: { state: 'paid', transactionId: tradeNo, amountFen: 1500 },
      },
    })
    expect(notice.answer(true)).toEqual({ status: 200, mediaType: 'text/plain; charset=utf-8', body: 'success' })
    expect(notice.answer(false).body).not.toBe('success')
  })

  it('played back is the same notice', async () => {
    await opened()
    const first = pay.notification(told(server.notices[0] as Notice))
    expect(pay.notification(told(server.notices[0] as Notice)).noticeId).toBe(first.noticeId)
  })

  it('tells other amounts, unknown orders, open and closed trades as they are', async () => {
    await opened()
    const [paid] = server.notices as [Notice]
    const about = (change: Record<string, string>) => pay.notification(told(paid, change)).about
    expect(about({ total_amount: '0.01' })).toMatchObject({ outcome: { amountFen: 1 } })
    expect(about({ out_trade_no: 'of_somebody' })).toMatchObject({ orderId: 'of-somebody' })
    expect(about({ trade_status: 'WAIT_BUYER_PAY' })).toMatchObject({ outcome: { state: 'pending' } })
    expect(about({ notify_type: 'dut_user_sign' })).toEqual({ kind: 'other', event: 'dut_user_sign' })
    const { gmt_payment, ...unpaid } = paid.fields
    expect(gmt_payment).toBeDefined()
    const closed = { ...paid, fields: { ...unpaid, trade_status: 'TRADE_CLOSED' } }
    expect(pay.notification(told(closed)).about).toMatchObject({ outcome: { state: 'refused' } })
  })

  it('is refused naming what is wrong', async () => {
    await opened()
    const [paid] = server.notices as [Notice]
    const good = server.form(paid)
    const faultOf = (form: string): unknown => {
      try {
        pay.notification(received(form))
      } catch (error) {
        expect(error).toMatchObject({ kind: 'caller' })
        return (error as { fields: { field: string }[] }).fields[0]?.field
      }
      return 'was taken'
    }
    expect(faultOf(good)).toBe('was taken')
    expect(faultOf(good.replace('total_amount=15.00', 'total_amount=1.00'))).toBe('sign')
    expect(faultOf(`${good}&total_amount=1.00`)).toBe('(body)')
    expect(faultOf(`${good}&more=1`)).toBe('sign')
    expect(faultOf(server.form(paid, {}, rsaPair().privateKey))).toBe('sign')
    expect(faultOf(good.replace(/&sign=[^&]*/, ''))).toBe('sign')
    expect(faultOf(good.replace(/&sign=[^&]*/, '&sign=xx'))).toBe('sign')
    expect(faultOf('{"a":1}')).toBe('sign')
    expect(faultOf(server.form(paid, { sign_type: 'RSA' }))).toBe('sign_type')
    expect(faultOf(server.form(paid, { app_id: '2' }))).toBe('app_id')
    expect(faultOf(server.form(paid, { seller_id: '2088000000000000' }))).toBe('seller_id')
    expect(faultOf(server.form(paid, { notify_id: '' }))).toBe('notify_id')
    expect(faultOf(server.form(paid, { out_trade_no: '' }))).toBe('out_trade_no')
    expect(faultOf(server.form(paid, { trade_status: 'TRADE_PENDING' }))).toBe('trade_status')
    expect(faultOf(server.form(paid, { total_amount: '15.001' }))).toBe('total_amount')
    expect(faultOf(server.form(paid, { gmt_payment: 'noon' }))).toBe('gmt_payment')
  })
})

describe('the bill of a day', () => {
  it('comes packed, in GBK, and has the day’s payments and refunds with their fees', async () => {
    const { tradeNo } = await opened()
    await pay.refund(refund())
    const atMs = clock.nowMs
    clock.nowMs += 86_400_000
    const [paid, returned] = await pay.settlement('2026-11-23')
    expect(paid).toEqual({
      kind: 'payment',
      orderId: order().orderId,
      transactionId: tradeNo,
      amountFen: 1500,
      feeFen: 9,
      atMs,
    })
    expect(returned).toEqual({
      kind: 'refund',
      orderId: order().orderId,
      refundId: refund().refundId,
      transactionId: `${tradeNo}/${refund().refundId.replaceAll('-', '_')}`,
      amountFen: 600,
      feeFen: -4,
      atMs,
    })
    expect(gbk('停车费').toString('hex')).toBe('cda3b3b5b7d1')
  })

  it('is empty when nothing was traded, but not before it is made', async () => {
    clock.nowMs = Date.UTC(2026, 10, 23, 1, 59)
    await expect(pay.settlement('2026-11-22')).rejects.toMatchObject({ code: 'settlement-not-ready' })
    clock.nowMs = Date.UTC(2026, 10, 23, 2)
    expect(await pay.settlement('2026-11-22')).toEqual([])
    await expect(pay.settlement('yesterday')).rejects.toMatchObject({ kind: 'caller', fields: [{ field: 'day' }] })
  })

  it('is refused when it cannot be read or does not add up', async () => {
    await opened()
    clock.nowMs += 86_400_000
    const { bill } = server
    server.bill = (day) => {
      const { lines, sums } = bill.call(server, day)
      return { lines: lines.replace('交易合计：1笔', '交易合计：2笔'), sums }
    }
    await expect(pay.settlement('2026-11-23')).rejects.toMatchObject({
      code: 'settlement-malformed',
      message: expect.stringContaining('says 2 lines'),
    })
    server.bill = (day) => {
      const { lines, sums } = bill.call(server, day)
      return { lines: lines.replace(',15.00,', ',fifteen,'), sums }
    }
    await expect(pay.settlement('2026-11-23')).rejects.toMatchObject({
      message: expect.stringMatching(/line 1: 订单金额（元） "fifteen"/),
    })
    server.archive = () => Buffer.from('no archive')
    await expect(pay.settlement('2026-11-23')).rejects.toMatchObject({ message: expect.stringContaining('unpack') })
  })
})
