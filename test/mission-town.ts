import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dispatch, ManualClock, type Position, type SignalMode } from '@clearway/contracts'
import { SignalAgent, SimulatedController } from '@clearway/edge'
import { createGateway, createLog, type Gateway, InProcessBroker, loadConfig } from '@clearway/gateway'
import { type ImportedCity, saveCity } from '@clearway/routing'
import { MemoryLinks } from '../bin/evaluation/device-links.ts'
import { TownTraffic } from './town-traffic.ts'
import { TownVehicle } from './town-vehicle.ts'

const TOKEN = 'the-token-of-the-operator'

/** What is wrong in a town. */
export interface Trouble {
  /** The clock of the vehicle is so far ahead of ours, s. */
  vehicleAheadS?: number
  /** So are those of all signal agents. */
  signalsAheadS?: number
  /** Junctions whose agents never connect. */
  mute?: readonly string[]
  /** A second vehicle, `amb-2`, and where it stands. */
  secondAt?: Position
  /** Others drive too, and detectors see them. */
  traffic?: boolean
}

/**
 * The whole gateway with its API and journal, a real agent and controller at every junction, and one or two vehicles that
 * drive the route they were told, wait at reds, and report where they are; in virtual time.
 */
export class MissionTown {
  readonly gateway: Gateway
  readonly clock: ManualClock
  readonly controllers: ReadonlyMap<string, SimulatedController>
  /** What the gateway has logged as its own error; refusals are part of the play. */
  readonly errors: readonly string[]
  /** `amb-1`, and `amb-2` where there is one. */
  readonly vehicle: TownVehicle
  readonly second: TownVehicle | undefined
  readonly traffic: TownTraffic | undefined
  readonly #folder: string
  readonly #links: MemoryLinks
  readonly #signals: SignalAgent[]
  readonly #mute: readonly SimulatedController[]
  readonly #trouble: Trouble
  #sent: Dispatch | undefined

