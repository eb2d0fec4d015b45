import { randomUUID } from 'node:crypto'
import {
  cycleOf,
  type Dispatch,
  type DispatchJunctionState,
  type JunctionTable,
  type Route,
  toTimestamp,
} from '@clearway/contracts'
import { isGreen, MemoryBroker, MemoryUplink, SignalAgent, SimulatedController } from '@clearway/edge'
import { createDispatch, createSignals } from '@clearway/gateway'
import type { RouteEngine } from '@clearway/routing'
import { afterEach, describe, expect, it } from 'vitest'
import { Outside } from '../gateway/test/signals/outside.ts'
import { crossroads } from '../routing/test/green-channel/crossroads.ts'

const metresPerDegree = 111_195.08
const blockM = 400
const paceMps = 15
const stepS = 0.5
const wang = { name: 'wang', roles: ['dispatcher' as const] }
const at = (eastM: number) => ({ lon: eastM / metresPerDegree, lat: 0 })

/** A street from west to east through `junctions` crossroads, entered from the west at each. */
function street(junctions: number): RouteEngine {
  const distanceM = (junctions + 1) * blockM
  const route: Route = {
    geometry: { type: 'LineString', coordinates: [at(0), at(distanceM)].map(({ lon, lat }) => [lon, lat]) },
    distanceM,
    durationS: distanceM / paceMps,
    durationWithoutPriorityS: distanceM / paceMps + junctions * 15,
    junctions: Array.from({ length: junctions }, (_, i) => ({
      ...{ junction: `j-${i + 1}`, name: { en: `j-${i + 1}` }, position: at((i + 1) * blockM) },
      ...{ approach: 'w', exit: 'e', offsetM: (i + 1) * blockM, arrivalS: ((i + 1) * blockM) / paceMps },
    })),
  }
  return { route: () => [route] as ReturnType<RouteEngine['route']> }
}

/** The gateway's dispatcher and real signal agents with their controllers, over memory, in virtual time. */
class Corridor {
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

  constructor(junctions: number) {
    this.length = (junctions + 1) * blockM
    this.tables = Array.from({ length: junctions }, (_, i) => {
      const table = { ...crossroads(`j-${i + 1}`, at((i + 1) * blockM)), offsetS: i * 13 }
      return { ...table, cycleS: cycleOf(table) }
    })
    this.outside = new Outside(this.tables)
    const { clock, feed, downlink, devices, core } = this.outside
    devices.push({ id: 'amb-1', kind: 'vehicle', district: 'test', role: 'ambulance', state: 'online' })
    downlink.connect('amb-1', () => undefined)
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
    const { id } = dispatcher.create({ role: 'ambulance', vehicle: 'amb-1', destination: at(this.length) }, wang)
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
    feed.deliver('vehicle', 'amb-1', 'position', clock.now(), clock.now(), {
      ...at(this.eastM),
      ...{ speedMps: free && this.driving ? paceMps : 0, headingDeg: 90, accuracyM: 3 },
    })
  }
}

describe('a green channel over real controllers', () => {
  let corridor: Corridor
  afterEach(() => corridor.stop())

  it('takes an ambulance through four junctions without a stop, every green confirmed, and gives them back to their plans', async () => {
    corridor = await new Corridor(4).open()
    const { id } = corridor.send()
    const histories = new Map<string, DispatchJunctionState[]>()
    await corridor.run(300, () => {
      for (const [index, { junction, state }] of corridor.dispatch.dispatcher.get(id).junctions.entries()) {
        const history = histories.get(junction) ?? []
        if (history.at(-1) !== state) history.push(state)
        histories.set(junction, history)
        // A green that is told is a green that is shown.
        if (state === 'green') expect(isGreen(corridor.controllers[index]?.display.groups['v-w'])).toBe(true)
      }
    })
    expect(corridor.stoppedS).toBe(0)
    for (const history of histories.values()) {
      expect(history.slice(-4)).toEqual(['green', 'passed', 'released', 'recovered'])
    }
    const dispatch = corridor.dispatch.dispatcher.get(id)
    expect(dispatch.state).toBe('completed')
    expect(dispatch.junctions.every(({ greenAt, passedAt }) => (greenAt ?? '~') < (passedAt ?? ''))).toBe(true)
    expect(corridor.modes()).toEqual(corridor.tables.map(() => 'coordinated'))
  })

  it('is not held up elsewhere by a junction that has lost its line, which goes back to its plan by itself', async () => {
    corridor = await new Corridor(3).open()
    const { id } = corridor.send()
    await corridor.run(20)
    expect(corridor.modes()[0]).toBe('preempted')
    corridor.uplinks[0]?.cut()
    await corridor.run(1)
    expect(corridor.dispatch.dispatcher.get(id).junctions[0]).toMatchObject({ state: 'failed', greenPromised: false })
    // Lease and minimum dwell, then the stages again and at last the plan, though nobody told it anything.
    await corridor.run(30)
    expect(corridor.modes()[0]).toBe('recovering')
    await corridor.run(300)
    expect(corridor.modes()[0]).toBe('coordinated')
    expect(corridor.dispatch.dispatcher.get(id).state).toBe('completed')
    expect(
      corridor.dispatch.dispatcher
        .get(id)
        .junctions.slice(1)
        .map(({ state }) => state),
    ).toEqual([...['recovered', 'recovered']])
  })

  it.each([0.5, 9, 16, 27, 28, 50])('cancelled after %s s leaves every controller to its plan', async (seconds) => {
    corridor = await new Corridor(3).open()
    const { id } = corridor.send()
    await corridor.run(seconds)
    corridor.dispatch.dispatcher.cancel(id, wang)
    corridor.driving = false
    expect(corridor.signals.requests.renewing()).toEqual([])
    await corridor.run(240)
    expect(corridor.modes()).toEqual(corridor.tables.map(() => 'coordinated'))
    const states = corridor.dispatch.dispatcher.get(id).junctions.map(({ state }) => state)
    expect(states.every((state) => state === 'planned' || state === 'recovered')).toBe(true)
  })
})
