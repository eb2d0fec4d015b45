import { InputError, type Position } from '@clearway/contracts'
import { arcShape, bearingDeg, pointOnArc, type RoadNetwork } from '@clearway/routing'
import { Detectors } from './detectors.ts'
import { driver, followSpeedMps, stopSpeedMps } from './krauss.ts'
import { planSpeeds } from './look-ahead.ts'
import { moveVehicles } from './movement.ts'
import type { KnownMovements } from './roadway.ts'
import type { SignalHeads } from './signal-heads.ts'
import { arcAfter, type TrafficState, trafficState } from './traffic-state.ts'
import { type VehicleTable, vehicleKind } from './vehicle-table.ts'

export interface TrafficOptions {
  network: RoadNetwork
  signals: SignalHeads
  seed: number
  /** Length of a step, seconds; default 1. */
  stepS?: 1 | 0.5
  /** Most vehicles on the road at once; others wait outside. Default 4,000. */
  capacity?: number
  /** Lane markings and speeds of turns where the map has them. */
  movements?: KnownMovements
  /** A car that stands, or waits outside, for longer gives up and is counted `abandoned`. Default: never. */
  patienceS?: number
  onEnd?: (end: TripEnd) => void
}

export interface Trip {
  /** Arcs from the first to the last, each beginning where the one before ends. */
  route: Int32Array
  /** Wished speed as a multiple of the limit; default 1. */
  speedFactor?: number
  /** The vehicle drives no faster, m/s; default infinite. */
  topSpeedMps?: number
}

/** Times of the simulation in seconds: when the trip wanted to start, entered the road and ended. */
export interface TripEnd {
  trip: number
  outcome: 'arrived' | 'abandoned'
  departS: number
  enteredS: number
  endS: number
}

/** Every car sent is in exactly one of: outside, on the road, arrived, abandoned. */
export interface TrafficCounts {
  sent: number
  outside: number
  onRoad: number
  arrived: number
  abandoned: number
  stoppedHard: number
  passedRed: number
}

export interface VehicleView extends Position {
  arc: number
  positionM: number
  speedMps: number
  headingDeg: number
}

/** Who stands this near to where it was sent has arrived. */
const ARRIVED_M = 3

type VehicleKind = keyof typeof vehicleKind

interface Waiting extends Required<Trip> {
  trip: number
  departS: number
}

/**
 * Microscopic traffic on a road network: Krauss car following, lanes by the next movement, no lane changes, signals read
 * through a port. The same seed, network, signals and calls give the same run, byte for byte.
 */
export class TrafficSimulator {
  readonly state: TrafficState
  readonly detectors: Detectors
  readonly #patienceS: number
  readonly #onEnd: (end: TripEnd) => void
  readonly #outside = new Map<number, Waiting[]>()
  readonly #slotOf = new Map<number, number>()
  #nowS = 0
  #sent = 0
  #outsideCount = 0
  #arrived = 0
  #abandoned = 0
  #stoppedHard = 0
  #passedRed = 0

  constructor({ network, signals, seed, stepS = 1, capacity = 4000, movements, patienceS, onEnd }: TrafficOptions) {
    this.state = trafficState(network, signals, seed, stepS, capacity, movements)
    this.detectors = new Detectors(this.state)
    this.#patienceS = patienceS ?? Number.POSITIVE_INFINITY
    this.#onEnd = onEnd ?? (() => undefined)
  }

  get nowS(): number {
    return this.#nowS
  }

  get vehicles(): VehicleTable {
    return this.state.vehicles
  }

  get counts(): TrafficCounts {
    return {
      sent: this.#sent,
      outside: this.#outsideCount,
      onRoad: this.vehicles.activeCount,
      arrived: this.#arrived,
      abandoned: this.#abandoned,
      stoppedHard: this.#stoppedHard,
      passedRed: this.#passedRed,
    }
  }

