import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Bill, Page as ListPage, Lot, LotMetrics, Quote, Stay, StreamEvent, Tariff } from '@clearway/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminToken, eventually, metricsOf, type RunningGateway, startGateway } from './running-city.ts'
import { type RunningCommand, runCommand, startCommand } from './running-command.ts'

/** It is about noon there now, so that `today` began long before the entry, whenever this runs. */
const hoursToNoon = 12 - new Date().getUTCHours()
const noonZone = `Etc/GMT${hoursToNoon > 0 ? '-' : '+'}${Math.abs(hoursToNoon)}`

const minuteMs = 60_000
const anna = '鲁A12345'
const gates = ['riverside-in', 'riverside-out'] as const

let gateway: RunningGateway
/** The agents at work, by device. */
const agents = new Map<string, RunningCommand>()
let lots: LotStream

beforeAll(async () => {
  gateway = await startGateway({ CLEARWAY_CITY_TIME_ZONE: noonZone })
})
afterAll(async () => {
  await lots?.close()
  const codes = await Promise.all([...agents.values()].map((agent) => agent.stop()))
  expect([...codes, await gateway?.stop()]).toEqual([0, 0, 0])
})

/** The lots topic of the live feed, from its snapshot on. */
interface LotStream {
  events: StreamEvent[]
  close(): Promise<void>
}

async function followLots(): Promise<LotStream> {
  const leave = new AbortController()
  const answer = await fetch(`${gateway.url}/api/v1/stream?topics=lots`, {
    headers: { authorization: `Bearer ${adminToken}` },
    signal: leave.signal,
  })
  const events: StreamEvent[] = []
  const reading = (async () => {
    let text = ''
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (text + chunk).split('\n')
      text = lines.pop() as string
      for (const line of lines) if (line.startsWith('data:')) events.push(JSON.parse(line.slice(5)))
    }
  })().catch((error) => {
    // The gateway is killed in the middle of its feed.
    if (!leave.signal.aborted && !(error instanceof TypeError)) throw error
  })
  return {
    events,
    close() {
      leave.abort()
      return reading
    },
  }
}

function startGate(device: string): void {
  const place = ['--district', 'demo', '--device', device, '--mqtt', gateway.mqttUrl]
  const files = ['--token-file', join(gateway.dataDir, `${device}.token`), '--outbox', join(gateway.dataDir, 'outbox')]
  agents.set(device, startCommand(['edge', '--kind', 'gate', ...place, ...files]))
}

/** What the camera's program writes. */
const see = (device: (typeof gates)[number], plate: string, more: { id?: string; at?: string } = {}) => {
  const direction = device === 'riverside-in' ? 'in' : 'out'
  const read = { direction, plate, plateColour: 'blue', confidence: 0.97, vehicleClass: 'small', ...more }
  agents.get(device)?.input.write(`${JSON.stringify(read)}\n`)
}

/** Reads that the agent keeps because nobody has acknowledged them. */
function keptBy(device: string): number {
  const outbox = new DatabaseSync(join(gateway.dataDir, 'outbox', `${device}.sqlite`), { readOnly: true })
  try {
    return outbox.prepare('select count(*) as n from event').get()?.n as number
  } finally {
    outbox.close()
  }
}

const items = async <T>(path: string) => (await gateway.api<ListPage<T>>(path)).items
const stays = (plate?: string) => items<Stay>(`/stays${plate ? `?plate=${encodeURIComponent(plate)}` : ''}`)
const bills = () => items<Bill>('/bills')
const lot = () => gateway.api<Lot>('/lots/riverside')
const ago = (minutes: number) => new Date(Date.now() - minutes * minuteMs).toISOString()
const when = (what: string, plate: string, state: Stay['state']) =>
  eventually(
    what,
    () => stays(plate),
    (found) => found.some((stay) => stay.state === state),
    { everyMs: 100, withinMs: 60_000 },
  ).then((found) => found[0] as Stay)

/** ¥5 for an hour after a quarter free, then ¥2 for each half hour begun. */
const document: Tariff['document'] = {
  name: { zh: '滨河停车场', en: 'Riverside' },
  currency: 'CNY',
  free: { withinMin: 15, kind: 'allowance', inclusive: false },
  first: { untilMin: 60, amountFen: 500 },
  further: { everyMin: 30, amountFen: 200 },
  capPer24hFen: 3000,
  after24h: 'continue',
}

