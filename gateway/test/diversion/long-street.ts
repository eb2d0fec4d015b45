import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Position, PriorityRole, Sign } from '@clearway/contracts'
import { createRouteEngine, type RouteEngine } from '@clearway/routing'
import { type DrawnRoads, roads } from '../../../routing/test/roads.ts'
import { createDispatch } from '../../src/dispatch/dispatch.ts'
import { createDiversion } from '../../src/diversion/diversion.ts'
import type { Actor } from '../../src/http/route.ts'
import type { Records } from '../../src/records/records.ts'
import { createSignals } from '../../src/signals/signals.ts'
import { createSigns } from '../../src/signs/signs.ts'
import { createTraffic } from '../../src/traffic/traffic.ts'
import { Outside } from '../signals/outside.ts'

export const wang: Actor = { name: 'wang', roles: ['dispatcher'] }

/** Metres east and north of A. */
export const at = (east: number, north: number): Position => ({ lon: 8.7 + east / 72_300, lat: 49.4 + north / 111_200 })

/**
 * A street of 500 m blocks from A to K, 25 s each, and another 300 m north of it, a little slower; streets between them
 * from B, E and H.
 */
const drawn = (): DrawnRoads => {
  const main = [...'ABCDEFGHIJK']
  const places: Record<string, [number, number]> = {}
  for (const [i, node] of main.entries())
    Object.assign(places, { [node]: [500 * i, 0], [node.toLowerCase()]: [500 * i, 300] })
  const blocks = main
    .slice(1)
    .flatMap((node, i) => [`${main[i]}-${node} 25s`, `${main[i]!.toLowerCase()}-${node.toLowerCase()} 28s`])
  return roads(
    [...blocks, ...'BEH'.split('').map((node) => `${node}-${node.toLowerCase()} 15s`)].join(', '),
    '',
    places,
  )
}

const sign = (id: string, east: number, north: number, bearingDeg: number): Sign => ({
  ...{ id, name: { en: id }, position: at(east, north), bearingDeg },
})

/** Before E from the north, far away in the north-west, and beside the main street looking west. */
const signs = [sign('sign-e', 2010, 200, 180), sign('sign-far', 100, 305, 90), sign('sign-back', 2250, 5, 270)]

/** The diversion of a gateway on two long streets, with its dispatches, traffic and signs, in virtual time. */
export class LongStreet {
  readonly outside: Outside
  readonly network: DrawnRoads
  readonly engine: RouteEngine
  readonly traffic: ReturnType<typeof createTraffic>
  readonly dispatch: ReturnType<typeof createDispatch>
  readonly signs: ReturnType<typeof createSigns>
  readonly diversion: ReturnType<typeof createDiversion>
  readonly #folder = mkdtempSync(join(tmpdir(), 'clearway-long-street-'))
  readonly #places = new Map<string, number>()

  private constructor(records: Records | undefined, settings: object) {
    this.outside = records ? new Outside([], records) : new Outside([])
    this.network = drawn()
    const { core } = this.outside
    const diversion = { horizonS: 180, signs: 'on', linkCostFactor: 2, ...settings }
    Object.assign(core, { network: this.network })
    Object.assign(core.config, { dataDir: this.#folder, city: { timeZone: 'Europe/Berlin' }, diversion })
    const bounds = { west: 8, south: 49, east: 9, north: 50 }
    Object.assign(core.city as object, { bounds, signs, name: { zh: '测试', en: 'Test' }, district: 'test' })
    this.engine = createRouteEngine(this.network)
    const signals = createSignals(core)
    this.traffic = createTraffic(core, this.engine, (vehicle) => this.dispatch.dispatcher.speedFactorOf(vehicle))
    this.dispatch = createDispatch(core, signals, this.engine, this.traffic)
    this.signs = createSigns(core)
    const { dispatcher } = this.dispatch
    this.diversion = createDiversion(core, { dispatcher, traffic: this.traffic, signs: this.signs.messages })
  }

  static async open(settings: object = {}, earlier?: LongStreet): Promise<LongStreet> {
    const street = new LongStreet(earlier?.outside.records, settings)
    if (earlier) {
      await street.clock.advance((earlier.clock.now() - street.clock.now()) / 1000 + 1)
      street.outside.devices.push(...earlier.outside.devices)
    } else {
      for (const { id } of signs) street.outside.devices.push({ id, kind: 'sign', district: 'test', state: 'online' })
    }
    for (const { id } of signs) street.outside.downlink.connect(id, () => undefined)
    for (const feature of [street.traffic, street.dispatch, street.signs, street.diversion]) await feature.start?.()
    await street.pass(0)
    return street
  }

  get clock() {
    return this.outside.clock
  }

  /** Lets so many seconds pass; vehicles that drive go on. */
  async pass(seconds: number, speedMps = 20): Promise<void> {
    for (let second = 0; second < Math.max(1, seconds); second++) {
      for (const [vehicle, east] of this.#places) this.#report(vehicle, seconds > 0 ? east + speedMps : east, speedMps)
      await this.clock.advance(seconds > 0 ? 1 : 0)
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Sends a vehicle from A along the main street. */
  send(vehicle = 'amb-1', role: PriorityRole = 'ambulance', toEast = 4900): string {
    this.outside.devices.push({ id: vehicle, kind: 'vehicle', district: 'test', role, state: 'online' })
    this.outside.downlink.connect(vehicle, () => undefined)
    this.#report(vehicle, 20, 0)
    const { id } = this.dispatch.dispatcher.create({ role, vehicle, destination: at(toEast, 0) }, wang)
    this.dispatch.dispatcher.activate(id, wang)
    return id
  }

  silence(vehicle = 'amb-1'): void {
    this.#places.delete(vehicle)
  }

  #report(vehicle: string, east: number, speedMps: number): void {
    this.#places.set(vehicle, east)
    const nowMs = this.clock.now()
    const body = { ...at(east, 0), speedMps, headingDeg: 90, accuracyM: 4 }
    this.outside.feed.deliver('vehicle', vehicle, 'position', nowMs, nowMs, body)
  }

  /** What the feed says. */
  async feed<Feed>(path = '/advice'): Promise<Feed> {
    const row = this.diversion.routes.find((route) => route.path === path)!
    const { body } = (await row.handle({} as never)) as { body: string }
    return JSON.parse(body) as Feed
  }

  /** Letters of the nodes of each advised stretch. */
  async advised(): Promise<string[]> {
    const { features } = await this.feed<{ features: { geometry: { coordinates: number[][] } }[] }>()
    return features.map(({ geometry }) => geometry.coordinates.map((point) => this.#node(point)).join(''))
  }

  #node([lon, lat]: number[]): string {
    const near = (node: string) => {
      const place = this.network.at(node)
      return Math.abs(place.lon - lon!) < 1e-5 && Math.abs(place.lat - lat!) < 1e-5
    }
    return [...'ABCDEFGHIJKabcdefghijk'].find(near) ?? '?'
  }

  /** What a sign shows, and by whom. */
  shown(id: string): string | undefined {
    const message = this.signs.messages.shown(id)
    return message ? `${message.text.en} (${message.by})` : undefined
  }

  async stop(): Promise<void> {
    for (const feature of [this.diversion, this.signs, this.dispatch, this.traffic]) await feature.stop?.()
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
