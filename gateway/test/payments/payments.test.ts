import { type AuditEntry, toTimestamp } from '@clearway/contracts'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SmallGateway } from '../http/small-gateway.ts'
import type { Notice as AlipayNotice, AlipayServer } from './alipay-server.ts'
import { alipayServer } from './alipay-setup.ts'
import { park, parkedFen, parkedLot } from './parked-cars.ts'
import { paymentVariables } from './payment-files.ts'
import type { Notice as WechatNotice, WechatServer } from './wechat-server.ts'
import { wechatServer } from './wechat-setup.ts'

let small: SmallGateway
let mqtt: number
let wechat: WechatServer
let alipay: AlipayServer
/** Bills by plate. */
const bills = new Map<string, string>()

const plates = ['鲁A00001', '鲁A00002', '鲁A00003', '鲁A00004']

beforeAll(async () => {
  const now = () => small.clock.now()
  wechat = wechatServer(now)
  alipay = alipayServer(now)
  await Promise.all([wechat.start(), alipay.start()])
  const ports = { CLEARWAY_HTTP_PORT: '0', CLEARWAY_MQTT_PORT: '0', CLEARWAY_PAYMENTS_RECONCILE_HOUR: '0' }
  small = await SmallGateway.open({ ...paymentVariables(wechat, alipay), ...ports })
  mqtt = (await small.gateway.start()).mqtt
  await small.ask('PUT', 'lots/square', parkedLot)
  park(small.gateway.core.records, plates)
  for (const { id, plate } of (await small.ask('GET', 'bills')).json.items) bills.set(plate, id)
})
afterAll(async () => {
  await small.close()
  await Promise.all([wechat.stop(), alipay.stop()])
})

const send = async (provider: string, headers: Record<string, string>, payload: string) => {
  const url = `/api/v1/payments/${provider}/notifications`
  const answer = await small.gateway.app.inject({ method: 'POST', url, headers, payload })
  return { status: answer.statusCode, type: answer.headers['content-type'], text: answer.body }
}
const tellWechat = (notice: WechatNotice, change: (body: string) => string = (body) => body) => {
  const { headers, body } = wechat.sealed(notice)
  return send('wechat', { ...headers, 'content-type': 'application/json' }, change(body))
}
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const tellAlipay = (notice: AlipayNotice, text = alipay.form(notice)) => send('alipay', form, text)

/** The car with the agreement passes a gate of the lot. */
async function pass(direction: 'in' | 'out', atMs: number): Promise<void> {
  const id = `square-${direction}`
  const { token } = (await small.ask('POST', 'devices', { id, kind: 'gate', district: 'lixia', lot: 'square' })).json
  const options = { username: id, password: token, clientId: id, reconnectPeriod: 0 }
  const gate = await connectAsync(`mqtt://127.0.0.1:${mqtt}`, options)
  const read = {
    id: 'r-1',
    at: toTimestamp(atMs),
    direction,
    plate: '鲁A00005',
    plateColour: 'blue',
    confidence: 0.98,
    vehicleClass: 'small',
  }
  await gate.publishAsync(`clearway/v1/lixia/gate/${id}/read`, JSON.stringify(read), { qos: 1 })
  await gate.endAsync()
}

/** What a round of the gateway brings about in its own time. */
async function until<T>(found: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let time = 0; time < 200; time++) {
    const value = await found()
    if (value) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`it did not come about: ${found}`)
}

const billOf = async (plate: string) => (await small.ask('GET', `bills/${bills.get(plate)}`)).json
const payBy = async (provider: string, plate: string): Promise<{ id: string; payUrl: string }> =>
  (await small.ask('POST', `bills/${bills.get(plate)}/payments`, { provider })).json
const metric = async () => (await small.ask('GET', '/metrics')).text
const booksOf = async () => (await small.ask('GET', 'books/verify')).json

it('knows whom to ask, and asks for what a bill comes to', async () => {
  expect((await small.ask('GET', 'payment-providers')).json.items).toEqual(['cash', 'sandbox', 'wechat', 'alipay'])
  expect([...bills.keys()].sort()).toEqual(plates)
  const { id, payUrl } = await payBy('wechat', '鲁A00001')
  expect(payUrl).toBe(`weixin://wxpay/bizpayurl?pr=${id}`)
  expect(wechat.orders.get(id)).toMatchObject({
    amountFen: parkedFen,
    notifyUrl: 'https://parking.example/api/v1/payments/wechat/notifications',
  })
  wechat.scan(payUrl)
  alipay.open((await payBy('alipay', '鲁A00002')).payUrl)
})

