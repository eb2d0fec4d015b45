import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dispatch, type JunctionTable, ManualClock, type Position, type SignalMode } from '@clearway/contracts'
import { groupTowards } from '@clearway/contracts/movement'
import { isGreen, SignalAgent, SimulatedController, VehicleAgent } from '@clearway/edge'
import { createGateway, createLog, type Gateway, InProcessBroker, loadConfig } from '@clearway/gateway'
import { distanceBetweenM, type ImportedCity, saveCity } from '@clearway/routing'
import { MemoryLinks } from '../bin/evaluation/device-links.ts'

const TOKEN = 'the-token-of-the-operator'
const PACE_MPS = 12
/** Refusals are part of the play. */
const tellError = (line: string) => void (line.includes('"level":"error"') && process.stderr.write(line))

/** What is wrong in a town. */
export interface Trouble {
  /** The clock of the vehicle is so far ahead of ours, s. */
  vehicleAheadS?: number
  /** So are those of all signal agents. */
  signalsAheadS?: number
  /** Junctions whose agents never connect. */
  mute?: readonly string[]
}

/**
 * The whole gateway with its API and journal, a real agent and controller at every junction, and a vehicle that drives
 * the route it was told, waits at reds, and reports where it is; in virtual time.
 */
export class MissionTown {
  readonly gateway: Gateway
  readonly clock: ManualClock
  readonly controllers: ReadonlyMap<string, SimulatedController>
  /** Metres along the route; the vehicle reports this place, `strayedTo` instead where it is given, or nothing. */
  progressM = 0
  strayedTo: Position | undefined
  silent = false
  /** Stop lines crossed at red. */
  redPassings: string[] = []
  readonly #folder: string
  readonly #links: MemoryLinks
  readonly #junctions: readonly JunctionTable[]
  readonly #vehicle: VehicleAgent
  readonly #signals: SignalAgent[]
  readonly #mute: readonly SimulatedController[]
  readonly #trouble: Trouble
  #driven: Dispatch | undefined

