import { connect as connectSocket } from 'node:net'
import type { Page as ListPage, Lot } from '@clearway/contracts'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adminToken, eventually, metricsOf, type RunningGateway, startGateway } from './running-city.ts'

let gateway: RunningGateway
const tokens = new Map<string, string>()
const open: MqttClient[] = []

beforeAll(async () => {
  gateway = await startGateway()
  for (const id of ['gate-a', 'gate-b']) {
    const device = { id, kind: 'gate', district: 'demo', lot: 'mine' }
    const { token } = await gateway.api<{ token: string }>('/devices', { method: 'POST', body: device })
    tokens.set(id, token)
  }
  const settings = { position: { lon: 117.02, lat: 36.66 }, capacity: 4, kind: 'barrier-less' }
  await gateway.api('/lots/mine', { method: 'PUT', body: { name: { en: 'Mine' }, ...settings } })
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.endAsync(true)))
})
afterAll(async () => {
  expect(await gateway?.stop()).toBe(0)
})

const topic = (channel: string, device = 'gate-a') => `clearway/v1/demo/gate/${device}/${channel}`

let made = 0
const newId = () => `m-${++made}`
/** A read that passes. */
const read = (more: object = {}) => ({
  id: newId(),
  at: new Date().toISOString(),
  direction: 'in',
  plate: null,
  plateColour: 'unknown',
  confidence: 0.5,
  vehicleClass: 'small',
  ...more,
})

/** A device by its raw client, without an agent's care. @throws what the broker answers when it refuses */
async function connect(device = 'gate-a', more: IClientOptions = {}): Promise<MqttClient> {
  const credential = { clientId: device, username: device, password: tokens.get(device) ?? 'no token' }
  const rules = { protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 10_000 } as const
  const client = await mqtt.connectAsync(gateway.mqttUrl, { ...credential, ...rules, ...more }, false)
  open.push(client)
  return client
}

/** Messages on `rejected` in the order of their coming. */
async function rejections(client: MqttClient): Promise<object[]> {
  const answers: object[] = []
  client.on('message', (_topic, payload) => answers.push(JSON.parse(payload.toString())))
  await client.subscribeAsync(topic('rejected'), { qos: 1 })
  return answers
}

/** Resolves when the other side has ended a connection, however rudely. */
const endOf = (connection: { on(event: 'error' | 'close', listener: () => void): unknown }) =>
  new Promise<void>((resolve) => {
    connection.on('error', () => {})
    connection.on('close', resolve)
  })

const count = async (sample: string) => (await metricsOf(gateway)).get(sample) ?? 0
/** Runs `work` and waits until a counter has risen by one through it. */
async function raises(sample: string, work: () => Promise<unknown>): Promise<void> {
  const before = await count(sample)
  await work()
  await eventually(
    sample,
    () => count(sample),
    (now) => now === before + 1,
    { everyMs: 50, withinMs: 20_000 },
  )
}
const outcome = (name: string) => `clearway_ingest_messages_total{outcome="${name}"}`
const refused = (reason: string) => `clearway_mqtt_refused_total{reason="${reason}"}`
const breach = (what: string) => `clearway_mqtt_topic_breaches_total{what="${what}"}`

/** Whatever came before, a good message is taken in. */
const passes = (client: MqttClient) =>
  raises(outcome('inserted'), () => client.publishAsync(topic('read'), JSON.stringify(read()), { qos: 1 }))

/** JSON of exactly so many bytes. */
const ofBytes = (bytes: number) => {
  const frame = JSON.stringify(read({ imageRef: '' }))
  return frame.replace('"imageRef":""', `"imageRef":"${'x'.repeat(bytes - Buffer.byteLength(frame))}"`)
}