it('books what both providers tell, once, and answers each in its own way', async () => {
  for (let time = 0; time < 3; time++) {
    expect(await tellWechat(wechat.notices[0] as WechatNotice)).toMatchObject({ status: 204, text: '' })
    const heard = await tellAlipay(alipay.notices[0] as AlipayNotice)
    expect(heard).toMatchObject({ status: 200, text: 'success', type: expect.stringContaining('text/plain') })
  }
  for (const plate of plates.slice(0, 2)) {
    expect(await billOf(plate)).toMatchObject({ state: 'paid', paidFen: parkedFen, owedFen: 0 })
  }
  expect(await booksOf()).toMatchObject({
    faults: [],
    balances: { 'cash:wechat': parkedFen, 'cash:alipay': parkedFen },
  })
  expect(await metric()).toContain('clearway_payment_notifications_total{provider="alipay",result="again"} 2')
  const entries: AuditEntry[] = (await small.ask('GET', 'audit')).json.items
  const told = entries.filter(({ action }) => action === 'payment.notice')
  expect(told.map(({ actor, detail }) => [actor, detail.result, detail.amountFen])).toEqual([
    ['wechat', 'paid', parkedFen],
    ['alipay', 'paid', parkedFen],
  ])
  expect(JSON.stringify(told)).not.toContain('鲁A')
})

it('keeps nothing that it cannot book, and takes it when it is told again', async () => {
  const before = await booksOf()
  wechat.scan((await payBy('wechat', '鲁A00004')).payUrl)
  const { headers, body } = wechat.sealed(wechat.notices.at(-1) as WechatNotice)
  const tell = () => send('wechat', { ...headers, 'content-type': 'application/json' }, body)
  vi.spyOn(small.gateway.core.audit, 'record').mockImplementationOnce(() => {
    throw new Error('the disk is full')
  })
  expect(await tell()).toMatchObject({ status: 500, text: expect.stringContaining('FAIL') })
  expect(await booksOf()).toEqual(before)
  expect(await tell()).toMatchObject({ status: 204 })
  expect(await billOf('鲁A00004')).toMatchObject({ state: 'paid' })
})

it('keeps nothing of what is not signed', async () => {
  const before = await booksOf()
  const notice = { ...(wechat.notices[0] as WechatNotice), id: 'EV-new' }
  expect(await tellWechat(notice, (body) => `${body} `)).toMatchObject({
    status: 400,
    text: expect.stringContaining('wechatpay-signature'),
  })
  const [paid] = alipay.notices as [AlipayNotice]
  const text = alipay
    .form(paid, { notify_id: 'new', trade_no: 'new' })
    .replace('total_amount=6.00', 'total_amount=60.00')
  expect(await tellAlipay(paid, text)).toMatchObject({ status: 400, text: expect.stringContaining('sign') })
  expect(await send('unionpay', form, 'a=1')).toMatchObject({
    status: 404,
    text: expect.stringContaining('wechat, alipay'),
  })
  expect(await send('wechat', {}, '')).toMatchObject({ status: 400 })
  expect(await booksOf()).toEqual(before)
  expect(await metric()).toContain('clearway_payment_notifications_total{provider="wechat",result="refused"} 2')
})

it('puts money that fits nothing in suspense, naming the field', async () => {
  const { payUrl } = await payBy('wechat', '鲁A00003')
  wechat.scan(payUrl)
  const told = wechat.notices.at(-1) as WechatNotice
  const wrong = {
    ...told,
    resource: { ...told.resource, amount: { total: 1, currency: 'CNY' }, transaction_id: 't-1' },
  }
  expect(await tellWechat(wrong)).toMatchObject({ status: 204 })
  const [paid] = alipay.notices as [AlipayNotice]
  expect(
    await tellAlipay(paid, alipay.form(paid, { out_trade_no: 'of_nobody', trade_no: 't-2', notify_id: 'n-2' })),
  ).toMatchObject({ text: 'success' })
  const { items } = (await small.ask('GET', 'payment-notices')).json
  expect(items.map(({ provider, field, amountFen }: Record<string, unknown>) => [provider, field, amountFen])).toEqual([
    ['alipay', 'orderId', parkedFen],
    ['wechat', 'amountFen', 1],
  ])
  expect(await billOf('鲁A00003')).toMatchObject({ paidFen: 0 })
  expect(await tellWechat(told)).toMatchObject({ status: 204 })
  expect(await billOf('鲁A00003')).toMatchObject({ state: 'paid' })
  expect(await booksOf()).toMatchObject({ faults: [], balances: { suspense: -parkedFen - 1 } })
})

it('gives money back by the provider that took it', async () => {
  const id = bills.get('鲁A00002')
  const refunds = (await small.ask('POST', `bills/${id}/refunds`, { amountFen: 250, why: 'ticket of the cinema' })).json
  expect(refunds.items).toMatchObject([{ amountFen: 250, state: 'paid' }])
  expect([...alipay.refunds.values()]).toMatchObject([{ amountFen: 250 }])
  // The notice of it comes after the answer, and changes nothing.
  expect(await tellAlipay(alipay.notices.at(-1) as AlipayNotice)).toMatchObject({ text: 'success' })
  expect(await booksOf()).toMatchObject({ faults: [], balances: { 'cash:alipay': 2 * parkedFen - 250 } })
})