  private constructor(gateway: Gateway, clock: ManualClock, folder: string, broker: InProcessBroker, trouble: Trouble) {
    const { junctions, district } = gateway.core.city!
    this.gateway = gateway
    this.clock = clock
    this.#folder = folder
    this.#trouble = trouble
    this.#junctions = junctions
    this.#links = new MemoryLinks(broker, clock)
    this.controllers = new Map(junctions.map((table) => [table.id, new SimulatedController(table)]))
    const { mute = [] } = trouble
    this.#mute = mute.map((id) => this.controllers.get(id)!)
    this.#signals = junctions.flatMap((table) => {
      if (mute.includes(table.id)) return []
      const uplink = this.#links.uplink({ district, kind: 'signal', device: table.id })
      return [new SignalAgent(uplink, table, this.controllers.get(table.id)!, clock.now())]
    })
    const uplink = this.#links.uplink({ district, kind: 'vehicle', device: 'amb-1' })
    const receiver = { fix: () => (this.silent ? undefined : this.#fix()) }
    this.#vehicle = new VehicleAgent(uplink, receiver, { follow: () => undefined })
  }

  static async open(city: ImportedCity, station: Position, trouble: Trouble = {}): Promise<MissionTown> {
    const folder = mkdtempSync(join(tmpdir(), 'clearway-town-'))
    await saveCity(join(folder, 'city'), city)
    const given = { CLEARWAY_DATA_DIR: folder, CLEARWAY_HTTP_PORT: '0', CLEARWAY_ADMIN_TOKEN: TOKEN }
    const clock = new ManualClock(Date.parse('2026-01-05T12:00:00Z'))
    const broker = new InProcessBroker()
    const gateway = await createGateway({
      ...{ config: loadConfig({ ...given, CLEARWAY_SIMULATE: 'off' }), clock },
      ...{ log: createLog('error', { write: tellError }), inProcess: broker },
    })
    const { district, junctions } = city.city
    for (const { id } of junctions) gateway.core.devices.add({ id, kind: 'signal', district, junction: id })
    gateway.core.devices.add({ id: 'amb-1', kind: 'vehicle', district, role: 'ambulance' })
    await gateway.start()
    const town = new MissionTown(gateway, clock, folder, broker, trouble)
    town.strayedTo = station
    for (let s = -900; s < 0; s++) {
      for (const [id, controller] of town.controllers) {
        const aheadS = trouble.mute?.includes(id) ? 0 : (trouble.signalsAheadS ?? 0)
        controller.step(clock.now() + (s + aheadS) * 1000, clock.now() + s * 1000)
      }
    }
    for (const agent of [...town.#signals, town.#vehicle]) agent.start()
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
  async send(destination: Position): Promise<Dispatch> {
    const order = { role: 'ambulance', vehicle: 'amb-1', destination }
    const { body } = await this.ask('POST', '/dispatches', order)
    this.#driven = body
    this.strayedTo = undefined
    this.progressM = 0
    return (await this.ask('POST', `/dispatches/${body.id}/activate`)).body
  }

  async mission(): Promise<Dispatch> {
    return (await this.ask('GET', `/dispatches/${this.#driven!.id}`)).body
  }

  /** Stays where it is until it is sent again. */
  halt(): void {
    this.strayedTo = this.#along()
  }

  goOn(): void {
    this.strayedTo = undefined
  }

  /** Until `done`, at most so long. */
  async run(mostS: number, done: () => boolean | Promise<boolean> = () => false): Promise<void> {
    const { vehicleAheadS = 0, signalsAheadS = 0 } = this.#trouble
    for (let s = 0; s < mostS; s++) {
      const nowMs = this.clock.now()
      this.#drive()
      for (const agent of this.#signals) agent.step(nowMs + signalsAheadS * 1000, nowMs)
      for (const controller of this.#mute) controller.step(nowMs)
      this.#vehicle.step(nowMs + vehicleAheadS * 1000)
      await this.#links.take()
      await this.clock.advance(1)
      await this.#links.take()
      if (await done()) return
    }
  }

  modes(): SignalMode[] {
    return [...this.controllers.values()].map(({ display }) => display.mode)
  }

  get tripped(): string[] {
    return [...this.controllers].flatMap(([id, { trip }]) => (trip ? [id] : []))
  }

  async stop(): Promise<void> {
    for (const agent of [...this.#signals, this.#vehicle]) await agent.stop()
    await this.#links.take()
    await this.gateway.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** At its pace, and no further than a stop line that is not green. */
  #drive(): void {
    if (!this.#driven || this.strayedTo || this.silent) return
    const { junctions, distanceM } = this.#driven.route
    const nextM = Math.min(distanceM, this.progressM + PACE_MPS)
    const line = junctions.find(({ offsetM }) => this.progressM < offsetM && nextM >= offsetM)
    const table = this.#junctions.find(({ id }) => id === line?.junction)
    const approach = table?.approaches.find(({ id }) => id === line!.approach)
    const shown = approach && this.controllers.get(table!.id)!.display.groups[groupTowards(approach, line!.exit)]
    if (line && !isGreen(shown)) return
    this.progressM = nextM
  }

  #fix() {
    const waits = this.strayedTo !== undefined
    return { ...(this.strayedTo ?? this.#along()), speedMps: waits ? 0 : PACE_MPS, headingDeg: 0, accuracyM: 3 }
  }

  #along(): Position {
    const { geometry, distanceM } = this.#driven!.route
    const points = geometry.coordinates.map(([lon, lat]) => ({ lon: lon!, lat: lat! }))
    const steps = points.slice(1).map((point, i) => distanceBetweenM(points[i]!, point))
    let leftM = (this.progressM * steps.reduce((sum, m) => sum + m, 0)) / distanceM
    let at = 0
    while (at < steps.length && leftM > steps[at]!) leftM -= steps[at++]!
    if (at === steps.length) return points.at(-1)!
    const [a, b, share] = [points[at]!, points[at + 1]!, steps[at] === 0 ? 0 : leftM / steps[at]!]
    return { lon: a.lon + (b.lon - a.lon) * share, lat: a.lat + (b.lat - a.lat) * share }
  }
}