it('a lot, its tariff and its two gates are set up while the gateway runs', async () => {
  await gateway.api('/tariffs/riverside', { method: 'PUT', body: { document, validFrom: ago(60 * 24) } })
  const settings = { position: { lon: 117.02, lat: 36.66 }, capacity: 4, tariff: 'riverside', kind: 'barrier-less' }
  const empty = await gateway.api<Lot>('/lots/riverside', { method: 'PUT', body: { name: { en: 'R' }, ...settings } })
  expect(empty).toMatchObject({ occupied: 0, vacant: 4, vacancyRate: 1, turnoverToday: 0 })
  lots = await followLots()

  mkdirSync(join(gateway.dataDir, 'outbox'))
  for (const device of gates) {
    const added = await runCommand(
      ['device', 'add', device, '--kind', 'gate', '--district', 'demo', '--lot', 'riverside'],
      { environment: gateway.environment },
    )
    expect(added.code, added.text).toBe(0)
    writeFileSync(join(gateway.dataDir, `${device}.token`), JSON.parse(added.text).token, { mode: 0o600 })
    startGate(device)
  }
})

it('two plate reads become one stay, and after the exit a bill priced by the tariff of the lot', async () => {
  const enteredAt = ago(90)
  see('riverside-in', anna, { id: 'read-1', at: enteredAt })
  const open = await when('the entry', anna, 'open')
  expect(open).toMatchObject({ lot: 'riverside', plate: anna, enteredAt, leftAt: null, bill: null })
  expect(await lot()).toMatchObject({ occupied: 1, vacant: 3, vacancyRate: 0.75, turnoverToday: 0.25, quality: 'good' })
  expect(await bills()).toEqual([])

  see('riverside-out', anna, { id: 'read-2' })
  const closed = await when('the exit', anna, 'closed')
  expect(closed).toMatchObject({ id: open.id, enteredAt, leftAt: expect.any(String), bill: expect.any(String) })
  expect(await stays()).toEqual([closed])
  expect(await lot()).toMatchObject({ occupied: 0, vacant: 4, vacancyRate: 1, turnoverToday: 0.25 })

  const [bill, ...others] = await bills()
  expect(others).toEqual([])
  expect(bill).toMatchObject({ id: closed.bill, stay: closed.id, plate: anna, state: 'issued', amountFen: 700 })
  expect(bill?.lines.map(({ rule, amountFen }) => [rule, amountFen])).toEqual([
    ['free', 0],
    ['first', 500],
    ['further', 200],
  ])
  const asked = { lot: 'riverside', vehicleClass: 'small', plateColour: 'blue', enteredAt, leftAt: closed.leftAt }
  const quote = await gateway.api<Quote>('/quotes', { method: 'POST', body: asked })
  const { amountFen, lines, tariff, tariffVersion } = bill as Bill
  expect({ amountFen, lines, tariff, tariffVersion }).toEqual(quote)
})

it('the figures of the lot and the live feed tell it', async () => {
  const [{ enteredAt, leftAt }] = (await stays(anna)) as unknown as [{ enteredAt: string; leftAt: string }]
  const window = `from=${enteredAt}&to=${new Date().toISOString()}&bucket=all`
  const [metrics] = await items<LotMetrics>(`/lots/riverside/metrics?${window}`)
  expect(metrics).toMatchObject({ arrivals: 1, peakOccupied: 1, revenueFen: 700 })
  expect(metrics?.meanDwellS).toBeCloseTo((Date.parse(leftAt) - Date.parse(enteredAt)) / 1000, 3)
  // One of four bays taken for most of the window.
  expect(metrics?.vacancyRate).toBeGreaterThanOrEqual(0.75)
  expect(metrics?.vacancyRate).toBeLessThan(1)
  expect(metrics?.turnoverRate).toBeGreaterThan(0)

  const told = await eventually(
    'the feed has seen the car come and go',
    () => lots.events.flatMap((event) => event.items as unknown as Lot[]).map(({ occupied }) => occupied),
    (counts) => counts.includes(1) && counts.at(-1) === 0,
    { everyMs: 100 },
  )
  expect(told).toEqual([0, 1, 0])
  expect(lots.events[0]).toMatchObject({ topic: 'lots', kind: 'snapshot' })
  expect(lots.events.at(-1)).toMatchObject({ kind: 'delta', items: [{ id: 'riverside', turnoverToday: 0.25 }] })
})

