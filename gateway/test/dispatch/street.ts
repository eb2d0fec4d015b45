import { InputError, type Position, type PriorityRole, type Route, type SignalRequest } from '@clearway/contracts'
import { arrivalSpread, type RouteEngine } from '@clearway/routing'
import type { Config } from '../../src/config.ts'
import { createDispatch } from '../../src/dispatch/dispatch.ts'
import type { DispatchEngine } from '../../src/dispatch/dispatcher.ts'
import type { Actor } from '../../src/http/route.ts'
import type { Records } from '../../src/records/records.ts'
import { createSignals } from '../../src/signals/signals.ts'
import { AgentModel } from '../signals/agent-model.ts'
import { crossroads } from '../signals/crossroads.ts'
import { Outside } from '../signals/outside.ts'

const metresPerDegree = 111_195.08
/** A place on the street: metres east of its west end, metres north of its middle. */
export const at = (eastM: number, northM = 0): Position => ({
  lon: eastM / metresPerDegree,
  lat: northM / metresPerDegree,
})
export const dispatcher: Actor = { name: 'wang', roles: ['dispatcher'] }

const paceMps = 15
const blockM = 400
export const junctionAt = (n: number): number => n * blockM

/** Arrival at a place so far away on a street without other signals. */
export function arrivalIn(drivingS: number) {
  const { expectedS, earliestS, latestS } = arrivalSpread(drivingS, 0)
  return { arrivalS: expectedS, arrivalEarliestS: earliestS, arrivalLatestS: latestS }
}

/** What else an engine says of a route that breaks no rule. */
export function freeRoute(drivingS: number) {
  const { expectedS, earliestS, latestS } = arrivalSpread(drivingS, 0)
  return {
    ...{ durationS: expectedS, durationEarliestS: earliestS, durationLatestS: latestS },
    ...{ contraflow: [], emergencyOnly: [], unknownClearances: [], forbiddenTurns: [], epoch: 0 },
  }
}

/** An engine that finds the best unit by trying all. */
export const engineOf = (route: RouteEngine['route']): DispatchEngine => ({
  route,
  bestUnits({ units, to, profile, wanted = 1 }) {
    const reached = units.flatMap(({ id, position }) => {
      try {
        return [{ id, route: route({ from: position, to, profile })[0]! }]
      } catch (error) {
        if (error instanceof InputError) return []
        throw error
      }
    })
    return reached.sort((a, b) => a.route.durationS - b.route.durationS).slice(0, wanted)
  },
})

/** Routes from west to east along the street, and from north to south across it at a junction. */
export const streetEngine = (junctions: number): DispatchEngine =>
  engineOf(({ from, to }) => {
    const metres = ({ lon, lat }: Position) => ({ east: lon * metresPerDegree, north: lat * metresPerDegree })
    const [start, end] = [metres(from), metres(to)]
    for (const [field, { north }] of Object.entries({ from: start, to: end })) {
      if (Math.abs(north) > 600) throw new InputError('off-map', `${field}: no road`, [{ field, message: 'no road' }])
    }
    const across = start.north - end.north > 200
    const distanceM = across ? start.north - end.north : end.east - start.east
    if (distanceM <= 0) throw new InputError('unreachable', 'no way back', [{ field: 'to', message: 'no way back' }])
    const all = Array.from({ length: junctions }, (_, i) => i + 1)
    const passed = across
      ? all.filter((n) => Math.abs(junctionAt(n) - start.east) < 1)
      : all.filter((n) => junctionAt(n) > start.east && junctionAt(n) < end.east)
    const offsetM = (n: number) => (across ? start.north : junctionAt(n) - start.east)
    const route: Route = {
      geometry: {
        type: 'LineString',
        coordinates: [
          [from.lon, from.lat],
          [to.lon, to.lat],
        ],
      },
      distanceM,
      ...freeRoute(distanceM / paceMps),
      durationWithoutPriorityS: distanceM / paceMps + passed.length * 10,
      junctions: passed.map((n) => ({
        ...{ junction: `j-${n}`, name: { en: `j-${n}` }, position: at(junctionAt(n)) },
        ...(across ? { approach: 'n', exit: 's' } : { approach: 'w', exit: 'e' }),
        offsetM: offsetM(n),
        ...arrivalIn(offsetM(n) / paceMps),
      })),
    }
    return [route] as ReturnType<RouteEngine['route']>
  })