  private constructor(
    gateway: Gateway,
    clock: ManualClock,
    folder: string,
    broker: InProcessBroker,
    station: Position,
    trouble: Trouble,
    errors: readonly string[],
  ) {
    const { junctions, district } = gateway.core.city!
    this.gateway = gateway
    this.errors = errors
    this.clock = clock
    this.#folder = folder
    this.#trouble = trouble
    this.#links = new MemoryLinks(broker, clock)
    this.controllers = new Map(junctions.map((table) => [table.id, new SimulatedController(table)]))
    const { mute = [] } = trouble
    this.#mute = mute.map((id) => this.controllers.get(id)!)
    this.#signals = junctions.flatMap((table) => {
      if (mute.includes(table.id)) return []
      const uplink = this.#links.uplink({ district, kind: 'signal', device: table.id })
      return [new SignalAgent(uplink, table, this.controllers.get(table.id)!, clock.now())]
    })
    const streets = { district, junctions, controllers: this.controllers }
    this.vehicle = new TownVehicle('amb-1', station, streets, this.#links)
    this.traffic = trouble.traffic ? new TownTraffic(district, junctions, this.controllers, this.#links) : undefined
    this.second = trouble.secondAt && new TownVehicle('amb-2', trouble.secondAt, streets, this.#links)
  }

  static async open(city: ImportedCity, station: Position, trouble: Trouble = {}): Promise<MissionTown> {
    const folder = mkdtempSync(join(tmpdir(), 'clearway-town-'))
    await saveCity(join(folder, 'city'), city)
    const given = { CLEARWAY_DATA_DIR: folder, CLEARWAY_HTTP_PORT: '0', CLEARWAY_ADMIN_TOKEN: TOKEN }
    const clock = new ManualClock(Date.parse('2026-01-05T12:00:00Z'))
    const broker = new InProcessBroker()
    const errors: string[] = []
    const write = (line: string) => void (line.includes('"level":"error"') && errors.push(line))
    const gateway = await createGateway({
      ...{ config: loadConfig({ ...given, CLEARWAY_SIMULATE: 'off' }), clock },
      ...{ log: createLog('error', { write }), inProcess: broker },
    })
    const { district, junctions } = city.city
    for (const { id } of junctions) gateway.core.devices.add({ id, kind: 'signal', district, junction: id })
    for (const id of ['amb-1', ...(trouble.secondAt ? ['amb-2'] : [])]) {
      gateway.core.devices.add({ id, kind: 'vehicle', district, role: 'ambulance' })
    }
    if (trouble.traffic) {
      for (const { id, approaches } of junctions) {
        for (const approach of approaches) {
          gateway.core.devices.add({ id: `${id}-${approach.id}`, kind: 'detector', district, junction: id })
        }
      }
    }
    await gateway.start()
    const town = new MissionTown(gateway, clock, folder, broker, station, trouble, errors)
    for (let s = -900; s < 0; s++) {
      for (const [id, controller] of town.controllers) {
        const aheadS = trouble.mute?.includes(id) ? 0 : (trouble.signalsAheadS ?? 0)
        controller.step(clock.now() + (s + aheadS) * 1000, clock.now() + s * 1000)
      }
    }
    for (const agent of town.#agents) agent.start()
    await town.run(5)
    return town
  }

  async ask<Answer = Dispatch>(method: 'GET' | 'POST', path: string, payload?: object) {
    const headers = { authorization: `Bearer ${TOKEN}` }
    const url = `/api/v1${path}`
    const answer = await this.gateway.app.inject({ method, url, headers, ...(payload && { payload }) })
    return { status: answer.statusCode, body: answer.json() as Answer & { code?: string; detail?: string } }
  }

  /** Plans and begins a mission; the vehicle drives off. */
  async send(destination: Position, vehicle = this.vehicle, importance?: string): Promise<Dispatch> {
    const order = { role: 'ambulance', vehicle: vehicle.id, destination, ...(importance && { importance }) }
    const { body } = await this.ask('POST', '/dispatches', order)
    this.#sent = body
    vehicle.depart(body.route)
    return (await this.ask('POST', `/dispatches/${body.id}/activate`)).body
  }

  /** The one that was sent last, unless another is named. */
  async mission(id = this.#sent!.id): Promise<Dispatch> {
    return (await this.ask('GET', `/dispatches/${id}`)).body
  }

  /** Until `done`, at most so long. */
  async run(mostS: number, done: () => boolean | Promise<boolean> = () => false): Promise<void> {
    const { vehicleAheadS = 0, signalsAheadS = 0 } = this.#trouble
    for (let s = 0; s < mostS; s++) {
      const nowMs = this.clock.now()
      for (const vehicle of this.#vehicles) vehicle.drive()
      for (const agent of this.#signals) agent.step(nowMs + signalsAheadS * 1000, nowMs)
      for (const controller of this.#mute) controller.step(nowMs)
      this.traffic?.step()
      for (const agent of this.traffic?.agents ?? []) agent.step(nowMs)
      for (const { agent } of this.#vehicles) agent.step(nowMs + vehicleAheadS * 1000)
      await this.#links.take()
      await this.clock.advance(1)
      await this.#links.take()
      if (await done()) return
    }
  }

  get #agents() {
    return [...this.#signals, ...this.#vehicles.map(({ agent }) => agent), ...(this.traffic?.agents ?? [])]
  }

  get #vehicles(): TownVehicle[] {
    return this.second ? [this.vehicle, this.second] : [this.vehicle]
  }

  modes(): SignalMode[] {
    return [...this.controllers.values()].map(({ display }) => display.mode)
  }

  get tripped(): string[] {
    return [...this.controllers].flatMap(([id, { trip }]) => (trip ? [id] : []))
  }

  async stop(): Promise<void> {
    for (const agent of this.#agents) await agent.stop()
    await this.#links.take()
    await this.gateway.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