it('the same reads once more change nothing, whether the camera numbers them or not', async () => {
  const before = { stays: await stays(), bills: await bills(), lot: await lot() }
  const [{ enteredAt, leftAt }] = before.stays as unknown as [{ enteredAt: string; leftAt: string }]
  see('riverside-in', anna, { id: 'read-1', at: enteredAt })
  see('riverside-out', anna, { id: 'read-2', at: leftAt })
  see('riverside-in', anna, { at: enteredAt })
  see('riverside-out', anna, { at: leftAt })
  await eventually(
    'all four have been worked off',
    () => metricsOf(gateway),
    (metrics) =>
      metrics.get('clearway_ingest_messages_total{outcome="duplicate"}') === 2 &&
      // Two births, two reads, and the two that bear new ids.
      metrics.get('clearway_ingest_messages_total{outcome="inserted"}') === 6 &&
      metrics.get('clearway_projection_lag_entries{projection="parking"}') === 0,
    { everyMs: 100 },
  )
  expect({ stays: await stays(), bills: await bills(), lot: await lot() }).toEqual(before)
})

it('a killed gateway and a killed agent lose nothing and double nothing', async () => {
  see('riverside-in', '鲁B20002', { at: ago(40) })
  await when('the second car', '鲁B20002', 'open')
  // In flight when the gateway dies: acknowledged or not, it counts once.
  see('riverside-in', '鲁C30003', { at: ago(30) })
  await gateway.kill()
  see('riverside-in', '鲁D40004', { at: ago(20) })
  see('riverside-out', '鲁B20002')
  const kept = () => [keptBy('riverside-in'), keptBy('riverside-out')]
  await eventually('both agents keep their reads', kept, ([entries = 0, exits = 0]) => entries >= 1 && exits === 1, {
    everyMs: 100,
  })
  await agents.get('riverside-out')?.kill()
  startGate('riverside-out')
  await gateway.restart()

  await when('the exit that the killed agent kept', '鲁B20002', 'closed')
  await when('the entry in flight', '鲁C30003', 'open')
  await when('the entry during the outage', '鲁D40004', 'open')
  await eventually('everything is acknowledged', kept, (counts) => counts.every((count) => count === 0), {
    everyMs: 100,
  })
  const all = await stays()
  expect(all.map(({ plate, state }) => [plate, state]).toSorted()).toEqual([
    [anna, 'closed'],
    ['鲁B20002', 'closed'],
    ['鲁C30003', 'open'],
    ['鲁D40004', 'open'],
  ])
  // 40 minutes: a quarter free, then the first hour.
  expect((await bills()).map(({ plate, amountFen }) => [plate, amountFen]).toSorted()).toEqual([
    [anna, 700],
    ['鲁B20002', 500],
  ])
  expect(await lot()).toMatchObject({ occupied: 2, vacant: 2, vacancyRate: 0.5, turnoverToday: 1, quality: 'good' })
})

it('a new version of the tariff leaves the price of a stay that has begun', async () => {
  const dearer = { ...document, first: { untilMin: 60, amountFen: 1500 } }
  const second = await gateway.api<Tariff>('/tariffs/riverside', { method: 'PUT', body: { document: dearer } })
  expect(second.version).toBe(2)
  see('riverside-out', '鲁C30003')
  const { bill, enteredAt } = await when('the third exit', '鲁C30003', 'closed')
  expect(Date.parse(enteredAt as string)).toBeLessThan(Date.parse(second.validFrom))
  expect(await gateway.api<Bill>(`/bills/${bill}`)).toMatchObject({ amountFen: 500, tariffVersion: 1 })

  const stay = { enteredAt: second.validFrom, leftAt: new Date(Date.parse(second.validFrom) + 30 * minuteMs) }
  const asked = { lot: 'riverside', vehicleClass: 'small', plateColour: 'blue', ...stay }
  const quote = await gateway.api<Quote>('/quotes', { method: 'POST', body: asked })
  expect(quote).toMatchObject({ amountFen: 1500, tariffVersion: 2 })
})
