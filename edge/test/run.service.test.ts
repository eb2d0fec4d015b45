import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { cycleOf, seededRandom, systemClock } from '@clearway/contracts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type EdgeSurroundings, runEdge } from '../src/index.ts'
import { crossingSettings } from './drivers/ntcip/settings-of.ts'
import { actuated, crossing } from './fixtures.ts'
import { TestBroker } from './uplink/broker.ts'
import { request } from './uplink/uplink-suite.ts'

let folder: string
let broker: TestBroker
let around: EdgeSurroundings & { input: PassThrough; output: PassThrough }
let faults: string[]
let stop: AbortController
let running: Promise<void>

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'edge-'))
  broker = await TestBroker.open()
  faults = []
  stop = new AbortController()
  running = Promise.resolve()
  around = {
    clock: systemClock,
    random: seededRandom(3),
    firmware: 'test',
    input: new PassThrough(),
    output: new PassThrough(),
    report: (fault) => faults.push(fault.message),
  }
})
afterEach(async () => {
  stop.abort()
  await running
  await broker.close()
  rmSync(folder, { recursive: true })
})

function configuration(kind: string, device: string, more: object = {}) {
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, `token of ${device}\n`)
  return { kind, district: 'lixia', device, mqtt: broker.url, tokenFile, outbox: join(folder, 'outbox'), ...more }
}
const start = (config: object) => {
  running = runEdge(config, around, stop.signal)
}
const arrived = (channel: string) => broker.arrivals.filter((arrival) => arrival.channel === channel)
const online = () => vi.waitFor(() => expect(arrived('status')).toHaveLength(1), 5000)

it('runs a signal agent that reports its state and answers requests', async () => {
  const table = join(folder, 'junction.json')
  writeFileSync(table, JSON.stringify(crossing()))
  start(configuration('signal', 'j-crossing', { table }))
  await online()
  await vi.waitFor(() => expect(arrived('state').length).toBeGreaterThan(0), 5000)
  expect(arrived('state')[0]?.body).toMatchObject({ mode: 'flash', groups: { 'v-n': 'caution-Conflicting-Traffic' } })
  const wrong = request(Date.now(), { approach: 'x' })
  broker.send('clearway/v1/lixia/signal/j-crossing/request', JSON.stringify(wrong))
  await vi.waitFor(() => expect(arrived('response')).toHaveLength(1), 5000)
  expect(arrived('response')[0]?.body).toMatchObject({ status: 'rejected', reason: expect.stringContaining('"x"') })
})

it('runs our controller as the logic of a cabinet: lamps, loops and switches are at the pipes', async () => {
  const table = join(folder, 'junction.json')
  writeFileSync(table, JSON.stringify(actuated(crossing(), 'free')))
  const lamps: { mode: string; groups: Record<string, string> }[] = []
  createInterface({ input: around.output }).on('line', (line) => lamps.push(JSON.parse(line)))
  start(configuration('signal', 'j-crossing', { table, driver: 'cabinet' }))
  await vi.waitFor(() => expect(lamps[0]).toMatchObject({ mode: 'flash' }), 5000)
  around.input.write('{"detector":"nowhere","on":true}\n{"lamp":1}\n{"control":"hand","stage":"s2"}\n')
  await vi.waitFor(() => expect(faults).toContainEqual(expect.stringContaining('"nowhere"')), 5000)
  expect(faults).toContainEqual(expect.stringContaining('cabinet line'))
  // Through start-up, then to the stage of the switch.
  await vi.waitFor(
    () => expect(lamps.at(-1)).toMatchObject({ mode: 'manual', groups: { 'v-e': expect.stringMatching(/Allowed$/) } }),
    { timeout: 25_000, interval: 200 },
  )
  expect(lamps.at(-1)?.groups['v-n']).toBe('stop-And-Remain')
}, 30_000)

it('gives the conflict monitor a table of its own, and refuses one that would let more pass', async () => {
  const [table, monitorTable] = [join(folder, 'junction.json'), join(folder, 'monitor.json')]
  writeFileSync(table, JSON.stringify(crossing()))
  const weak = crossing()
  for (const pair of weak.intergreens) pair.redS /= 2
  writeFileSync(monitorTable, JSON.stringify({ ...weak, cycleS: cycleOf(weak) }))
  const config = configuration('signal', 'j-crossing', { table, monitorTable })
  await expect(runEdge(config, around, stop.signal)).rejects.toThrow(/monitor/)
  const elsewhere = configuration('signal', 'j-crossing', { table, monitorTable, driver: 'ntcip', controller: table })
  await expect(runEdge(elsewhere, around, stop.signal)).rejects.toThrow(
    /monitorTable .* is for our own controller only/,
  )
})

it('runs a signal agent whose controller does not answer: it says so and refuses requests', async () => {
  const [table, controller] = [join(folder, 'junction.json'), join(folder, 'controller.json')]
  writeFileSync(table, JSON.stringify(crossing()))
  // Port 9 of the loopback: nobody is there.
  writeFileSync(controller, JSON.stringify({ ...crossingSettings(), port: 9, timeoutS: 0.1, silenceS: 0.5 }))
  start(configuration('signal', 'j-crossing', { table, driver: 'ntcip', controller }))
  await online()
  await vi.waitFor(() => expect(faults).toContainEqual(expect.stringMatching(/127\.0\.0\.1:9 has given no/)), 5000)
  broker.send('clearway/v1/lixia/signal/j-crossing/request', JSON.stringify(request(Date.now(), { approach: 'n' })))
  await vi.waitFor(() => expect(arrived('response')).toHaveLength(1), 5000)
  expect(arrived('response')[0]?.body).toMatchObject({
    status: 'rejected',
    reason: expect.stringMatching(/not answer/),
  })
  expect(arrived('state')).toEqual([])
})

