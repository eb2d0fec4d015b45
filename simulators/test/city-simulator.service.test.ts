import { mkdtempSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { channelOf, compile, formatTopic, parseTopic, systemClock, type Topic, toTimestamp } from '@clearway/contracts'
import { createRouteEngine, heidelberg, importCity, saveCity } from '@clearway/routing'
import { Aedes } from 'aedes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCitySimulator } from '../src/city-simulator.ts'
import { demoDevices } from '../src/demo-devices.ts'

const map = join(import.meta.dirname, '..', 'cities', 'heidelberg', 'heidelberg.osm.pbf')
/** The Bergheim quarter and the old town: a few dozen junctions, two hospitals, most car parks. */
const quarter = { ...heidelberg, bounds: { west: 8.66, south: 49.4, east: 8.715, north: 49.415 } }
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

interface Seen extends Topic {
  body: Record<string, unknown>
}

let broker: Aedes
let server: Server
let port: number
let cityDir: string
let imported: Awaited<ReturnType<typeof importCity>>
let seen: Seen[] = []
const refused: string[] = []

beforeAll(async () => {
  imported = await importCity(map, quarter)
  cityDir = mkdtempSync(join(tmpdir(), 'clearway-city-'))
  await saveCity(cityDir, imported)
  broker = await Aedes.createBroker({
    authenticate: (client, user, password, done) => {
      const known = client.id === user && password?.toString() === `token of ${user}`
      if (!known) refused.push(client.id)
      done(null, known)
    },
  })
  broker.on('publish', (packet, client) => {
    if (client) seen.push({ ...parseTopic(packet.topic), body: JSON.parse(packet.payload.toString()) })
  })
  server = createServer(broker.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(async () => {
  await new Promise<void>((resolve) => broker.close(resolve))
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

/** Runs the city until `done` says so, then stops it. */
async function run(outboxDir: string, replayFromMs: number, done: () => boolean | Promise<boolean>): Promise<Seen[]> {
  seen = []
  const stop = new AbortController()
  const credentials = Object.fromEntries(demoDevices(imported.city).map(({ id }) => [id, `token of ${id}`]))
  const mqttUrl = `mqtt://127.0.0.1:${port}`
  const running = runCitySimulator({
    cityDir,
    mqttUrl,
    credentials,
    outboxDir,
    pictureDir: join(outboxDir, 'pictures'),
    seed: 11,
    clock: systemClock,
    log: quiet,
    stop: stop.signal,
    replayFromMs,
  })
  while (!(await done())) await Promise.race([running, systemClock.wait(0.1)])
  stop.abort(new Error('seen enough'))
  await running
  return seen
}

const of = (kind: string, channel: string) => seen.filter((m) => m.kind === kind && m.channel === channel)
const devicesOf = (kind: string, channel: string) => new Set(of(kind, channel).map(({ device }) => device))

describe('the city simulator', () => {
  it('connects every device by its own credential, drives where it is sent, and says goodbye', async () => {
    const { city, network } = imported
    const devices = demoDevices(city)
    const engine = createRouteEngine(network, { junctions: city.junctions })
    const nowMs = Date.now()
    let sent = false
    const outboxDir = mkdtempSync(join(tmpdir(), 'clearway-outbox-'))
    const messages = await run(outboxDir, nowMs - 3_600_000, async () => {
      const [first] = of('vehicle', 'position').filter(({ device }) => device === 'amb-1')
      if (first && !sent) {
        const from = { lon: first.body.lon as number, lat: first.body.lat as number }
        const { geometry } = engine.route({ from, to: city.junctions[0]!.position, profile: 'ambulance' })[0]!
        const at = toTimestamp(Date.now())
        const body = { id: 'r-1', at, dispatch: 'd-1', geometry, etaAt: toTimestamp(Date.now() + 300_000) }
        const topic = formatTopic({ district: city.district, kind: 'vehicle', device: 'amb-1', channel: 'route' })
        broker.publish(
          { cmd: 'publish', topic, payload: JSON.stringify(body), qos: 1, dup: false, retain: false },
          () => undefined,
        )
        sent = true
      }
      const moved = of('vehicle', 'position').some(({ body }) => (body.speedMps as number) > 2)
      const born = new Set(seen.filter(({ channel }) => channel === 'status').map(({ device }) => device))
      return moved && born.size === devices.length && of('gate', 'read').length > 0
    })
    expect(refused).toEqual([])
    const faults = messages.flatMap(({ kind, channel, body }) => compile(channelOf(kind, channel)!.body).faults(body))
    expect(faults).toEqual([])
    expect(devicesOf('signal', 'state').size).toBe(city.junctions.length)
    expect(devicesOf('vehicle', 'position').size).toBe(devices.filter(({ kind }) => kind === 'vehicle').length)
    for (const { body } of of('gate', 'read')) expect(Date.parse(body.at as string)).toBeGreaterThan(nowMs - 3_600_000)
    const last = new Map(of('signal', 'status').map(({ device, body }) => [device, body.state]))
    expect([...last.values()].every((state) => state === 'offline')).toBe(true)
    // The route was driven, not jumped: 1 Hz, never faster than an ambulance drives.
    const track = of('vehicle', 'position').filter(({ device }) => device === 'amb-1')
    for (let i = 1; i < track.length; i++) {
      const [a, b] = [track[i - 1]!.body, track[i]!.body] as { lon: number; lat: number; at: string }[]
      expect(Date.parse(b!.at) - Date.parse(a!.at)).toBeGreaterThanOrEqual(1000)
      expect(Math.hypot((a!.lon - b!.lon) * 72_400, (a!.lat - b!.lat) * 111_200)).toBeLessThan(30)
    }
  })

  it('goes on with the recorded stays where it stopped, and reads nobody twice', async () => {
    const outboxDir = mkdtempSync(join(tmpdir(), 'clearway-outbox-'))
    const startMs = Date.now()
    const reads = (messages: Seen[]) =>
      messages.filter((m) => m.channel === 'read').map((m) => `${m.device} ${m.body.id}`)
    const first = reads(await run(outboxDir, startMs - 3_600_000, () => of('gate', 'read').length > 5))
    const { atMs } = JSON.parse(readFileSync(join(outboxDir, 'replay.json'), 'utf8'))
    expect(atMs).toBeGreaterThan(startMs - 3_600_000)
    let connected = 0
    const second = reads(
      await run(outboxDir, 0, () => {
        if (connected === 0 && devicesOf('sign', 'status').size === imported.city.signs.length) connected = Date.now()
        return connected > 0 && Date.now() - connected > 3000
      }),
    )
    const again = second.filter((read) => first.includes(read))
    expect(again).toEqual([])
  })

  it('refuses to start without a credential, naming the device', async () => {
    const options = {
      cityDir,
      mqttUrl: 'mqtt://127.0.0.1:1',
      credentials: {},
      outboxDir: tmpdir(),
      pictureDir: tmpdir(),
      seed: 1,
    }
    const starting = runCitySimulator({
      ...options,
      clock: systemClock,
      log: quiet,
      stop: new AbortController().signal,
    })
    await expect(starting).rejects.toThrow(/devices have no credential, among them j-/)
  })
})
