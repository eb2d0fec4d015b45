import { spawn } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { devicePrefix, type SignalRequest, seededRandom, signedText, systemClock } from '@clearway/contracts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IssuerKeys, MqttUplink, Outbox } from '../../src/index.ts'
import { TestBroker } from './broker.ts'
import { request, uplinkSuite } from './uplink-suite.ts'

const identity = { district: 'lixia', kind: 'signal', device: 'j-1' } as const
const random = seededRandom(7)
const clock = systemClock

async function connect(options: { token?: string; issuer?: IssuerKeys } = {}) {
  const broker = await TestBroker.open()
  const faults: string[] = []
  const report = (fault: Error) => faults.push(fault.message)
  const outbox = new Outbox(':memory:', clock, random, report)
  const uplink = new MqttUplink(
    identity,
    { url: broker.url, token: 'token of j-1', firmware: 'test', maxBackoffS: 1, ...options },
    { outbox, clock, random, report },
  )
  return { broker, outbox, uplink, faults }
}

uplinkSuite('an uplink over MQTT', async () => {
  const { broker, outbox, uplink, faults } = await connect()
  return {
    uplink,
    arrivals: broker.arrivals,
    faults,
    send: (channel, body) => broker.send(devicePrefix(identity) + channel, JSON.stringify(body)),
    cut: () => broker.cut(),
    mend: () => broker.mend(),
    close: async () => {
      await uplink.stop()
      outbox.close()
      await broker.close()
    },
  }
})

it('hands on what the issuer has signed and reports what nobody has', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const issuer = new IssuerKeys(publicKey.export({ type: 'spki', format: 'pem' }).toString())
  const { broker, outbox, uplink, faults } = await connect({ issuer })
  const heard: string[] = []
  uplink.on('request', (message) => heard.push(message.request))
  uplink.start()
  await vi.waitFor(() => expect(uplink.connected).toBe(true))
  const topic = `${devicePrefix(identity)}request`
  const send = (message: SignalRequest) => broker.send(topic, JSON.stringify(message))
  const good = request(clock.now(), { request: 'signed' })
  const signature = sign(null, Buffer.from(signedText(topic, good)), privateKey).toString('base64')
  send(request(clock.now(), { request: 'unsigned' }))
  send({ ...good, request: 'forged', signature })
  send({ ...good, signature })
  await vi.waitFor(() => expect(heard).toEqual(['signed']))
  expect(faults).toEqual([
    `${topic}: signature is missing: only requests signed by the issuer are taken here`,
    `${topic}: signature of request forged is not the issuer's for this content and topic`,
  ])
  await uplink.stop()
  outbox.close()
  await broker.close()
})