it('runs a gate whose camera and barrier are a program at the pipes', async () => {
  start(configuration('gate', 'lot-1-in'))
  await online()
  const read = {
    direction: 'in',
    plate: '鲁A12345',
    plateColour: 'blue',
    confidence: 0.9,
    vehicleClass: 'small',
  }
  around.input.write('no json\n{"direction":"up"}\n')
  around.input.write(`${JSON.stringify(read)}\n`)
  await vi.waitFor(() => expect(arrived('read')).toHaveLength(1), 5000)
  expect(arrived('read')[0]?.body).toMatchObject({ ...read, sequence: expect.any(Number) })
  expect(faults).toHaveLength(2)
  expect(faults[1]).toMatch(/direction .*"up"/)
  const command = { id: 'c-1', at: '2026-11-23T08:15:00.000Z', action: 'open', expiresAt: '2999-01-01T00:00:00.000Z' }
  for (let twice = 0; twice < 2; twice++) {
    broker.send('clearway/v1/lixia/gate/lot-1-in/command', JSON.stringify(command))
  }
  broker.send('clearway/v1/lixia/gate/lot-1-in/command', JSON.stringify({ ...command, id: 'c-2', action: 'close' }))
  let obeyed = ''
  around.output.on('data', (chunk) => {
    obeyed += String(chunk)
  })
  await vi.waitFor(() => expect(obeyed).toBe('{"action":"open"}\n{"action":"close"}\n'), 5000)
})

it("keeps a camera's own time, and says when its program has ended", async () => {
  start(configuration('gate', 'lot-1-in'))
  await online()
  const read = { direction: 'in', plate: null, plateColour: 'unknown', confidence: 0, vehicleClass: 'small' }
  const at = '2026-11-23T06:30:00.000Z'
  around.input.end(`${JSON.stringify({ ...read, id: 'camera-7', at })}\n`)
  await vi.waitFor(() => expect(arrived('read')).toHaveLength(1), 5000)
  expect(arrived('read')[0]?.body).toMatchObject({ ...read, id: 'camera-7', at })
  await vi.waitFor(() => expect(faults).toEqual([expect.stringContaining('has closed its output')]), 5000)
})

it('sends every second where a vehicle is', async () => {
  start(configuration('vehicle', 'amb-1'))
  await online()
  const fix = { lon: 117, lat: 36.6, speedMps: 12, headingDeg: 90, accuracyM: 3 }
  around.input.write(`${JSON.stringify(fix)}\n`)
  await vi.waitFor(() => expect(arrived('position')).toHaveLength(1), 5000)
  expect(arrived('position')[0]?.body).toMatchObject(fix)
})

describe('refuses to start', () => {
  it.each([
    ['an unknown key', { tabel: 'x' }, /tabel/],
    ['an unknown kind', { kind: 'door' }, /kind .*"door"/],
    ['an address that is not MQTT', { mqtt: 'http://x' }, /mqtt .*"http:\/\/x"/],
    ['a token file that is not there', { tokenFile: '/none/token' }, /tokenFile: .*\/none\/token/],
    ['a signal without a table', { kind: 'signal' }, /table is missing/],
    ['an unknown driver', { driver: 'snmp' }, /driver .*"snmp"/],
    ['a signal whose table is no JSON', { kind: 'signal', table: import.meta.filename }, /is no JSON/],
  ])('with %s', async (_, more, message) => {
    await expect(runEdge(configuration('gate', 'g-1', more), around, stop.signal)).rejects.toThrow(message)
  })

  describe('a signal', () => {
    const signal = (more: object) => {
      const table = join(folder, 'junction.json')
      writeFileSync(table, JSON.stringify(crossing()))
      return configuration('signal', 'j-crossing', { table, ...more })
    }
    it.each([
      ['whose driver has no settings', { driver: 'ntcip' }, /controller is missing: driver ntcip/],
      ['with settings but no driver', { controller: 'x.json' }, /controller "x.json" .*set driver/],
      ['whose settings are not there', { driver: 'ntcip', controller: '/none/c.json' }, /controller: .*\/none\/c.json/],
      [
        'whose settings are no JSON',
        { driver: 'ntcip', controller: import.meta.filename },
        /controller: .* is no JSON/,
      ],
    ])('%s', async (_, more, message) => {
      await expect(runEdge(signal(more), around, stop.signal)).rejects.toThrow(message)
    })

    it('whose settings do not fit its table', async () => {
      const controller = join(folder, 'controller.json')
      writeFileSync(controller, JSON.stringify({ ...crossingSettings(), preempts: { n: 1, e: 1, s: 2, x: 3 } }))
      const config = signal({ driver: 'ntcip', controller })
      await expect(runEdge(config, around, stop.signal)).rejects.toThrow(/preempts.e 1 is the preempt of approach "n"/)
    })
  })

  it('with an unsafe table', async () => {
    const unsafe = crossing()
    unsafe.groups[0]!.yellowS = 1
    const table = join(folder, 'unsafe.json')
    writeFileSync(table, JSON.stringify(unsafe))
    const config = configuration('signal', 'j-crossing', { table })
    await expect(runEdge(config, around, stop.signal)).rejects.toThrow(/groups.0.yellowS 1 is below 3 s/)
  })
})
