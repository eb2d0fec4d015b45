import { rmSync } from 'node:fs'
import { type Device, deviceKinds, systemClock, toTimestamp, WorldError } from '@clearway/contracts'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Devices } from '../../src/access/devices.ts'
import { mosquittoFiles } from '../../src/access/mosquitto.ts'
import type { Accept } from '../../src/broker/broker.ts'
import { ExternalBroker } from '../../src/broker/external-broker.ts'
import { loadConfig } from '../../src/config.ts'
import { createGateway } from '../../src/gateway.ts'
import { ingestCounters } from '../../src/ingest/counters.ts'
import { Records } from '../../src/records/records.ts'
import { KnownDevices } from '../ingest/known-devices.ts'
import { occupancy, SmallCity, status, temporaryFolder, until } from '../ingest/small-city.ts'
import { isInstalled } from '../local-server.ts'
import { MosquittoServer } from './mosquitto-server.ts'

const fleet: [id: string, kind: Device['kind']][] = [
  ['bay-1', 'bay'],
  ['bay-2', 'bay'],
  ['gate-1', 'gate'],
  ['sign-1', 'sign'],
]
const inFiles = (devices: [id: string, kind: Device['kind']][]) =>
  devices.map(([id, kind]) => ({ id, kind, district: 'test' }))