  /** Sends a car to the start of its route, where it waits outside until there is room. Returns its trip number. */
  send({ route, speedFactor = 1, topSpeedMps = Number.POSITIVE_INFINITY }: Trip): number {
    requireConnected(this.state.network, route)
    const trip = this.#sent++
    const origin = route[0]!
    const queue = this.#outside.get(origin)
    const waiting = { trip, route, speedFactor, topSpeedMps, departS: this.#nowS }
    if (queue) queue.push(waiting)
    else this.#outside.set(origin, [waiting])
    this.#outsideCount++
    return trip
  }

  /**
   * Puts a vehicle onto the road, standing, at `fromM` of the first arc. With `toM` it comes to a stand there, on the
   * last arc, and never gives up.
   *
   * @returns the trip number, or undefined when the place is taken: try again in the next step
   */
  place(trip: Trip, kind: VehicleKind, fromM: number, toM?: number): number | undefined {
    requireConnected(this.state.network, trip.route)
    if (this.vehicles.full) return undefined
    const lane = this.#laneWithRoom(trip.route, fromM)
    if (lane === undefined) return undefined
    const number = this.#sent++
    const { route, speedFactor = 1, topSpeedMps = Number.POSITIVE_INFINITY } = trip
    const entering = { trip: number, route, speedFactor, topSpeedMps, departS: this.#nowS }
    const slot = this.#enter(entering, kind, lane, fromM, 0)
    if (toM !== undefined) this.#stopAt(slot, toM)
    return number
  }

  /**
   * Sends a vehicle that is on the road along another route, which begins with the arc it is on, to a stand at `toM`.
   *
   * @throws InputError `not-on-route` when the vehicle is elsewhere
   */
  divert(trip: number, { route, speedFactor = 1 }: Trip, kind: VehicleKind, toM: number): void {
    requireConnected(this.state.network, route)
    const slot = this.#slotOf.get(trip)
    if (slot === undefined || this.vehicles.arc[slot] !== route[0]) {
      const message = `trip ${trip} is not on arc ${route[0]}; a new route begins where the vehicle is`
      throw new InputError('not-on-route', message)
    }
    this.vehicles.route[slot] = route
    this.vehicles.routeStep[slot] = 0
    this.vehicles.nextLane[slot] = -1
    this.vehicles.kind[slot] = vehicleKind[kind]
    this.vehicles.speedFactor[slot] = speedFactor
    this.#stopAt(slot, toM)
  }

  /** Takes a vehicle off the road where it is, as if it pulled over; counted as arrived. */
  withdraw(trip: number): void {
    const slot = this.#slotOf.get(trip)
    if (slot === undefined) return
    this.state.queues.remove(slot)
    this.#end(slot, 'arrived')
  }

  /** Where a vehicle is; undefined when it is not on the road. */
  view(trip: number): VehicleView | undefined {
    const slot = this.#slotOf.get(trip)
    if (slot === undefined) return undefined
    const arc = this.vehicles.arc[slot]!
    const positionM = this.vehicles.positionM[slot]!
    return { ...poseOnArc(this.state.network, arc, positionM), arc, positionM, speedMps: this.vehicles.speedMps[slot]! }
  }

  step(): void {
    this.#admit()
    planSpeeds(this.state)
    moveVehicles(this.state, {
      detectors: this.detectors,
      arrived: (slot) => this.#end(slot, 'arrived'),
      stoppedHard: () => this.#stoppedHard++,
      passedRed: () => this.#passedRed++,
    })
    this.#nowS += this.state.stepS
    this.detectors.watch()
    this.#endStanding()
  }

  #admit(): void {
    for (const [origin, queue] of this.#outside) {
      while (queue.length > 0 && !this.vehicles.full) {
        const next = queue[0]!
        if (this.#nowS - next.departS > this.#patienceS) {
          queue.shift()
          this.#outsideCount--
          this.#abandoned++
          const { trip, departS } = next
          this.#onEnd({ trip, outcome: 'abandoned', departS, enteredS: this.#nowS, endS: this.#nowS })
          continue
        }
        const fromM = Math.min(driver.lengthM, this.state.network.lengthM[origin]!)
        const lane = this.#laneWithRoom(next.route, fromM)
        if (lane === undefined) break
        queue.shift()
        this.#outsideCount--
        this.#enter(next, 'car', lane, fromM, this.#entrySpeed(next, lane, fromM))
      }
      if (queue.length === 0) this.#outside.delete(origin)
    }
  }

  /** Who enters from outside the network arrives driving, everybody else pulls out from standing. */
  #entrySpeed(next: Waiting, lane: number, fromM: number): number {
    const { network, roadway, queues, vehicles, stepS } = this.state
    const origin = next.route[0]!
    const rim = roadway.into[network.tail[origin]!]!.every((arc) => arc === network.reverse[origin])
    if (!rim) return 0
    const wished = Math.min(network.speedMps[origin]! * next.speedFactor, next.topSpeedMps)
    const limit = Math.min(wished, stopSpeedMps(network.lengthM[origin]! - fromM, stepS))
    const leader = queues.back[lane]!
    if (leader < 0) return limit
    const gap = vehicles.positionM[leader]! - vehicles.lengthM[leader]! - driver.minGapM - fromM
    return Math.min(limit, followSpeedMps(gap, vehicles.speedMps[leader]!, stepS))
  }

