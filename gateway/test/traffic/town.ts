import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Device, Position } from '@clearway/contracts'
import { createRouteEngine, type RoadConditions, type RouteEngine } from '@clearway/routing'
import { type DrawnRoads, roads } from '../../../routing/test/roads.ts'
import { createDispatch } from '../../src/dispatch/dispatch.ts'
import type { Actor } from '../../src/http/route.ts'
import type { Records } from '../../src/records/records.ts'
import { createSignals } from '../../src/signals/signals.ts'
import { createTraffic } from '../../src/traffic/traffic.ts'
import { Outside } from '../signals/outside.ts'

export const wang: Actor = { name: 'wang', roles: ['dispatcher'] }

/** A place in the town: metres east and north of A. */
export const at = (east: number, north: number): Position => ({ lon: 8.7 + east / 72_300, lat: 49.4 + north / 111_200 })

/**
 * Two parallel streets from A to C, the upper one 40 m north and a little slower, and a third far round by G:
 *
 *     D ───── E ───── F
 *     │       │       │
 *     A ───── B ───── C
 *      ╲_____ G _____╱
 */
const drawTown = (): DrawnRoads =>
  roads('A-B 40s, B-C 40s, A-D 4s, D-E 45s, E-F 45s, C-F 4s, B-E 4s, A-G 80s, G-C 80s', '', {
    ...{ A: [0, 0], B: [500, 0], C: [1000, 0], D: [0, 40], E: [500, 40], F: [1000, 40], G: [500, -400] },
  })

/** The roads of a small town, its route engine, traffic and dispatch, in memory and in virtual time. */
export class Town {
  readonly outside: Outside
  readonly network: DrawnRoads
  readonly engine: RouteEngine
  readonly traffic: ReturnType<typeof createTraffic>
  readonly dispatch: ReturnType<typeof createDispatch>
  readonly folder: string
  /** The conditions that the engine was given. */
  readonly given: RoadConditions[] = []
  /** The engine refuses the next so many updates. */
  failures = 0

  private constructor(folder: string, records: Records | undefined) {
    this.folder = folder
    this.outside = records ? new Outside([], records) : new Outside([])
    this.network = drawTown()
    const { core } = this.outside
    Object.assign(core, { network: this.network })
    Object.assign(core.config, { dataDir: folder, city: { timeZone: 'Europe/Berlin' } })
    Object.assign(core.city as object, { bounds: { west: 8, south: 49, east: 9, north: 50 } })
    this.engine = createRouteEngine(this.network)
    const watched: RouteEngine = {
      ...this.engine,
      route: (request) => this.engine.route(request),
      update: async (conditions) => {
        if (this.failures > 0) {
          this.failures--
          throw new Error('the customization thread has ended')
        }
        this.given.push(conditions)
        return this.engine.update(conditions)
      },
    }
    const signals = createSignals(core)
    this.traffic = createTraffic(core, watched, (vehicle) => this.dispatch.dispatcher.speedFactorOf(vehicle))
    this.dispatch = createDispatch(core, signals, this.engine, this.traffic)
  }

  /** @param earlier goes on with its records, folder and devices, `laterS` after it */
  static async open(earlier?: Town, laterS = 0): Promise<Town> {
    const folder = earlier?.folder ?? mkdtempSync(join(tmpdir(), 'clearway-town-'))
    const town = new Town(folder, earlier?.outside.records)
    if (earlier) {
      await town.outside.clock.advance((earlier.outside.clock.now() - town.outside.clock.now()) / 1000 + laterS)
      town.outside.devices.push(...earlier.outside.devices)
    }
    await town.traffic.start?.()
    await town.dispatch.start?.()
    await town.pass(0)
    return town
  }

  get clock() {
    return this.outside.clock
  }

  /** Lets so many seconds pass, and what they started come to its end. */
  async pass(seconds: number): Promise<void> {
    await this.clock.advance(seconds)
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
  }

  add(device: Omit<Device, 'state' | 'district'>): void {
    this.outside.devices.push({ district: 'test', state: 'online', ...device })
  }

  /** Calls a row of the route table. */
  async call<T>(method: string, path: string, rest: object = {}): Promise<T> {
    const found = this.traffic.routes.find((row) => row.path === path && row.method === method)
    if (!found) throw new Error(`no route ${method} ${path}`)
    return (await found.handle({ params: {}, query: {}, actor: wang, ...rest } as never)) as T
  }

  async features(query: object = {}) {
    const { body } = await this.call<{ body: string }>('GET', '/traffic', { query })
    return JSON.parse(body).features as { properties: Record<string, unknown>; geometry: object }[]
  }

  report(device: string, body: object, atMs = this.clock.now()): void {
    this.outside.feed.deliver('detector', device, 'flow', atMs, this.clock.now(), body)
  }

  /** One second of a vehicle: where it is now. */
  async move(vehicle: string, place: Position, speedMps: number, headingDeg: number): Promise<void> {
    const nowMs = this.clock.now()
    const body = { ...place, speedMps, headingDeg, accuracyM: 4 }
    this.outside.feed.deliver('vehicle', vehicle, 'position', nowMs, nowMs, body)
    await this.pass(1)
  }

  /** Letters of the nodes on the way from A to C. */
  way(profile: 'car' | 'ambulance' = 'car'): string {
    const [route] = this.engine.route({ from: at(20, 0), to: at(980, 0), profile })
    const passed = ['B', 'D', 'E', 'F', 'G'].filter((name) => {
      const { lon, lat } = this.network.at(name)
      return route?.geometry.coordinates.some(([x, y]) => x === lon && y === lat)
    })
    return passed.join('')
  }

  async stop(): Promise<void> {
    await this.dispatch.stop?.()
    await this.traffic.stop?.()
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