describe.skipIf(!isInstalled('mosquitto', 'mosquitto'))('Mosquitto in place of the embedded broker', () => {
  let mosquitto: MosquittoServer
  let dataDir: string
  let cities: SmallCity[]
  let clients: MqttClient[]
  beforeEach(async () => {
    // `bay-9` has a credential at the broker, but the registry does not know it.
    mosquitto = await MosquittoServer.over(inFiles([...fleet, ['bay-9', 'bay']]))
    dataDir = temporaryFolder()
    cities = []
    clients = []
  })
  afterEach(async () => {
    for (const client of clients) client.end(true)
    for (const city of cities) await city.stop(true)
    await mosquitto.remove()
    rmSync(dataDir, { recursive: true, force: true })
  })

  /** Starts a gateway's ingest on the same data. */
  async function gateway(): Promise<SmallCity> {
    const city = new SmallCity(new KnownDevices(...fleet), {}, dataDir, systemClock, mosquitto.forGateway)
    cities.push(city)
    await city.start()
    return city
  }
  const connected = (city: SmallCity) => async () =>
    (await city.count('clearway_mqtt_connections')) === deviceKinds.length
  const subscribed = () => mosquitto.log.match(/Sending SUBACK to clearway\.gateway\./g)?.length ?? 0
  /** Until its subscriptions stand: before, Mosquitto has nobody to keep messages for. */
  async function ready(): Promise<SmallCity> {
    const city = await gateway()
    await until(connected(city))
    await until(() => subscribed() >= deviceKinds.length)
    return city
  }
  async function stop(city: SmallCity): Promise<void> {
    cities.splice(cities.indexOf(city), 1)
    await city.stop(true)
  }
  async function device(id: string, options: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`, {
      ...{ username: id, password: `token-of-${id}`, clientId: id, reconnectPeriod: 0, ...options },
    })
    client.on('error', () => {
      // What the broker does to a connection is asserted by its effects.
    })
    clients.push(client)
    return client
  }
  const inAnHour = toTimestamp(Date.now() + 3_600_000)
  const topic = (id: string, channel: string) => `clearway/v1/test/${id.split('-')[0]}/${id}/${channel}`
  const occupied = (client: MqttClient, bay: string, id: string) =>
    client.publishAsync(topic(bay, 'occupancy'), occupancy(id), { qos: 1 })
  const journalled = ({ ingest }: SmallCity, channel = 'bay/occupancy') =>
    ingest.journal.read(0, [channel], 100_000).entries.map(({ id }) => id)

  it('journals what a device publishes, in its order', async () => {
    const city = await ready()
    const bay = await device('bay-1')
    const ids = Array.from({ length: 200 }, (_, i) => `m-${i}`)
    await Promise.all(ids.map((id) => occupied(bay, 'bay-1', id)))
    await until(() => journalled(city).length === ids.length)
    expect(journalled(city)).toEqual(ids)
  })

  it('gets what devices sent while the gateway was away', async () => {
    await stop(await ready())
    const bay = await device('bay-1')
    const ids = Array.from({ length: 2_000 }, (_, i) => `m-${i}`)
    await Promise.all(ids.map((id) => occupied(bay, 'bay-1', id)))
    const city = await gateway()
    await until(() => journalled(city).length === ids.length)
    expect(journalled(city)).toEqual(ids)
  })

  it('gets them over a restart of the broker as well', async () => {
    await stop(await ready())
    const bay = await device('bay-1')
    await occupied(bay, 'bay-1', 'm-1')
    await mosquitto.stop()
    await mosquitto.start()
    const city = await gateway()
    await until(() => journalled(city).length === 1)
  })

  it('starts without the broker, says so to whoever sends, and finds it when it comes', async () => {
    await mosquitto.stop()
    const city = await gateway()
    const sending = city.ingest.downlink.send('sign-1', 'message', { text: { zh: '慢', en: 'Slow' }, until: inAnHour })
    await expect(sending).rejects.toMatchObject({ code: 'broker-away' })
    await mosquitto.start()
    await until(connected(city))
  })

  it('stops while the broker is away', async () => {
    const city = await ready()
    await mosquitto.stop()
    await until(async () => (await city.count('clearway_mqtt_connections')) === 0)
    await stop(city)
  })

  it('lets a device write only what it sends, under its own levels', async () => {
    const city = await ready()
    const bay = await device('bay-1')
    await bay.publishAsync(topic('bay-2', 'occupancy'), occupancy('foreign'), { qos: 1 })
    await bay.publishAsync('clearway/v1/other/bay/bay-1/occupancy', occupancy('elsewhere'), { qos: 1 })
    await bay.publishAsync(topic('bay-1', 'rejected'), occupancy('down'), { qos: 1 })
    await occupied(bay, 'bay-1', 'own')
    await until(() => journalled(city).length > 0)
    expect(journalled(city)).toEqual(['own'])
    expect(mosquitto.log.match(/Denied PUBLISH from bay-1/g)).toHaveLength(3)
    expect(await city.count('clearway_mqtt_topic_breaches_total')).toBe(0)
  })

  it('refuses a wrong token and a device without credential', async () => {
    await expect(device('bay-1', { password: 'token-of-bay-2' })).rejects.toMatchObject({ code: 5 })
    await expect(device('bay-3')).rejects.toMatchObject({ code: 5 })
  })

  it("does not let a device take over a session of the gateway's by its client id", async () => {
    const city = await ready()
    await device('bay-1', { clientId: 'clearway.gateway.bay', clean: true })
    const bay = await device('bay-2')
    await occupied(bay, 'bay-2', 'm-1')
    await until(() => journalled(city).length === 1)
    expect(mosquitto.log).not.toMatch(/clearway\.gateway\.bay (already connected|closed|disconnected)/)
  })

  it('drops what an unregistered device sends, counts it, and goes on', async () => {
    const city = await ready()
    const stranger = await device('bay-9')
    await occupied(stranger, 'bay-9', 'unknown')
    const bay = await device('bay-1')
    await occupied(bay, 'bay-1', 'm-1')
    await until(() => journalled(city).length > 0)
    expect(journalled(city)).toEqual(['m-1'])
    expect(await city.count('clearway_mqtt_topic_breaches_total', 'publish')).toBe(1)
  })

  it('drops what a revoked device sends while the broker still lets it in', async () => {
    const city = await ready()
    const [revoked, bay] = [await device('bay-2'), await device('bay-1')]
    Object.assign(city.devices.find('bay-2') ?? {}, { state: 'revoked' })
    await occupied(revoked, 'bay-2', 'late')
    await occupied(bay, 'bay-1', 'm-1')
    await until(() => journalled(city).length > 0)
    expect(journalled(city)).toEqual(['m-1'])
  })

  it('lets a device in by the token that the registry made, once the broker has read its files', async () => {
    const { url, user, password, caFile = '' } = mosquitto.forGateway
    const config = loadConfig({
      CLEARWAY_DATA_DIR: dataDir,
      CLEARWAY_HTTP_PORT: '0',
      CLEARWAY_ADMIN_TOKEN: 'a token for tests',
      CLEARWAY_MQTT_BROKER_URL: url,
      CLEARWAY_MQTT_BROKER_PASSWORD: password,
      CLEARWAY_MQTT_BROKER_CA_FILE: caFile,
    })
    const { app, core, ...whole } = await createGateway({ config, clock: systemClock, log: pino({ level: 'silent' }) })
    expect((await whole.start()).mqtt).toBe(0)
    try {
      const password = core.devices.add({ id: 'gate-7', kind: 'gate', district: 'lixia', lot: 'p-1' })
      const records = Records.open(dataDir)
      await mosquitto.reload(
        mosquittoFiles(new Devices(records, systemClock).forMosquitto(), {
          user,
          password: config.mqtt.broker?.password ?? '',
        }),
      )
      records.close()
      await until(() => subscribed() === deviceKinds.length)
      const gate = await device('gate-7', { password })
      await gate.publishAsync('clearway/v1/lixia/gate/gate-7/status', status('b-1', 'online', 'boot-1'), { qos: 1 })
      const headers = { authorization: 'Bearer a token for tests' }
      await until(async () => {
        const { body } = await app.inject({ url: '/api/v1/devices?limit=10', headers })
        return JSON.parse(body).items[0]?.state === 'online'
      })
    } finally {
      await whole.stop()
    }
  })

  it('brings a command to its device and to no other', async () => {
    const city = await ready()
    const [sign, other] = [await device('sign-1'), await device('bay-1')]
    const heard: string[] = []
    for (const client of [sign, other]) client.on('message', (from) => heard.push(from))
    await sign.subscribeAsync(topic('sign-1', 'message'), { qos: 1 })
    await other.subscribeAsync('clearway/#', { qos: 1 })
    await city.ingest.downlink.send('sign-1', 'message', { text: { zh: '慢', en: 'Slow' }, until: inAnHour })
    await city.ingest.downlink.send('sign-1', 'message', { text: { zh: '停', en: 'Stop' }, until: inAnHour })
    await until(() => heard.length === 2)
    expect(heard).toEqual([topic('sign-1', 'message'), topic('sign-1', 'message')])
  })

  it('answers a malformed message on the rejected channel and keeps it in quarantine', async () => {
    const city = await ready()
    const bay = await device('bay-1')
    const answer = new Promise<[string, Buffer]>((resolve) =>
      bay.once('message', (...heard) => resolve([heard[0], heard[1]])),
    )
    await bay.subscribeAsync(topic('bay-1', 'rejected'), { qos: 1 })
    await bay.publishAsync(topic('bay-1', 'occupancy'), '{"id":"m-1","occupied":"yes"}', { qos: 1 })
    const [from, payload] = await answer
    expect(from).toBe(topic('bay-1', 'rejected'))
    expect(JSON.parse(payload.toString())).toMatchObject({ id: 'm-1', channel: 'occupancy', reason: 'schema' })
    expect(await city.count('clearway_ingest_messages_total', 'quarantined')).toBe(1)
    await occupied(bay, 'bay-1', 'm-2')
    await until(() => journalled(city).length === 1)
  })

  describe('presence', () => {
    const born = (client: MqttClient, id: string, boot = 'boot-1') =>
      client.publishAsync(topic('bay-1', 'status'), status(id, 'online', boot), { qos: 1, retain: true })
    const will = { topic: topic('bay-1', 'status'), payload: Buffer.from(status('will', 'offline', 'boot-1')) }
    const withWill: IClientOptions = { will: { ...will, qos: 1, retain: true } }
    const is = (city: SmallCity, state: string) => () => city.ingest.presence.of('bay-1').state === state

    it('follows births and deaths, also when a device dies twice with the same words', async () => {
      const city = await ready()
      for (const id of ['birth-1', 'birth-2']) {
        const bay = await device('bay-1', withWill)
        await born(bay, id)
        await until(is(city, 'online'))
        bay.stream.destroy()
        await until(is(city, 'offline'))
      }
      expect(journalled(city, 'bay/status')).toHaveLength(4)
    })

    it('stays when a device comes again before the broker has noticed that it was gone', async () => {
      const city = await ready()
      await born(await device('bay-1', withWill), 'birth-1')
      await until(is(city, 'online'))
      await born(await device('bay-1', withWill), 'birth-2')
      await until(() => journalled(city, 'bay/status').includes('birth-2'))
      expect(city.ingest.presence.of('bay-1').state).toBe('online')
    })

    it('outlives the gateway: who stayed is online at once, who died meanwhile is offline', async () => {
      const first = await ready()
      const bay = await device('bay-1', withWill)
      await born(bay, 'birth-1')
      await until(is(first, 'online'))
      await stop(first)
      const second = await gateway()
      expect(second.ingest.presence.of('bay-1').state).toBe('online')
      await stop(second)
      bay.stream.destroy()
      await until(() => /Client bay-1 .*(disconnect|closed)/.test(mosquitto.log))
      const third = await gateway()
      await until(is(third, 'offline'))
    })

    it('is known from retained statuses when the gateway comes for the first time', async () => {
      await born(await device('bay-1', withWill), 'birth-1')
      const city = await ready()
      await until(() => journalled(city, 'bay/status').length > 0)
      expect(journalled(city, 'bay/status')).toEqual(['birth-1'])
      expect(city.ingest.presence.of('bay-1').state).toBe('online')
    })

    it('is not believed when the broker has lost everything', async () => {
      const first = await ready()
      await born(await device('bay-1', withWill), 'birth-1')
      await until(is(first, 'online'))
      await stop(first)
      await mosquitto.stop('SIGKILL')
      rmSync(`${mosquitto.folder}/data/mosquitto.db`, { force: true })
      await mosquitto.start()
      const second = await ready()
      await until(is(second, 'offline'))
    })
  })

  it('is given again what could not be stored, and acknowledges it then', async () => {
    const given: string[] = []
    const accept: Accept = ({ payload }, done) => {
      given.push(JSON.parse(payload.toString()).id)
      done(given.length === 1 ? new WorldError('journal-commit', 'the disk is full') : undefined)
    }
    const [log, counters] = [pino({ level: 'silent' }), ingestCounters(new Registry())]
    const broker = new ExternalBroker(new KnownDevices(...fleet), accept, mosquitto.forGateway, log, counters)
    await broker.start([])
    try {
      await until(() => subscribed() === deviceKinds.length)
      const bay = await device('bay-1')
      await occupied(bay, 'bay-1', 'm-1')
      await occupied(bay, 'bay-1', 'm-2')
      await until(() => given.length === 3)
      expect(given).toEqual(['m-1', 'm-1', 'm-2'])
      expect(broker.pending).toBe(0)
    } finally {
      await broker.stop()
    }
  })
})