  /** A lane of the route's first arc that leads on and where nobody is hindered by a vehicle standing at `fromM`. */
  #laneWithRoom(route: Int32Array, fromM: number): number | undefined {
    const { roadway, queues, vehicles } = this.state
    const arc = route[0]!
    const then = arcAfter(route, 0)
    const start = roadway.laneStart[arc]!
    const onward = then < 0 ? undefined : roadway.movements[roadway.movementIndex(arc, then)]!
    let best: number | undefined
    for (let k = onward?.firstLane ?? 0; k <= (onward?.lastLane ?? roadway.lanesOf(arc) - 1); k++) {
      const lane = start + k
      if (best !== undefined && queues.count[lane]! >= queues.count[best]!) continue
      const leader = queues.leaderAt(lane, fromM)
      if (leader >= 0 && vehicles.positionM[leader]! - vehicles.lengthM[leader]! - driver.minGapM < fromM) continue
      const follower = leader < 0 ? queues.front[lane]! : vehicles.behind[leader]!
      if (follower >= 0 && !this.#canStop(follower, fromM - driver.lengthM - vehicles.positionM[follower]!)) continue
      if (follower < 0 && !this.#upstreamCanStop(arc, fromM - driver.lengthM)) continue
      best = lane
    }
    return best
  }

  #upstreamCanStop(arc: number, rearM: number): boolean {
    const { network, roadway, queues, vehicles } = this.state
    for (const before of roadway.into[network.tail[arc]!]!) {
      for (let lane = roadway.laneStart[before]!; lane < roadway.laneStart[before + 1]!; lane++) {
        const slot = queues.front[lane]!
        if (slot < 0 || arcAfter(vehicles.route[slot]!, vehicles.routeStep[slot]!) !== arc) continue
        if (!this.#canStop(slot, network.lengthM[before]! - vehicles.positionM[slot]! + rearM)) return false
      }
    }
    return true
  }

  #canStop(slot: number, gapM: number): boolean {
    const speed = this.vehicles.speedMps[slot]!
    const { stepS } = this.state
    return gapM > driver.minGapM && followSpeedMps(gapM - driver.minGapM, 0, stepS) >= speed - driver.decelMps2 * stepS
  }

  #stopAt(slot: number, toM: number): void {
    this.vehicles.endM[slot] = toM
    this.vehicles.stops[slot] = 1
  }

  #enter(next: Waiting, kind: VehicleKind, lane: number, fromM: number, speedMps: number): number {
    const { vehicles, queues, network } = this.state
    const slot = vehicles.allocate(next.trip)
    vehicles.kind[slot] = vehicleKind[kind]
    vehicles.route[slot] = next.route
    vehicles.routeStep[slot] = 0
    vehicles.arc[slot] = next.route[0]!
    vehicles.positionM[slot] = fromM
    vehicles.speedMps[slot] = speedMps
    vehicles.plannedMps[slot] = speedMps
    vehicles.lengthM[slot] = driver.lengthM
    vehicles.speedFactor[slot] = next.speedFactor
    vehicles.topSpeedMps[slot] = next.topSpeedMps
    vehicles.endM[slot] = network.lengthM[next.route.at(-1)!]!
    vehicles.stops[slot] = 0
    vehicles.departS[slot] = next.departS
    vehicles.enteredS[slot] = this.#nowS
    queues.insertBehind(lane, slot, queues.leaderAt(lane, fromM))
    this.#slotOf.set(next.trip, slot)
    return slot
  }

  /** Vehicles that stand where they were sent, and cars that have stood for too long. */
  #endStanding(): void {
    const { vehicles, queues } = this.state
    for (let k = vehicles.activeCount - 1; k >= 0; k--) {
      const slot = vehicles.active[k]!
      const stops = vehicles.stops[slot] === 1
      const last = vehicles.routeStep[slot] === vehicles.route[slot]!.length - 1
      const there = last && vehicles.positionM[slot]! > vehicles.endM[slot]! - ARRIVED_M && vehicles.speedMps[slot]! < 1
      if (stops ? !there : vehicles.standingS[slot]! <= this.#patienceS) continue
      queues.remove(slot)
      this.#end(slot, stops ? 'arrived' : 'abandoned')
    }
  }

  #end(slot: number, outcome: TripEnd['outcome']): void {
    const { vehicles } = this.state
    const trip = vehicles.trip[slot]!
    if (outcome === 'arrived') this.#arrived++
    else this.#abandoned++
    this.#slotOf.delete(trip)
    vehicles.release(slot)
    this.#onEnd({
      trip,
      outcome,
      departS: vehicles.departS[slot]!,
      enteredS: vehicles.enteredS[slot]!,
      endS: this.#nowS,
    })
  }
}

/** Position and direction of travel at `offsetM` of an arc. */
function poseOnArc(network: RoadNetwork, arc: number, offsetM: number): Position & { headingDeg: number } {
  const lengthM = network.lengthM[arc]!
  const from = Math.max(0, Math.min(offsetM, lengthM) - 3)
  const [a, b] = [pointOnArc(network, arc, from), arcShape(network, arc, from, from + 6).at(-1)!] as const
  const here = pointOnArc(network, arc, Math.min(offsetM, lengthM))
  return { ...here, headingDeg: bearingDeg(a.lon, a.lat, b[0], b[1]) }
}

function requireConnected(network: RoadNetwork, route: Int32Array): void {
  if (route.length === 0) throw new InputError('route-empty', 'route is empty; give at least one arc')
  for (let i = 1; i < route.length; i++) {
    if (network.tail[route[i]!] !== network.head[route[i - 1]!]) {
      throw new InputError('route-broken', `route breaks between arc ${route[i - 1]} and arc ${route[i]} at place ${i}`)
    }
  }
}
