import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Records } from '@clearway/gateway'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chinaDay, chinaInstant, chinaTime } from '../../gateway/src/payments/china-time.ts'
import type { Notice as AlipayNotice, AlipayServer } from '../../gateway/test/payments/alipay-server.ts'
import { alipayServer, appKeys } from '../../gateway/test/payments/alipay-setup.ts'
import { park, parkedFen, parkedLot } from '../../gateway/test/payments/parked-cars.ts'
import { paymentVariables } from '../../gateway/test/payments/payment-files.ts'
import { privatePem } from '../../gateway/test/payments/rsa-pair.ts'
import type { Notice as WechatNotice, WechatServer } from '../../gateway/test/payments/wechat-server.ts'
import { merchant, merchantKeys, wechatServer } from '../../gateway/test/payments/wechat-setup.ts'
import { adminToken, eventually, type RunningGateway, startGateway } from './running-city.ts'
import { runCommand } from './running-command.ts'

const dayMs = 86_400_000

let gateway: RunningGateway
let wechat: WechatServer
let alipay: AlipayServer
let folder: string

const ask = async (method: string, path: string, body?: object) => {
  const headers = { authorization: `Bearer ${adminToken}`, ...(body && { 'content-type': 'application/json' }) }
  const answer = await fetch(`${gateway.url}/api/v1/${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked by the expectations
  return (await answer.json()) as any
}
const bills = () => ask('GET', 'bills')
const states = async () => (await bills()).items.map(({ state }: { state: string }) => state).sort()

/** The provider reaches the gateway on this machine, whatever its public address. */
const here = <N extends { url: string }>(notice: N): N => ({
  ...notice,
  url: notice.url.replace('https://parking.example', gateway.url),
})
const reconcile = (provider: string, ...more: string[]) =>
  runCommand(['payments', 'reconcile', '--provider', provider, '--day', yesterday, ...more], {
    environment: gateway.environment,
  })

const yesterday = chinaDay(Date.now() - dayMs)

beforeAll(async () => {
  wechat = wechatServer(Date.now)
  alipay = alipayServer(Date.now)
  await Promise.all([wechat.start(), alipay.start()])
  gateway = await startGateway(paymentVariables(wechat, alipay))
  folder = gateway.dataDir
  await ask('PUT', 'lots/square', parkedLot)
  const records = Records.open(folder)
  park(records, ['鲁A00001', '鲁A00002'])
  records.close()
})
afterAll(async () => {
  await gateway?.stop()
  await Promise.all([wechat.stop(), alipay.stop()])
})

it('takes money by both providers, whatever becomes of their notices and of the gateway', async () => {
  const [first, second] = (await bills()).items as [{ id: string }, { id: string }]
  const byWechat = await ask('POST', `bills/${first.id}/payments`, { provider: 'wechat' })
  const byAlipay = await ask('POST', `bills/${second.id}/payments`, { provider: 'alipay' })
  // Paid yesterday, as the providers see it: that day is over and can be compared.
  const order = wechat.scan(byWechat.payUrl)
  order.paidMs = Date.now() - dayMs
  const trade = alipay.open(byAlipay.payUrl)
  trade.paidMs = Date.now() - dayMs
  const paid = { ...(wechat.notices[0] as WechatNotice) }
  paid.resource = { ...paid.resource, success_time: chinaInstant(order.paidMs) }
  const sold = alipay.notices[0] as AlipayNotice
  sold.fields.gmt_payment = chinaTime(trade.paidMs)

  await gateway.kill()
  await expect(wechat.deliver(here(paid))).rejects.toThrow()
  await gateway.restart()
  expect(await states()).toEqual(['issued', 'issued'])

  const forged = await alipay.deliver(here(sold), alipay.form(sold).replace('6.00', '0.01'))
  expect(forged.status).toBe(400)
  const copy = wechat.sealed(paid)
  const send = () =>
    fetch(here(paid).url, {
      method: 'POST',
      headers: { ...copy.headers, 'content-type': 'application/json' },
      body: copy.body,
    })
  expect((await send()).status).toBe(204)
  expect((await send()).status).toBe(400)
  for (let time = 0; time < 2; time++) {
    expect(await (await alipay.deliver(here(sold))).text()).toBe('success')
    expect((await wechat.deliver(here(paid))).status).toBe(204)
  }
  expect(await states()).toEqual(['paid', 'paid'])

  // Acknowledged is on disk.
  await gateway.kill()
  await gateway.restart()
  expect(await states()).toEqual(['paid', 'paid'])
  expect(await ask('GET', 'books/verify')).toMatchObject({
    faults: [],
    balances: { 'cash:wechat': parkedFen, 'cash:alipay': parkedFen },
  })
})

it('compares a day on the command line, with the provider or with its file', async () => {
  const [json, csv] = [join(folder, 'day.json'), join(folder, 'day.csv')]
  const matched = await reconcile('wechat', '--json', json, '--csv', csv)
  expect(matched).toMatchObject({ code: 0, text: expect.stringContaining('1 matched, 0 missing here') })
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
    ...{ provider: 'wechat', day: yesterday, oursFen: parkedFen, theirsFen: parkedFen, payoutFen: parkedFen - 4 },
    lines: [{ verdict: 'matched' }],
  })
  expect(readFileSync(csv, 'utf8')).toContain('matched,payment,')

  const archive = join(folder, 'bill.zip')
  writeFileSync(archive, alipay.archive(yesterday))
  expect(await reconcile('alipay', '--file', archive)).toMatchObject({ code: 0 })
  const bill = join(folder, 'bill.csv')
  writeFileSync(bill, wechat.bill(yesterday).replaceAll('`6.00', '`6.50'))
  expect(await reconcile('wechat', '--file', bill)).toMatchObject({
    code: 1,
    text: expect.stringMatching(/amount-differs: payment .*ours 600 fen, theirs 650 fen/),
  })
  expect((await ask('GET', `reconciliations/wechat/${yesterday}`)).amountDiffers).toBe(1)
})

it('says what is wrong with an order or a file', async () => {
  const wrong = await reconcile('alipay', '--file', join(folder, 'bill.csv'))
  expect(wrong).toMatchObject({ code: 1, text: expect.stringContaining('--file') })
  const missing = await reconcile('wechat', '--file', join(folder, 'none.csv'))
  expect(missing).toMatchObject({ code: 1, text: expect.stringContaining('none.csv') })
  const day = await runCommand(['payments', 'reconcile', '--provider', 'wechat', '--day', '2026-13-01'], {
    environment: gateway.environment,
  })
  expect(day).toMatchObject({ code: 1, text: expect.stringContaining('2026-13-01') })
  const without = await runCommand(['payments', 'reconcile', '--day', yesterday], { environment: gateway.environment })
  expect(without.code).toBe(2)
})

it('writes what it refuses into its log, and no key', async () => {
  const [sold] = alipay.notices as [AlipayNotice]
  expect((await alipay.deliver(here(sold), alipay.form(sold, { app_id: '2' }))).status).toBe(400)
  const line = await eventually(
    'the line of the refusal',
    () => gateway.lines.find((text) => text.includes('payment-notice-refused')),
    (found) => found !== undefined,
  )
  expect(JSON.parse(line as string)).toMatchObject({ provider: 'alipay', fields: [{ field: 'app_id' }] })
  const written = gateway.lines.join('\n')
  expect(written).not.toContain(merchant.apiV3Key.toString())
  for (const keys of [merchantKeys, appKeys]) expect(written).not.toContain(privatePem(keys).split('\n')[2])
})