it('debits a plate by the agreement with its provider', async () => {
  await small.ask('PUT', 'agreements', { plate: '鲁A00005', provider: 'wechat' })
  const nowMs = small.clock.now()
  await pass('in', nowMs - 130 * 60_000)
  await pass('out', nowMs)
  const bill = await until(
    async () => (await small.ask('GET', `bills?plate=${encodeURIComponent('鲁A00005')}`)).json.items[0],
  )
  bills.set('鲁A00005', bill.id)
  await small.clock.advance(31)
  const debit = await until(() => [...wechat.orders.values()].find(({ way }) => way === 'parking'))
  expect(debit).toMatchObject({ amountFen: parkedFen, state: 'ACCEPTED' })
  wechat.settleDebit(debit.number)
  expect(await tellWechat(wechat.notices.at(-1) as WechatNotice)).toMatchObject({ status: 204 })
  expect(await billOf('鲁A00005')).toMatchObject({ state: 'paid' })
})

describe('a comparison with the bills of the day', () => {
  it('finds what both have, what only one has, and what differs', async () => {
    // The money that Alipay never had, and ours that the cheated notice had made of one fen.
    await small.clock.advance(8 * 3600 + 900)
    // By itself, from midnight on as configured; again when it is asked for.
    await until(async () => (await small.ask('GET', 'reconciliations/alipay/2026-11-23')).status === 200)
    const compared = await small.ask('POST', 'reconciliations', { provider: 'wechat', day: '2026-11-23' })
    expect(compared).toMatchObject({
      status: 201,
      json: {
        matched: 4,
        missingHere: 0,
        missingThere: 1,
        amountDiffers: 0,
        oursFen: 4 * parkedFen + 1,
        theirsFen: 4 * parkedFen,
      },
    })
    const alipayDay = (await small.ask('POST', 'reconciliations', { provider: 'alipay', day: '2026-11-23' })).json
    expect(alipayDay).toMatchObject({
      matched: 2,
      missingThere: 1,
      missingHere: 0,
      theirsFen: parkedFen - 250,
      feeFen: 2,
    })
    expect(await metric()).toContain('clearway_reconciliation_differences{provider="alipay"} 1')
    const missing = (await small.ask('GET', 'reconciliations/alipay/2026-11-23/lines?verdict=missing-there')).json
    expect(missing.items).toMatchObject([{ orderId: 'of-nobody', transactionId: 't-2', theirsFen: null }])
  })

  it('is listed and exported', async () => {
    const first = (await small.ask('GET', 'reconciliations?limit=1')).json
    expect(first.items).toMatchObject([{ provider: 'wechat', day: '2026-11-23' }])
    expect((await small.ask('GET', `reconciliations?limit=1&cursor=${first.nextCursor}`)).json).toMatchObject({
      items: [{ provider: 'sandbox', day: '2026-11-23', matched: 0 }],
    })
    const lines = (await small.ask('GET', 'reconciliations/alipay/2026-11-23/lines?limit=2')).json
    const rest = await small.ask('GET', `reconciliations/alipay/2026-11-23/lines?cursor=${lines.nextCursor}`)
    expect([...lines.items, ...rest.json.items]).toHaveLength(3)
    const table = await small.ask('GET', 'reconciliations/alipay/2026-11-23.csv')
    expect(table.headers['content-disposition']).toContain('alipay-2026-11-23.csv')
    expect(table.text.trim().split('\r\n')).toHaveLength(4)
  })

  it('is refused for days that are no days or not over', async () => {
    for (const day of ['2026-02-30', '2999-01-01']) {
      expect(await small.ask('POST', 'reconciliations', { provider: 'wechat', day })).toMatchObject({
        status: 400,
        json: { errors: [{ field: 'day', message: expect.stringContaining(day) }] },
      })
    }
    expect((await small.ask('POST', 'reconciliations', { provider: 'cash', day: '2026-11-23' })).status).toBe(404)
    expect((await small.ask('GET', 'reconciliations/wechat/2026-11-01')).status).toBe(404)
  })
})

it('turns away a flood from one address, and takes the provider again a minute later', async () => {
  const statuses = new Set<number>()
  for (let count = 0; count < 1250; count++) statuses.add((await send('alipay', form, 'a=1')).status)
  expect([...statuses].sort()).toEqual([400, 429])
  await small.clock.advance(60)
  expect(await tellAlipay(alipay.notices[0] as AlipayNotice)).toMatchObject({ text: 'success' })
})
