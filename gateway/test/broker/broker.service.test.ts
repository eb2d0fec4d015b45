import { once } from 'node:events'
import { connect as connectSocket, type Socket } from 'node:net'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KnownDevices } from '../ingest/known-devices.ts'
import { occupancy, SmallCity, status, until } from '../ingest/small-city.ts'

const ascii = (value: string) => [...Buffer.from(value)]
/** MQTT's length-prefixed string. */
const text = (value: string) => [0, value.length, ...ascii(value)]
/** A packet shorter than 128 bytes. */
const packet = (type: number, body: number[]) => Buffer.from([type, body.length, ...body])
/** Not `once`, which would fail when the broker resets the connection. */
const parted = (client: MqttClient) => new Promise<void>((resolve) => client.on('close', () => resolve()))

const bay = 'clearway/v1/test/bay/bay-1'

describe('broker', () => {
  let city: SmallCity
  beforeEach(async () => {
    city = new SmallCity(
      new KnownDevices(['bay-1', 'bay'], ['bay-10', 'bay'], ['bay-2', 'bay'], ['signal-1', 'signal']),
      { connectionsPerAddress: 20, drainTimeoutMs: 1_000 },
    )
    await city.start()
  })
  afterEach(() => city.stop())

  const refusal = (options: Parameters<SmallCity['connect']>[1], id = 'bay-1') =>
    city.connect(id, options).then(
      () => undefined,
      (error: { code?: number }) => error.code,
    )
  const opened: Socket[] = []
  afterEach(() => {
    for (const socket of opened.splice(0)) socket.destroy()
  })

  /** A bare TCP connection that has sent these bytes. */
  async function raw(bytes: Buffer): Promise<Socket> {
    const socket = connectSocket(city.ingest.mqttPort, '127.0.0.1')
    opened.push(socket)
    socket.on('error', () => {
      // Being reset is what some tests wait for.
    })
    await once(socket, 'connect')
    socket.write(bytes)
    return socket
  }
  const closed = (socket: Socket) => (socket.closed ? Promise.resolve() : once(socket, 'close'))

  describe('sign-in', () => {
    it.each([
      ['a wrong token', { password: 'token-of-bay-2' }, 4],
      ['an unknown device', { username: 'bay-9', clientId: 'bay-9', password: 'token-of-bay-9' }, 4],
      ['no user name', { username: undefined, password: undefined }, 4],
      ['a client id that does not start with the device', { clientId: 'bay-2' }, 2],
    ])('refuses %s', async (_what, options, code) => {
      expect(await refusal(options)).toBe(code)
    })

    it('refuses a last will on a foreign topic', async () => {
      const will = {
        topic: 'clearway/v1/test/bay/bay-2/status',
        payload: Buffer.from('{}'),
        qos: 1,
        retain: true,
      } as const
      expect(await refusal({ will })).toBe(5)
      expect(await city.count('clearway_mqtt_topic_breaches_total', 'will')).toBe(1)
    })

    it('refuses an empty client id with a persistent session', async () => {
      // CONNECT, protocol level 4, user name and password, clean session off, client id "".
      const socket = await raw(
        packet(0x10, [0, 4, ...ascii('MQTT'), 4, 0xc0, 0, 60, 0, 0, ...text('bay-1'), ...text('token-of-bay-1')]),
      )
      const [answer] = (await once(socket, 'data')) as [Buffer]
      expect(answer.toString('hex')).toBe('20020002')
      await closed(socket)
    })

    it('refuses MQTT 5 with return code 1, unacceptable protocol version', async () => {
      // CONNECT, protocol level 5, clean start, no properties.
      const socket = await raw(packet(0x10, [0, 4, ...ascii('MQTT'), 5, 0x02, 0, 60, 0, ...text('bay-1')]))
      const [answer] = (await once(socket, 'data')) as [Buffer]
      expect(answer.toString('hex')).toBe('20020001')
      await closed(socket)
    })

    it('tells an MQTT 5 client library why', async () => {
      const attempt = connectAsync(`mqtt://127.0.0.1:${city.ingest.mqttPort}`, {
        protocolVersion: 5,
        username: 'bay-1',
        password: 'token-of-bay-1',
        clientId: 'bay-1',
        reconnectPeriod: 0,
      })
      await expect(attempt).rejects.toThrow('Unacceptable protocol version')
    })

    it('lets a client take over its own session but not that of another device', async () => {
      const victim = await city.connect('bay-10')
      let gone = false
      victim.on('close', () => {
        gone = true
      })
      // "bay-10" starts with "bay-1": a permitted client id of the other device.
      await city.connect('bay-1', { clientId: 'bay-10' })
      await victim.publishAsync('clearway/v1/test/bay/bay-10/occupancy', occupancy('m-1'), { qos: 1 })
      expect(gone).toBe(false)
      await city.connect('bay-10')
      await until(() => gone)
      await until(() => city.ingest.presence.of('bay-10').state === 'online')
    })

    it('bounds the sessions of one device', async () => {
      for (let i = 0; i < 4; i++) await city.connect('bay-1', { clientId: `bay-1-${i}` })
      expect(await refusal({ clientId: 'bay-1-4' })).toBe(3)
      expect(await refusal({ clientId: 'bay-1-3' })).toBeUndefined()
    })

    it('bounds the connections of one address and lets the next one in when one has gone', async () => {
      const sockets = await Promise.all(Array.from({ length: 20 }, () => raw(Buffer.alloc(0))))
      await closed(await raw(Buffer.alloc(0)))
      sockets[0]?.destroy()
      await until(async () => (await city.count('clearway_mqtt_connections')) < 20)
      const client = await city.connect('bay-1')
      expect(client.connected).toBe(true)
      for (const socket of sockets) socket.destroy()
      await client.endAsync(true)
      await until(async () => (await city.count('clearway_mqtt_connections')) === 0)
    })

    it('cuts a device whose credential is withdrawn', async () => {
      const client = await city.connect('bay-1')
      const gone = parted(client)
      city.ingest.disconnect('bay-1')
      await gone
    })
  })

  describe('topics', () => {
    it.each([
      ['of another device', 'clearway/v1/test/bay/bay-2/occupancy'],
      ['of another district', 'clearway/v1/other/bay/bay-1/occupancy'],
      ['of another kind', 'clearway/v1/test/gate/bay-1/read'],
      ['that the gateway sends on', `${bay}/rejected`],
      ['of the broker itself', '$SYS/bay-1/new/clients'],
    ])('closes the connection of a device that publishes on a topic %s, and counts it', async (_what, topic) => {
      const client = await city.connect('bay-1')
      const gone = parted(client)
      client.publish(topic, occupancy('m-1'), { qos: 1 })
      await gone
      expect(await city.count('clearway_mqtt_topic_breaches_total', 'publish')).toBe(1)
      expect(city.ingest.journal.head).toBe(0)
      expect(city.ingest.journal.quarantineRows(1)).toEqual([])
    })

    it.each(['#', '+/v1/#', 'clearway/v1/test/bay/+/status', 'clearway/v1/test/bay/bay-10/#', '$SYS/#'])(
      'refuses a subscription to %s and keeps the connection',
      async (filter) => {
        const client = await city.connect('bay-1')
        const answer = await client.subscribeAsync(filter, { qos: 1 }).catch((error: Error) => error.message)
        expect(answer).toMatch(/Unspecified error/)
        await client.publishAsync(`${bay}/occupancy`, occupancy('m-1'), { qos: 1 })
        expect(await city.count('clearway_mqtt_topic_breaches_total', 'subscribe')).toBe(1)
      },
    )
  })

  describe('packets', () => {
    it('destroys a connection that announces more than 16 KiB before sign-in', async () => {
      // CONNECT with a remaining length of 16,385.
      await closed(await raw(Buffer.from([0x10, 0x81, 0x80, 0x01, 0, 4])))
      expect(await city.count('clearway_mqtt_refused_total', 'oversize')).toBe(1)
    })

    it('destroys a connection that does not begin with CONNECT, or with no MQTT at all', async () => {
      await closed(await raw(Buffer.from([0xc0, 0])))
      await closed(await raw(Buffer.from('GET / HTTP/1.1\r\n\r\n')))
      expect(await city.count('clearway_mqtt_refused_total', 'not-connect')).toBe(2)
    })

    it('destroys the connection of a message above 256 KiB without taking it in', async () => {
      const client = await city.connect('bay-1')
      const gone = parted(client)
      client.publish(`${bay}/occupancy`, Buffer.alloc(400 * 1024, 'x'), { qos: 1 })
      await gone
      expect(city.ingest.journal.quarantineRows(1)).toEqual([])
    })

    it('takes a message of exactly 256 KiB into quarantine and destroys the connection of one byte more', async () => {
      const client = await city.connect('bay-1')
      await client.publishAsync(`${bay}/occupancy`, Buffer.alloc(256 * 1024, 'x'), { qos: 1 })
      const gone = parted(client)
      client.publish(`${bay}/occupancy`, Buffer.alloc(256 * 1024 + 1, 'x'), { qos: 1 })
      await gone
      expect(city.ingest.journal.quarantineRows(2)).toMatchObject([{ reason: 'too-large' }])
      expect(await city.count('clearway_mqtt_refused_total', 'oversize')).toBe(1)
    })

    it('holds no more than one CONNECT of memory for a client that floods before sign-in', async () => {
      const flood = Buffer.alloc(1024 * 1024, 0x30)
      const before = process.memoryUsage().arrayBuffers
      const sockets = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const socket = await raw(Buffer.from([0x10, 0xff, 0x7f, 0, 4]))
          socket.write(flood)
          return socket
        }),
      )
      await Promise.all(sockets.map(closed))
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30 * 1024 * 1024)
    })
  })

  describe('under load', () => {
    it('keeps delivering to others while one subscriber does not read, and cuts that one', async () => {
      const frozen = await city.connect('signal-1')
      await frozen.subscribeAsync('clearway/v1/test/signal/signal-1/#', { qos: 1 })
      const other = await city.connect('bay-1')
      const answers: string[] = []
      other.on('message', (_topic, payload) => answers.push(payload.toString()))
      await other.subscribeAsync(`${bay}/rejected`, { qos: 1 })
      frozen.stream.pause()
      const huge = `{"id":"${'x'.repeat(200)}","at":1}`
      for (let i = 0; i < 40_000 && city.ingest.presence.of('signal-1').state === 'online'; i++) {
        const detail = huge.repeat(20)
        await city.ingest.downlink.send('signal-1', 'rejected', { channel: 'state', reason: 'schema', detail })
        if (i % 100 === 0) {
          await other.publishAsync(`${bay}/occupancy`, `broken ${i}`, { qos: 1 })
          await until(() => answers.length === i / 100 + 1)
        }
      }
      await until(() => city.ingest.presence.of('signal-1').state === 'offline')
    })
  })

  it('takes in what a client sends in one breath with CONNECT, DISCONNECT included', async () => {
    const connect = [
      ...[0, 4, ...ascii('MQTT'), 4, 0xee, 0, 60, ...text('bay-1')],
      ...[...text(`${bay}/status`), ...text('{}'), ...text('bay-1'), ...text('token-of-bay-1')],
    ]
    const publish = [...text(`${bay}/occupancy`), 0, 7, ...ascii(occupancy('m-1'))]
    const bytes = [packet(0x10, connect), packet(0x32, publish), packet(0xe0, [])]
    const socket = await raw(Buffer.concat(bytes))
    socket.resume().end()
    await until(() => city.ingest.journal.head === 1)
    await closed(socket)
    await until(async () => (await city.count('clearway_mqtt_connections')) === 0)
    // The will, not being a status, would have gone to quarantine.
    expect(city.ingest.journal.quarantineRows(1)).toEqual([])
  })

  it('keeps a will that was not needed to itself', async () => {
    const will = {
      topic: `${bay}/status`,
      payload: Buffer.from(status('w-1', 'offline', 'b-1')),
      qos: 1,
      retain: true,
    } as const
    const client = await city.connect('bay-1', { will })
    await client.publishAsync(`${bay}/status`, status('s-1', 'online', 'b-1'), { qos: 1, retain: true })
    await client.endAsync()
    await until(() => city.ingest.presence.of('bay-1').state === 'offline')
    expect(city.ingest.feed.latest('bay/status')).toMatchObject([{ body: { state: 'online' } }])
  })
})

describe('throttle', () => {
  it('slows a flooding device alone', async () => {
    const city = new SmallCity(new KnownDevices(['bay-1', 'bay'], ['bay-2', 'bay']), { messagesPerSecond: 100 })
    await city.start()
    const [loud, quiet] = [await city.connect('bay-1'), await city.connect('bay-2')]
    let acknowledged = 0
    for (let i = 0; i < 2_000; i++) {
      loud.publish(`${bay}/occupancy`, occupancy(`m-${i}`), { qos: 1 }, (error) => {
        if (!error) acknowledged++
      })
    }
    await until(async () => (await city.count('clearway_mqtt_throttled_total')) > 0)
    for (let i = 0; i < 50; i++) {
      await quiet.publishAsync('clearway/v1/test/bay/bay-2/occupancy', occupancy(`m-${i}`), { qos: 1 })
    }
    expect(acknowledged).toBeLessThan(2_000)
    await city.stop()
  })
})
