import { createHash } from 'node:crypto'
import { InputError, seededRandom } from '@clearway/contracts'
import { wishedSpeedFactor } from '../traffic/demand.ts'
import { driver } from '../traffic/krauss.ts'
import { ProgramSignals } from '../traffic/program-signals.ts'
import { TrafficSimulator } from '../traffic/traffic-simulator.ts'
import type { DemandTrip } from './missions.ts'
import type { PreparedScenario } from './sumo-scenario.ts'

/** From the wished departure, waiting for room included, to the arrival. */
export interface DoorToDoor {
  id: string
  departS: number
  tookS: number
}

export interface TripsRun {
  prepared: PreparedScenario
  trips: readonly DemandTrip[]
  seed: number
  /** Nothing is driven after this second; who is still on the way is left out. */
  endS: number
}

export interface EmbeddedOutcome {
  /** In the order of arrival. */
  trips: DoorToDoor[]
  passedRed: number
  /** Of who arrived when: the same for the same run. */
  digest: string
}

/**
 * Drives a demand of SUMO through its network and fixed programs in the embedded simulator.
 *
 * @throws InputError `demand` naming the vehicle whose route cannot be driven
 */
export function runEmbedded({ prepared, trips, seed, endS }: TripsRun): EmbeddedOutcome {
  const { imported, plan } = prepared
  const signals = new ProgramSignals(imported.network, plan)
  const arrived: DoorToDoor[] = []
  const order = trips.toSorted((a, b) => a.departS - b.departS)
  const routes = order.map((trip) => routeOf(trip, prepared))
  const simulator = new TrafficSimulator({
    ...{ network: imported.network, signals, seed, movements: plan.turns },
    capacity: Math.max(1, trips.length),
    // Trips are numbered in the order in which they are sent.
    onEnd: ({ trip, departS, endS }) => arrived.push({ id: order[trip]!.id, departS, tookS: endS - departS }),
  })
  const random = seededRandom(seed).fork('drivers')
  for (let sent = 0; simulator.nowS < endS && arrived.length < order.length; ) {
    for (; sent < order.length && order[sent]!.departS <= simulator.nowS; sent++) {
      const { topSpeedMps = Number.POSITIVE_INFINITY } = order[sent]!
      simulator.send({ route: routes[sent]!, speedFactor: wishedSpeedFactor(random), topSpeedMps })
    }
    signals.look(simulator.nowS)
    simulator.step()
  }
  const digest = createHash('sha256').update(JSON.stringify(arrived)).digest('hex')
  return { trips: arrived, passedRed: simulator.counts.passedRed, digest }
}

function routeOf({ id, route }: DemandTrip, { imported: { network }, plan }: PreparedScenario): Int32Array {
  const refuse = (reason: string) => {
    const message = `vehicle ${id}: its route ${reason}`
    return new InputError('demand', message, [{ field: 'route', message }])
  }
  const arcs = Int32Array.from(route, (edge) => {
    const arc = plan.arcOf.get(edge)
    if (arc === undefined) throw refuse(`has edge "${edge}", which is none for cars in the network`)
    return arc
  })
  for (let i = 1; i < arcs.length; i++) {
    if (network.tail[arcs[i]!] !== network.head[arcs[i - 1]!]) {
      throw refuse(`breaks: "${route[i - 1]}" does not lead to "${route[i]}"`)
    }
  }
  return arcs
}

/** Attributes of a vehicle type and what the embedded simulator's drivers have. */
const drivers = {
  accel: driver.accelMps2,
  decel: driver.decelMps2,
  sigma: driver.imperfection,
  tau: driver.tauS,
  length: driver.lengthM,
  minGap: driver.minGapM,
} as const

/** Where a vehicle type differs from the drivers of the embedded simulator: then two kinds of driver are compared. */
export function otherDrivers(types: ReadonlyMap<string, Readonly<Record<string, string>>>): string[] {
  return [...types].flatMap(([id, attributes]) => {
    const differing = Object.entries(drivers)
      .filter(([name, value]) => Number(attributes[name] ?? Number.NaN) !== value)
      .map(([name, value]) => `${name} ${attributes[name] ?? 'by default'} and not ${value}`)
    return differing.length > 0 ? [`vType ${id} has ${differing.join(', ')}`] : []
  })
}