describe('a message that fails is acknowledged, answered on `rejected` and counted, and the next one passes', () => {
  const { direction: _, ...directionless } = read()
  const cases: [what: string, reason: string, detail: RegExp, payload: string | Buffer, channel?: string][] = [
    ['no JSON', 'malformed-json', /payload is not JSON: .*JSON/, '{"id": "m-0", "at": '],
    ['no UTF-8', 'malformed-json', /not UTF-8/, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['nothing at all', 'malformed-json', /payload is not JSON/, ''],
    ['nested without end', 'malformed-json', /more than 16 levels/, '['.repeat(10_000)],
    ['no object', 'schema', /\(body\) must be object, got 42/, '42'],
    ['a missing field', 'schema', /^direction is missing$/, JSON.stringify(directionless)],
    [
      'a value that is none of the allowed',
      'schema',
      /direction .*in, out, got "up"/,
      JSON.stringify(read({ direction: 'up' })),
    ],
    ['a number out of range', 'schema', /confidence must be <= 1, got 7/, JSON.stringify(read({ confidence: 7 }))],
    [
      'text for a number',
      'schema',
      /confidence must be number, got "0.5"/,
      JSON.stringify(read({ confidence: '0.5' })),
    ],
    [
      'a time without offset',
      'schema',
      /at must be RFC 3339 .*got "2026-11-23T08:15:00"/,
      JSON.stringify(read({ at: '2026-11-23T08:15:00' })),
    ],
    [
      'a day that does not exist',
      'clock',
      /at "2026-02-31T08:15:00.000Z"/,
      JSON.stringify(read({ at: '2026-02-31T08:15:00.000Z' })),
    ],
    [
      'an unknown channel',
      'unknown-channel',
      /gate\/weather is not a channel; a gate may publish .*gate\/read/,
      JSON.stringify(read()),
      'weather',
    ],
    ['a byte more than 16 KiB', 'too-large', /16385 bytes, at most 16384/, ofBytes(16 * 1024 + 1)],
    ['256 KiB', 'too-large', /262144 bytes, at most 16384/, ofBytes(256 * 1024)],
  ]
  it.each(cases)('%s', async (_what, reason, detail, payload, channel = 'read') => {
    const client = await connect()
    const answers = await rejections(client)
    const quarantined = await count(outcome('quarantined'))
    await raises(`clearway_ingest_rejected_total{reason="${reason}"}`, () =>
      client.publishAsync(topic(channel), payload, { qos: 1 }),
    )
    await eventually(
      'the answer',
      () => answers.length,
      (length) => length === 1,
      { everyMs: 20 },
    )
    const at = expect.stringMatching(/^\d{4}-/)
    expect(answers[0]).toMatchObject({ at, channel, reason, detail: expect.stringMatching(detail) })
    expect(await count(outcome('quarantined'))).toBe(quarantined + 1)
    await passes(client)
  })

  it('names the message it refuses by its id', async () => {
    const client = await connect()
    const answers = await rejections(client)
    await client.publishAsync(topic('read'), JSON.stringify(read({ id: 'mine-7', plate: 7 })), { qos: 1 })
    await eventually(
      'the answer',
      () => answers.length,
      (length) => length === 1,
      { everyMs: 20 },
    )
    expect(answers[0]).toMatchObject({ id: 'mine-7', detail: expect.stringMatching(/^plate .*got 7/) })
  })
})

describe('a connection that breaks the rules ends, counted, and the device comes back', () => {
  it('by a message above 256 KiB', async () => {
    const client = await connect()
    const closed = endOf(client)
    await raises(refused('oversize'), async () => {
      client.publish(topic('read'), 'x'.repeat(512 * 1024), { qos: 1 })
      await closed
    })
    await passes(await connect())
  })

  const foreign: [what: string, topic: string, why: RegExp][] = [
    ["to somebody else's topic", topic('read', 'gate-b'), /is not under clearway\/v1\/demo\/gate\/gate-a\//],
    ['to a topic of another tree', 'home/kitchen/light', /is not under clearway\/v1\/demo\/gate\/gate-a\//],
    ['to what only the gateway sends', topic('command'), /is sent by the gateway only/],
  ]
  it.each(foreign)('by a message %s', async (_what, to, why) => {
    const client = await connect()
    const closed = endOf(client)
    await raises(breach('publish'), async () => {
      client.publish(to, JSON.stringify(read()), { qos: 1 })
      await closed
    })
    const told = gateway.lines.filter((line) => line.includes('mqtt-topic-breach')).at(-1) ?? '{}'
    expect(JSON.parse(told)).toMatchObject({ device: 'gate-a', topic: to, why: expect.stringMatching(why) })
    await passes(await connect())
  })

  it('by bytes that are not MQTT', async () => {
    const { port, hostname } = new URL(gateway.mqttUrl)
    await raises(refused('not-connect'), async () => {
      const socket = connectSocket(Number(port), hostname)
      const closed = endOf(socket)
      socket.end('GET / HTTP/1.1\r\n\r\n')
      await closed
    })
    await passes(await connect())
  })
})

it("a subscription to somebody else's topics is refused alone; the connection stays", async () => {
  const client = await connect()
  for (const filter of ['#', topic('#', 'gate-b'), 'clearway/v1/+/gate/+/read']) {
    await raises(breach('subscribe'), async () => {
      const answer = await client.subscribeAsync(filter).catch((error: Error) => error)
      expect(answer).toMatchObject({ message: expect.stringMatching(/unspecified error/i) })
    })
  }
  await passes(client)
})

describe('a sign-in is refused with its code', () => {
  const badCredential = { code: 4, message: expect.stringMatching(/bad user ?name or password/i) }
  const cases: [what: string, device: string, more: () => IClientOptions, error: object, reason: string][] = [
    ['of an unknown device', 'gate-z', () => ({}), badCredential, 'credential'],
    ['with a wrong token', 'gate-a', () => ({ password: 'a-wrong-token' }), badCredential, 'credential'],
    ['with the token of another', 'gate-a', () => ({ password: tokens.get('gate-b') }), badCredential, 'credential'],
    ['without any', 'gate-a', () => ({ username: undefined, password: undefined }), badCredential, 'credential'],
    ["under another's client id", 'gate-a', () => ({ clientId: 'gate-b' }), { code: 2 }, 'client-id-foreign'],
  ]
  it.each(cases)('%s', async (_what, device, more, error, reason) => {
    await raises(refused(reason), () => expect(connect(device, more())).rejects.toMatchObject(error))
    await passes(await connect())
  })

  it('by MQTT 5, which a client library hears in its own words', async () => {
    await expect(connect('gate-a', { protocolVersion: 5 })).rejects.toMatchObject({
      message: expect.stringMatching(/unsupported protocol version|unacceptable protocol version/i),
    })
    await passes(await connect())
  })

  it('and no token is in the log', () => {
    const log = gateway.lines.join('\n')
    for (const secret of [...tokens.values(), adminToken, 'a-wrong-token']) expect(log).not.toContain(secret)
    expect(log).toContain('"event":"mqtt-refused"')
  })
})

it('a message sent twice is acknowledged twice and counts once', async () => {
  const client = await connect()
  const body = JSON.stringify(read({ plate: '鲁E50005', plateColour: 'blue' }))
  await raises(outcome('inserted'), () => client.publishAsync(topic('read'), body, { qos: 1 }))
  const stays = () => gateway.api<ListPage<object>>(`/stays?plate=${encodeURIComponent('鲁E50005')}`)
  const lot = () => gateway.api<Lot>('/lots/mine')
  await eventually('the stay', stays, ({ items }) => items.length === 1, { everyMs: 50 })
  const before = [await stays(), await lot()]
  await raises(outcome('duplicate'), () => client.publishAsync(topic('read'), body, { qos: 1 }))
  await raises(outcome('duplicate'), () => client.publishAsync(topic('read'), body, { qos: 1, dup: true }))
  expect([await stays(), await lot()]).toEqual(before)
  await passes(client)
})

it('after all of this the gateway lives and has failed at nothing', async () => {
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200)
  expect(gateway.lines.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([])
})
