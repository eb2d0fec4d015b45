import { randomUUID } from 'node:crypto'
import {
  cycleOf,
  type Dispatch,
  type JunctionTable,
  type PriorityRole,
  type Route,
  toTimestamp,
} from '@clearway/contracts'
import { isGreen, MemoryBroker, MemoryUplink, SignalAgent, SimulatedController } from '@clearway/edge'
import { createDispatch, createSignals } from '@clearway/gateway'
import type { RouteEngine } from '@clearway/routing'
import { expect } from 'vitest'
import { arrivalIn, engineOf, freeRoute } from '../gateway/test/dispatch/street.ts'
import { Outside } from '../gateway/test/signals/outside.ts'
import { crossroads } from '../routing/test/green-channel/crossroads.ts'

const metresPerDegree = 111_195.08
const blockM = 400
const paceMps = 15
const stepS = 0.5
export const wang = { name: 'wang', roles: ['dispatcher' as const] }
const at = (eastM: number) => ({ lon: eastM / metresPerDegree, lat: 0 })

/** A street from west to east through `junctions` crossroads, entered from the west at each. */
function street(junctions: number): ReturnType<typeof engineOf> {
  const distanceM = (junctions + 1) * blockM
  const route: Route = {
    geometry: { type: 'LineString', coordinates: [at(0), at(distanceM)].map(({ lon, lat }) => [lon, lat]) },
    distanceM,
    ...freeRoute(distanceM / paceMps),
    durationWithoutPriorityS: distanceM / paceMps + junctions * 15,
    junctions: Array.from({ length: junctions }, (_, i) => ({
      ...{ junction: `j-${i + 1}`, name: { en: `j-${i + 1}` }, position: at((i + 1) * blockM) },
      ...{ approach: 'w', exit: 'e', offsetM: (i + 1) * blockM, ...arrivalIn(((i + 1) * blockM) / paceMps) },
    })),
  }
  return engineOf(() => [route] as ReturnType<RouteEngine['route']>)
}

/** What drives through the corridor, and what its junctions offer beside pre-emption. */
export interface Drive {
  vehicle: string
  role: PriorityRole
  priority?: NonNullable<JunctionTable['priority']>
}

/** The gateway's dispatcher and real signal agents with their controllers, over memory, in virtual time. */
export class Corridor {
  readonly tables: JunctionTable[]
  readonly outside: Outside
  readonly controllers: SimulatedController[] = []
  readonly uplinks: MemoryUplink<'signal'>[] = []
  readonly agents: SignalAgent[] = []
  readonly signals: ReturnType<typeof createSignals>
  readonly dispatch: ReturnType<typeof createDispatch>
  readonly length: number
  eastM = 0
  stoppedS = 0
  driving = false
  #sentMs = 0
  readonly #drivenBy: Drive

  constructor(junctions: number, drive: Drive = { vehicle: 'amb-1', role: 'ambulance' }) {
    this.#drivenBy = drive
    this.length = (junctions + 1) * blockM
    this.tables = Array.from({ length: junctions }, (_, i) => {
      const table = { ...crossroads(`j-${i + 1}`, at((i + 1) * blockM)), offsetS: i * 13 }
      const { priority } = drive
      return { ...table, cycleS: cycleOf(table), ...(priority && { priority }) }
    })
    this.outside = new Outside(this.tables)
    const { clock, feed, downlink, devices, core } = this.outside
    devices.push({ id: drive.vehicle, kind: 'vehicle', district: 'test', role: drive.role, state: 'online' })
    downlink.connect(drive.vehicle, () => undefined)
    const broker = new MemoryBroker()
    broker.onArrival(({ identity, channel, body }) =>
      feed.deliver(identity.kind, identity.device, channel, Date.parse(body.at as string), clock.now(), body),
    )
    this.signals = createSignals(core)
    this.dispatch = createDispatch(core, this.signals, street(junctions))
    for (const table of this.tables) {
      const identity = { district: 'test', kind: 'signal' as const, device: table.id }
      const uplink = new MemoryUplink(identity, broker, clock, (fault) => {
        throw fault
      })
      const controller = new SimulatedController(table)
      this.controllers.push(controller)
      this.uplinks.push(uplink)
      this.agents.push(new SignalAgent(uplink, table, controller, clock.now()))
      downlink.connect(table.id, (channel, body) =>
        broker.send(identity, channel, { ...body, id: randomUUID(), at: toTimestamp(clock.now()) }),
      )
    }
  }

  /** Opens everything and lets the controllers find into their plans. */
  async open(): Promise<this> {
    await this.signals.start?.()
    await this.dispatch.start?.()
    for (const agent of this.agents) agent.start()
    await this.run(240)
    expect(this.modes()).toEqual(this.tables.map(() => 'coordinated'))
    return this
  }

  async stop(): Promise<void> {
    for (const agent of this.agents) await agent.stop()
    await this.dispatch.stop?.()
    await this.signals.stop?.()
  }

  modes(): string[] {
    return this.controllers.map(({ display }) => display.mode)
  }

  send(): Dispatch {
    const { dispatcher } = this.dispatch
    const { role, vehicle } = this.#drivenBy
    const { id } = dispatcher.create({ role, vehicle, destination: at(this.length) }, wang)
    this.driving = true
    return dispatcher.activate(id, wang)
  }

  async run(seconds: number, each: () => void = () => undefined): Promise<void> {
    const { clock } = this.outside
    for (let s = 0; s < seconds; s += stepS) {
      this.#drive()
      for (const agent of this.agents) agent.step(clock.now())
      for (const { trip } of this.controllers) expect(trip).toBeUndefined()
      await clock.advance(stepS)
      each()
    }
  }

  /** Drives at its pace and waits at a stop line that is not green. */
  #drive(): void {
    const { clock, feed } = this.outside
    const nextM = this.eastM + (this.driving ? paceMps * stepS : 0)
    const line = this.tables.findIndex((_, i) => {
      const stopM = (i + 1) * blockM
      return this.eastM < stopM && nextM >= stopM
    })
    const free = line < 0 || isGreen(this.controllers[line]?.display.groups['v-w'])
    if (free) this.eastM = Math.min(nextM, this.length)
    else this.stoppedS += stepS
    if (clock.now() - this.#sentMs < 1000) return
    this.#sentMs = clock.now()
    feed.deliver('vehicle', this.#drivenBy.vehicle, 'position', clock.now(), clock.now(), {
      ...at(this.eastM),
      ...{ speedMps: free && this.driving ? paceMps : 0, headingDeg: 90, accuracyM: 3 },
    })
  }
}