/** A street with signalled crossroads every 400 m, their agents, a dispatcher and an ambulance, in virtual time. */
export class Street {
  readonly outside: Outside
  readonly agents = new Map<string, AgentModel>()
  readonly signals: ReturnType<typeof createSignals>
  readonly dispatch: ReturnType<typeof createDispatch>
  /** Where each vehicle is, metres east and north; a silent one sends nothing. */
  readonly vehicles = new Map<string, { eastM: number; northM: number; speedMps: number; silent: boolean }>()
  readonly routesReceived: Record<string, unknown>[] = []

  private constructor(outside: Outside, junctions: number, engine: DispatchEngine) {
    this.outside = outside
    const { clock, feed, downlink, core } = outside
    for (let n = 1; n <= junctions; n++) {
      const id = `j-${n}`
      const agent = new AgentModel(id, (channel, body) =>
        feed.deliver('signal', id, channel, clock.now(), clock.now(), body),
      )
      this.agents.set(id, agent)
      downlink.connect(id, (_, body) => agent.receive(body as unknown as SignalRequest, clock.now()))
    }
    this.signals = createSignals(core)
    this.dispatch = createDispatch(core, this.signals, engine)
  }

  /** @param records those of an earlier street, to go on where it stopped; `from` brings its agents and vehicles along */
  static async open(
    junctions = 4,
    earlier?: { street: Street; records: Records },
    engine = streetEngine(junctions),
    greenChannel: Partial<Config['greenChannel']> = {},
  ): Promise<Street> {
    const tables = Array.from({ length: junctions }, (_, i) => crossroads(`j-${i + 1}`, at(junctionAt(i + 1))))
    const outside = new Outside(tables, earlier?.records, greenChannel)
    const street = new Street(outside, junctions, engine)
    if (earlier) {
      // The restart takes a second.
      await outside.clock.advance((earlier.street.outside.clock.now() - outside.clock.now()) / 1000 + 1)
      for (const [id, vehicle] of earlier.street.vehicles) street.add(id, vehicle.eastM, vehicle)
    } else street.add('amb-1', 0, { speedMps: 0 })
    for (const agent of street.agents.values()) agent.step(outside.clock.now())
    street.#report()
    await street.signals.start?.()
    await street.dispatch.start?.()
    return street
  }

  get clock() {
    return this.outside.clock
  }

  get missions() {
    return this.dispatch.dispatcher
  }

  add(id: string, eastM: number, change: { northM?: number; speedMps?: number; role?: PriorityRole } = {}): void {
    const { role = 'ambulance', northM = 0, speedMps = 0 } = change
    this.outside.devices.push({ id, kind: 'vehicle', district: 'test', role, state: 'online' })
    this.vehicles.set(id, { eastM, northM, speedMps, silent: false })
    this.outside.downlink.connect(id, (_, body) => this.routesReceived.push(body))
    this.#report()
  }

  vehicle(id = 'amb-1') {
    const vehicle = this.vehicles.get(id)
    if (!vehicle) throw new Error(`no vehicle ${id}`)
    return vehicle
  }

  /** Plans and starts a dispatch; the vehicle drives off along the street. */
  send(toM: number, vehicle = 'amb-1') {
    const { id } = this.missions.create({ role: 'ambulance', vehicle, destination: at(toM) }, dispatcher)
    this.vehicle(vehicle).speedMps = paceMps
    return this.missions.activate(id, dispatcher)
  }

  /** Lets the street live for so long; `each` sees it after every second. */
  async run(seconds: number, each: () => void = () => undefined): Promise<void> {
    for (let s = 0; s < seconds; s++) {
      for (const vehicle of this.vehicles.values()) vehicle.eastM += vehicle.speedMps
      this.#report()
      for (const agent of this.agents.values()) agent.step(this.clock.now())
      await this.clock.advance(1)
      each()
    }
  }

  async stop(): Promise<void> {
    await this.dispatch.stop?.()
    await this.signals.stop?.()
  }

  #report(): void {
    const nowMs = this.clock.now()
    for (const [id, { eastM, northM, speedMps, silent }] of this.vehicles) {
      if (silent) continue
      const body = { ...at(eastM, northM), speedMps, headingDeg: 90, accuracyM: 5 }
      this.outside.feed.deliver('vehicle', id, 'position', nowMs, nowMs, body)
    }
  }
}
