import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dispatch, formatTopic, ManualClock, type Route, toTimestamp } from '@clearway/contracts'
import { heidelberg, importCity, saveCity } from '@clearway/routing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InProcessBroker } from '../../src/broker/in-process-broker.ts'
import { loadConfig } from '../../src/config.ts'
import { createGateway, type Gateway } from '../../src/gateway.ts'
import { createLog } from '../../src/log.ts'

const map = new URL('../../../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname

const token = 'the-token-of-the-operator'
const station = { lon: 8.6724, lat: 49.4037 }
const scene = { lon: 8.7001, lat: 49.4122 }
const topic = (channel: string) => formatTopic({ district: 'heidelberg', kind: 'vehicle', device: 'amb-1', channel })

let folder: string
let gateway: Gateway
const broker = new InProcessBroker()
const clock = new ManualClock(Date.parse('2026-01-05T12:00:00Z'))
const told: { channel: string; body: Record<string, unknown> }[] = []

let reports = 0
/** The vehicle says where it stands. */
async function report(at = station): Promise<void> {
  const position = { ...at, speedMps: 0, headingDeg: 0, accuracyM: 3 }
  const message = { id: `p-${++reports}`, at: toTimestamp(clock.now()), ...position }
  await broker.publish('amb-1', topic('position'), Buffer.from(JSON.stringify(message)))
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clearway-drawn-'))
  await saveCity(join(folder, 'city'), await importCity(map, heidelberg))
  const config = loadConfig({
    ...{ CLEARWAY_DATA_DIR: folder, CLEARWAY_HTTP_PORT: '0', CLEARWAY_ADMIN_TOKEN: token },
    CLEARWAY_SIMULATE: 'off',
  })
  gateway = await createGateway({ config, clock, log: createLog('error'), inProcess: broker })
  gateway.core.devices.add({ id: 'amb-1', kind: 'vehicle', district: 'heidelberg', role: 'ambulance' })
  await gateway.start()
  broker.connect('amb-1', (channel, payload) => told.push({ channel, body: JSON.parse(payload.toString()) }))
  await report()
}, 120_000)
afterAll(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
})

const ask = async (method: 'GET' | 'POST', path: string, payload?: object) => {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await gateway.app.inject({ method, url: `/api/v1${path}`, headers, ...(payload && { payload }) })
  return { status: answer.statusCode, body: answer.json() }
}
const place = ({ lon, lat }: { lon: number; lat: number }) => `${lon},${lat}`
const dispatch = (route: Route['geometry'] | undefined, vehicle: string | undefined = 'amb-1') =>
  ask('POST', '/dispatches', { role: 'ambulance', vehicle, destination: scene, ...(route && { route }) })

describe('a dispatch along a drawn route', () => {
  it('takes another way than the best one', async () => {
    const query = `/routes?from=${place(station)}&to=${place(scene)}&profile=ambulance&alternatives=2`
    const [best, other] = (await ask('GET', query)).body.routes as [Route, Route]
    const { status, body } = await dispatch(other.geometry)
    expect(status).toBe(201)
    expect((body as Dispatch).route.distanceM).toBeCloseTo(other.distanceM, 0)
    expect(other.geometry.coordinates).not.toEqual(best.geometry.coordinates)
    expect((body as Dispatch).alternatives).toEqual([])
  })

  it('takes the very line of a route that was answered', async () => {
    const query = `/routes?from=${place(station)}&to=${place(scene)}&profile=ambulance`
    const [best] = (await ask('GET', query)).body.routes as [Route]
    const { status, body } = await dispatch(best.geometry)
    expect(status).toBe(201)
    const made = body as Dispatch
    expect(made.route.distanceM).toBeCloseTo(best.distanceM, 0)
    expect(made.junctions.map(({ junction }) => junction)).toEqual(best.junctions.map(({ junction }) => junction))
    expect((await ask('POST', `/dispatches/${made.id}/activate`, {})).status).toBe(200)
    await clock.advance(2)
    expect(told.find(({ channel }) => channel === 'route')?.body).toMatchObject({ dispatch: made.id })
    await ask('POST', `/dispatches/${made.id}/cancel`, {})
  })

  it('is kept under way, although a quicker one is known', async () => {
    const query = `/routes?from=${place(station)}&to=${place(scene)}&profile=ambulance&alternatives=5`
    const [best, ...others] = (await ask('GET', query)).body.routes as [Route, ...Route[]]
    const slowest = others.at(-1)!
    expect(slowest.durationS - best.durationS).toBeGreaterThan(Math.max(10, 0.05 * slowest.durationS))
    const { id } = (await dispatch(slowest.geometry)).body as Dispatch
    await ask('POST', `/dispatches/${id}/activate`, {})
    const [lon, lat] = slowest.geometry.coordinates[0]! as [number, number]
    for (let s = 0; s < 12; s += 2) {
      await report({ lon, lat })
      await clock.advance(2)
    }
    const { route, state } = (await ask('GET', `/dispatches/${id}`)).body as Dispatch
    expect(state).toBe('active')
    expect(route.distanceM).toBeCloseTo(slowest.distanceM, 0)
    await ask('POST', `/dispatches/${id}/cancel`, {})
  })

  it.each([
    [
      'is no road of the map',
      [
        [8.6724, 49.4037],
        [8.68, 49.408],
        [8.7001, 49.4122],
      ],
      /does not follow the roads/,
    ],
    [
      'begins elsewhere',
      [
        [8.69, 49.42],
        [8.7001, 49.4122],
      ],
      /begins farther than 250 m from the vehicle/,
    ],
    [
      'ends elsewhere',
      [
        [8.6724, 49.4037],
        [8.69, 49.42],
      ],
      /ends farther than 250 m from the destination/,
    ],
  ])('refuses a line that %s', async (_, coordinates, reason) => {
    const { status, body } = await dispatch({ type: 'LineString', coordinates } as Route['geometry'])
    expect(status).toBe(400)
    expect(body.errors[0].field).toBe('route')
    expect(body.detail).toMatch(reason)
  })
})

describe('devices of the process', () => {
  it('may publish under their own topics only', () => {
    const foreign = topic('position').replace('amb-1', 'amb-2')
    expect(() => broker.publish('amb-1', foreign, Buffer.from('{}'))).toThrow(/may not publish/)
    expect(() => broker.publish('nobody', foreign, Buffer.from('{}'))).toThrow(/no device "nobody"/)
  })

  it('are answered when a message is refused', async () => {
    await broker.publish('amb-1', topic('position'), Buffer.from('{"id":"bad"}'))
    expect(told.at(-1)).toMatchObject({ channel: 'rejected', body: { id: 'bad', reason: 'schema' } })
  })
})
