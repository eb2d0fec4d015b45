import { readFileSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { connectAsync, type IClientOptions } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KnownDevices } from '../ingest/known-devices.ts'
import { occupancy, SmallCity } from '../ingest/small-city.ts'

const file = (name: string) => fileURLToPath(new URL(`./certificates/${name}.pem`, import.meta.url))
const pem = (name: string) => readFileSync(file(name))

describe('TLS', () => {
  let city: SmallCity
  beforeEach(async () => {
    city = new SmallCity(new KnownDevices(['bay-1', 'bay'], ['bay-2', 'bay']), {
      tls: { port: 0, certFile: file('server.cert'), keyFile: file('server.key'), caFile: file('authority.cert') },
    })
    await city.start()
  })
  afterEach(() => city.stop())

  /** The return code of CONNACK: 0 when signed in. */
  async function signIn(options: IClientOptions): Promise<number | undefined> {
    try {
      const client = await connectAsync(`mqtts://localhost:${city.ingest.mqttTlsPort}`, {
        ...{ ca: pem('authority.cert'), clientId: 'bay-1', reconnectPeriod: 0, ...options },
      })
      await client.publishAsync('clearway/v1/test/bay/bay-1/occupancy', occupancy('m-1'), { qos: 1 })
      await client.endAsync()
      return 0
    } catch (error) {
      return (error as { code?: number }).code
    }
  }
  const certificate = { cert: pem('device.cert'), key: pem('device.key') }

  it('signs a device in by a certificate whose common name is its id, without a token', async () => {
    expect(await signIn(certificate)).toBe(0)
    expect(await signIn({ ...certificate, username: 'bay-1' })).toBe(0)
  })

  it('does not let a certificate stand for another device', async () => {
    expect(await signIn({ ...certificate, username: 'bay-2', password: 'token-of-bay-2', clientId: 'bay-2' })).toBe(4)
    expect(await signIn({ ...certificate, clientId: 'bay-2' })).toBe(2)
  })

  it('counts a certificate of an unknown authority as none', async () => {
    const stranger = { cert: pem('stranger.cert'), key: pem('stranger.key') }
    expect(await signIn(stranger)).toBe(4)
    expect(await signIn({ ...stranger, username: 'bay-1', password: 'token-of-bay-1' })).toBe(0)
  })

  it('takes a token over TLS, and closes a plain connection', async () => {
    expect(await signIn({ username: 'bay-1', password: 'token-of-bay-1' })).toBe(0)
    const plain = connectSocket(city.ingest.mqttTlsPort ?? 0, '127.0.0.1')
    const closed = new Promise((resolve) => plain.on('error', resolve).on('close', resolve))
    plain.write('not a handshake')
    await closed
    expect(await city.count('clearway_mqtt_refused_total', 'tls-handshake')).toBe(1)
  })
})

describe('a broker that cannot listen', () => {
  it('names the port that is in use', async () => {
    const first = new SmallCity()
    await first.start()
    const second = new SmallCity(undefined, { port: first.ingest.mqttPort })
    await expect(second.start()).rejects.toThrow(`MQTT port ${first.ingest.mqttPort} on 127.0.0.1 is in use`)
    await second.stop()
    await first.stop()
  })

  it('names the certificate file that is missing', async () => {
    const tls = { port: 0, certFile: '/nowhere.pem', keyFile: file('server.key') }
    const city = new SmallCity(undefined, { tls })
    await expect(city.start()).rejects.toThrow('mqtt.tls.certFile /nowhere.pem cannot be read')
    await city.stop()
  })
})