describe('the connection', () => {
  let rig: Awaited<ReturnType<typeof connect>>
  beforeEach(async () => {
    rig = await connect()
  })
  afterEach(async () => {
    await rig.uplink.stop()
    rig.outbox.close()
    await rig.broker.close()
  })
  const born = async () => {
    rig.uplink.start()
    await vi.waitFor(() => expect(rig.uplink.connected).toBe(true))
  }

  it('subscribes to its own downward channels only', async () => {
    await born()
    expect(rig.broker.subscriptions.sort()).toEqual([
      'clearway/v1/lixia/signal/j-1/rejected',
      'clearway/v1/lixia/signal/j-1/request',
    ])
  })

  it('retains birth, death and goodbye', async () => {
    await born()
    await rig.broker.cut()
    await vi.waitFor(() => expect(rig.uplink.connected).toBe(false))
    await rig.broker.mend()
    await vi.waitFor(() => expect(rig.uplink.connected).toBe(true), 5000)
    await rig.uplink.stop()
    const status = rig.broker.arrivals.map(({ body }) => [body.state, body.retained])
    expect(status).toEqual([
      ['online', true],
      ['offline', true],
      ['online', true],
      ['offline', true],
    ])
  })

  it('has at most a hundred events in flight and sends them again under the same ids', async () => {
    await born()
    rig.broker.hold = true
    for (let n = 0; n < 300; n++) {
      rig.uplink.event('response', 0, { request: 'r', sequence: n, status: 'requested' })
    }
    const responses = () => rig.broker.arrivals.filter(({ channel }) => channel === 'response')
    await vi.waitFor(() => expect(responses()).toHaveLength(100))
    await rig.broker.cut()
    rig.broker.hold = false
    await rig.broker.mend()
    await vi.waitFor(() => expect(responses()).toHaveLength(400), 5000)
    const sent = responses().map(({ body }) => body.id)
    expect(sent.slice(100, 200)).toEqual(sent.slice(0, 100))
    await vi.waitFor(() => {
      rig.outbox.commit()
      expect(rig.outbox.after('j-1', 0, 1)).toEqual([])
    })
  })

  it('loses no state whose acknowledgement is missing', async () => {
    await born()
    rig.broker.hold = true
    rig.uplink.state('state', 0, { mode: 'flash', groups: {} })
    await vi.waitFor(() => expect(rig.broker.arrivals.at(-1)?.channel).toBe('state'))
    await rig.broker.cut()
    rig.broker.hold = false
    await rig.broker.mend()
    await vi.waitFor(() => {
      const ids = rig.broker.arrivals.filter(({ channel }) => channel === 'state').map(({ body }) => body.id)
      expect(ids).toEqual([ids[0], ids[0]])
    }, 5000)
  })

  it('is settled when all that it was given has been acknowledged, over a broken connection too', async () => {
    let settled = false
    const wait = () => {
      settled = false
      return rig.uplink.settled().then(() => {
        settled = true
      })
    }
    const untilConnected = wait()
    rig.uplink.start()
    await untilConnected
    rig.broker.hold = true
    rig.uplink.event('response', 0, { request: 'r', sequence: 1, status: 'requested' })
    rig.uplink.state('state', 0, { mode: 'flash', groups: {} })
    const untilAcknowledged = wait()
    await vi.waitFor(() => expect(rig.broker.arrivals.map(({ channel }) => channel)).toContain('response'))
    expect(settled).toBe(false)
    await rig.broker.cut()
    rig.broker.hold = false
    await rig.broker.mend()
    await untilAcknowledged
    expect(rig.broker.arrivals.filter(({ channel }) => channel === 'state')).toHaveLength(2)
  })

  it('goes on after a message that is no JSON', async () => {
    const heard: string[] = []
    rig.uplink.on('request', ({ id }) => heard.push(id))
    await born()
    rig.broker.send(`${devicePrefix(identity)}request`, '{"half"')
    rig.broker.send(`${devicePrefix(identity)}request`, 'x'.repeat(17 * 1024))
    rig.broker.send(`${devicePrefix(identity)}request`, JSON.stringify(request(Date.now(), { id: 'whole' })))
    await vi.waitFor(() => expect(heard).toEqual(['whole']))
    expect(rig.faults).toHaveLength(2)
    expect(rig.faults[1]).toContain('17408 bytes')
  })
})

it('says once that the credential is refused, keeps trying, and can be stopped meanwhile', async () => {
  const { broker, outbox, uplink, faults } = await connect({ token: 'wrong' })
  uplink.start()
  await vi.waitFor(() => expect(broker.refused).toBeGreaterThanOrEqual(3), 5000)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(/j-1 at mqtt:.* refused the credential/)
  expect(uplink.connected).toBe(false)
  await uplink.stop()
  outbox.close()
  await broker.close()
})

it('loses nothing and doubles nothing when its process is killed at any moment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'outbox-'))
  const broker = await TestBroker.open()
  const program = fileURLToPath(new URL('./event-source.ts', import.meta.url))
  const kept: string[] = []
  const pause = seededRandom(11)
  const rounds = 8
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [program, broker.url, join(folder, 'outbox.sqlite')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    createInterface({ input: child.stdout }).on('line', (id) => kept.push(id))
    const before = kept.length
    await vi.waitFor(() => expect(kept.length).toBeGreaterThan(before + 50), 20_000)
    await new Promise((resolve) => setTimeout(resolve, pause.integer(60)))
    // In every second round events pile up unacknowledged.
    broker.hold = round % 2 === 0
    await new Promise((resolve) => setTimeout(resolve, pause.integer(60)))
    child.kill('SIGKILL')
    await ended
    broker.hold = false
  }
  // What is left in the file goes out with the next start.
  const report = () => undefined
  const outbox = new Outbox(join(folder, 'outbox.sqlite'), clock, random, report)
  const options = { url: broker.url, token: 'token of j-1', firmware: 'test' }
  const uplink = new MqttUplink(identity, options, { outbox, clock, random, report })
  uplink.start()
  await vi.waitFor(() => {
    outbox.commit()
    expect(outbox.after('j-1', 0, 1)).toEqual([])
  }, 20_000)
  await uplink.stop()
  outbox.close()
  await broker.close()
  rmSync(folder, { recursive: true })

  const responses = broker.arrivals.filter(({ channel }) => channel === 'response')
  const bodies = new Map<unknown, string>()
  for (const { body } of responses) {
    const text = JSON.stringify(body)
    // The same id is always the same event: a resend, never a second birth.
    expect(bodies.get(body.id) ?? text).toBe(text)
    bodies.set(body.id, text)
  }
  expect(kept.filter((id) => !bodies.has(id))).toEqual([])
  expect(new Set(kept).size).toBe(kept.length)
  const resent = responses.length - bodies.size
  expect(resent, 'the kills must have caught events in flight').toBeGreaterThan(0)
})
