import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, toTimestamp } from '@clearway/contracts'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { createGateway, type Gateway } from '../src/gateway.ts'
import { createLog } from '../src/log.ts'

const adminToken = 'the-token-of-the-operator'

let folder: string
let gateway: Gateway
let lines: string[]
let http: number
let mqtt: number

const make = (environment: Record<string, string> = {}) =>
  createGateway({
    config: loadConfig({
      CLEARWAY_DATA_DIR: folder,
      CLEARWAY_HTTP_PORT: '0',
      CLEARWAY_MQTT_PORT: '0',
      CLEARWAY_ADMIN_TOKEN: adminToken,
      CLEARWAY_SIMULATE: 'off',
      ...environment,
    }),
    clock: systemClock,
    log: createLog('warn', { write: (line) => void lines.push(line) }),
  })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clearway-gateway-'))
  lines = []
  gateway = await make()
  const ports = await gateway.start()
  http = ports.http
  mqtt = ports.mqtt
})

afterEach(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
})

const ask = (method: string, path: string, body?: object) =>
  fetch(`http://127.0.0.1:${http}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })

async function device(id: string, kind: string): Promise<MqttClient> {
  const { token } = (await (await ask('POST', 'devices', { id, kind, district: 'lixia' })).json()) as { token: string }
  return connectAsync(`mqtt://127.0.0.1:${mqtt}`, { username: id, password: token, clientId: id, reconnectPeriod: 0 })
}

describe('a gateway that starts', () => {
  it('prints its ports as one line, whatever the log level, and is ready', async () => {
    const listening = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'listening')
    expect(listening).toMatchObject([{ http, mqtt }])
    expect((await fetch(`http://127.0.0.1:${http}/readyz`)).status).toBe(200)
  })

  it('names the HTTP port that is in use and what to do, and leaves nothing open', async () => {
    const other = await make({ CLEARWAY_DATA_DIR: join(folder, 'other'), CLEARWAY_HTTP_PORT: String(http) })
    await expect(other.start()).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringMatching(new RegExp(`${http}.*http\\.port`)),
    })
    const again = await make({ CLEARWAY_DATA_DIR: join(folder, 'other') })
    expect((await again.start()).mqtt).toBeGreaterThan(0)
    await again.stop()
  })

  it('names the MQTT port that is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as { port: number }
    const other = await make({ CLEARWAY_DATA_DIR: join(folder, 'other'), CLEARWAY_MQTT_PORT: String(port) })
    await expect(other.start()).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining(`${port}`),
    })
    await new Promise((resolve) => taken.close(resolve))
  })
})

describe('a device', () => {
  it('that was registered over HTTP connects over MQTT, and its message reaches the journal', async () => {
    const bay = await device('bay-1', 'bay')
    const body = { id: 'bay-1:1', at: toTimestamp(Date.now()), occupied: true }
    await bay.publishAsync('clearway/v1/lixia/bay/bay-1/occupancy', JSON.stringify(body), { qos: 1 })
    expect(gateway.core.feed.latest('bay/occupancy')).toMatchObject([{ device: 'bay-1', body }])
    const { items } = (await (await ask('GET', 'devices')).json()) as { items: unknown[] }
    expect(items).toMatchObject([{ id: 'bay-1', state: 'online', lastSeenAt: expect.any(String) }])
    await bay.endAsync()
  })

  it('is cut off when its credential is revoked', async () => {
    const bay = await device('bay-1', 'bay')
    const closed = new Promise<void>((resolve) => bay.once('close', () => resolve()))
    expect((await ask('DELETE', 'devices/bay-1')).status).toBe(204)
    await closed
    bay.end(true)
  })
})

describe('the live stream', () => {
  it('is compressed, begins with a snapshot and ends when the gateway stops', async () => {
    const answer = await fetch(`http://127.0.0.1:${http}/api/v1/stream?topics=lots`, {
      headers: { authorization: `Bearer ${adminToken}`, 'accept-encoding': 'gzip' },
    })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('"kind":"snapshot"')
    await gateway.stop()
    for (;;) if ((await reader.read()).done) break
  })

  it('refuses a topic that the role may not follow', async () => {
    await gateway.people.add({ id: 'teller', roles: ['cashier'], password: 'a password of some length' })
    const { token } = gateway.sessions.open('teller')
    const follow = (topics: string) =>
      fetch(`http://127.0.0.1:${http}/api/v1/stream?topics=${topics}`, {
        headers: { authorization: `Bearer ${token}` },
      })
    expect((await follow('lots,units')).status).toBe(403)
    expect((await follow('lots,weather')).status).toBe(400)
    const allowed = await follow('lots')
    expect(allowed.status).toBe(200)
    await allowed.body?.cancel()
  })

  it('forgets a browser that has left', async () => {
    const leaving = new AbortController()
    const answer = await fetch(`http://127.0.0.1:${http}/api/v1/stream?topics=lots`, {
      headers: { authorization: `Bearer ${adminToken}` },
      signal: leaving.signal,
    })
    expect(answer.status).toBe(200)
    leaving.abort()
    const readers = async () => {
      const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text()
      return /^clearway_stream_readers (\d+)$/m.exec(text)?.[1]
    }
    for (let looks = 0; looks < 500 && (await readers()) !== '0'; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(await readers()).toBe('0')
  })
})
