import { InputError, type Position, type Random } from '@clearway/contracts'
import { arcFlag, distanceM, pointOnArc, type RoadNetwork, type RouteEngine, roadClasses } from '@clearway/routing'
import { isOrdinary } from './roadway.ts'
import type { TrafficSimulator } from './traffic-simulator.ts'

/**
 * Vehicles on the road by hour of the day as a share of the busiest hour. Synthetic: the two peaks of a working day as
 * any European city has them, not a count of any street.
 */
const workday = [
  0.12, 0.08, 0.06, 0.06, 0.1, 0.25, 0.55, 0.9, 1, 0.85, 0.75, 0.75, 0.8, 0.8, 0.8, 0.85, 0.95, 1, 0.95, 0.75, 0.55,
  0.4, 0.3, 0.2,
]
const WEEKEND = 0.7

/** @param hour local time of day, 0 ≤ hour < 24, fractions included */
export function trafficShare(hour: number, weekend: boolean): number {
  const before = Math.floor(hour) % 24
  const part = hour - Math.floor(hour)
  const share = workday[before]! * (1 - part) + workday[(before + 1) % 24]! * part
  return weekend ? share * WEEKEND : share
}

/** Drivers' wished speed over the limit: normal around 1 with deviation 0.08 within 0.8–1.2, as in SUMO's reference. */
export function wishedSpeedFactor(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  return Math.min(1.2, Math.max(0.8, 1 + 0.08 * normal))
}

export interface DemandOptions {
  network: RoadNetwork
  engine: RouteEngine
  random: Random
  /** Where trips tend to start and end. */
  centre: Position
  /** How many different origin–destination pairs are drawn. */
  pairs: number
}

/** How likely a trip starts or ends on a metre of road, by class: fast roads have no doors. */
const doorsPerM = new Map<string, number>([
  ['secondary', 0.3],
  ['tertiary', 0.7],
  ['unclassified', 1],
  ['residential', 1],
])
const CENTRE_M = 1500
/** Share of the trip ends that lie where main roads leave the map. */
const RIM_SHARE = 0.35
const MAIN_ROAD = roadClasses.indexOf('secondary')
/** Shorter trips are walked. */
const SHORTEST_TRIP_M = 800
/** How many fruitless draws in a row show that a network has no two places to drive between. */
const MOST_DRAWS = 200

/** A growing, bounded set of routes between drawn places. Which routes it holds after n calls depends on the seed only. */
export class Demand {
  readonly #options: DemandOptions
  readonly #places: { arcs: number[]; until: Float64Array }
  readonly #rim: number[]
  readonly #routes: Int32Array[] = []
  readonly #pairs: Random
  readonly #departures: Random

  /** @throws InputError `no-places` when the network has no street to start from */
  constructor(options: DemandOptions) {
    this.#options = options
    this.#pairs = options.random.fork('pairs')
    this.#departures = options.random.fork('departures')
    this.#places = weightedPlaces(options.network, options.centre)
    this.#rim = rimArcs(options.network)
  }

  get routes(): readonly Int32Array[] {
    return this.#routes
  }

  /** Finds up to `count` more routes, a few milliseconds each, until there are as many as there are pairs. */
  grow(count: number): void {
    const { engine, network, pairs } = this.#options
    const goal = Math.min(pairs, this.#routes.length + count)
    for (let failed = 0; this.#routes.length < goal; ) {
      const from = this.#place()
      const to = this.#place()
      if (distanceM(from.lon, from.lat, to.lon, to.lat) >= SHORTEST_TRIP_M) {
        const route = routeBetween(engine, from, to)
        if (route && drivable(network, route)) {
          this.#routes.push(route)
          failed = 0
          continue
        }
      }
      if (++failed > MOST_DRAWS)
        throw new InputError('no-routes', `no route of ${SHORTEST_TRIP_M} m in ${failed} draws`)
    }
  }

  /** Places `count` cars along their routes, so that a city does not begin empty. Places that are taken stay empty. */
  populate(traffic: TrafficSimulator, count: number): void {
    if (this.#routes.length === 0) return
    const random = this.#departures
    for (let i = 0; i < count; i++) {
      const route = random.pick(this.#routes)
      const rest = route.subarray(random.integer(route.length))
      const lengthM = this.#options.network.lengthM[rest[0]!]!
      const fromM = Math.min(lengthM, 5 + random.next() * lengthM)
      traffic.place({ route: rest, speedFactor: wishedSpeedFactor(random) }, 'car', fromM)
    }
  }

  /** Sends cars until as many as `wanted` are under way, at most `most` at once. */
  supply(traffic: TrafficSimulator, wanted: number, most: number): void {
    if (this.#routes.length === 0) return
    const random = this.#departures
    const { onRoad, outside } = traffic.counts
    for (let missing = Math.min(most, Math.round(wanted) - onRoad - outside); missing > 0; missing--) {
      traffic.send({ route: random.pick(this.#routes), speedFactor: wishedSpeedFactor(random) })
    }
  }

  #place(): Position {
    const { network } = this.#options
    if (this.#rim.length > 0 && this.#pairs.next() < RIM_SHARE) {
      const arc = this.#pairs.pick(this.#rim)
      return pointOnArc(network, arc, network.lengthM[arc]! / 2)
    }
    const { arcs, until } = this.#places
    const drawn = this.#pairs.next() * until.at(-1)!
    let low = 0
    let high = arcs.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (until[middle]! > drawn) high = middle
      else low = middle + 1
    }
    const arc = arcs[low]!
    return pointOnArc(network, arc, this.#pairs.next() * network.lengthM[arc]!)
  }
}

function weightedPlaces(network: RoadNetwork, centre: Position): { arcs: number[]; until: Float64Array } {
  const arcs: number[] = []
  const until: number[] = []
  let sum = 0
  for (let a = 0; a < network.arcCount; a++) {
    const doors = doorsPerM.get(roadClasses[network.roadClass[a]!]!) ?? 0
    if (doors === 0 || !isOrdinary(network, a) || network.flags[a]! & (arcFlag.inside | arcFlag.roundabout)) continue
    const node = network.head[a]!
    const away = distanceM(centre.lon, centre.lat, network.nodeLon[node]!, network.nodeLat[node]!)
    sum += doors * network.lengthM[a]! * (0.15 + Math.exp(-away / CENTRE_M))
    arcs.push(a)
    until.push(sum)
  }
  if (arcs.length === 0) {
    throw new InputError('no-places', 'the network has no street where trips could start; import a map with streets')
  }
  return { arcs, until: Float64Array.from(until) }
}

/** Main roads that begin where the map ends: nobody arrives there but by the same road. */
function rimArcs(network: RoadNetwork): number[] {
  const arriving = new Int32Array(network.nodeCount)
  const isRoad = (arc: number) => (network.flags[arc]! & arcFlag.emergencyOnly) === 0
  for (let a = 0; a < network.arcCount; a++) if (isRoad(a)) arriving[network.head[a]!]! += 1
  const arcs: number[] = []
  for (let a = 0; a < network.arcCount; a++) {
    const others = arriving[network.tail[a]!]! - (network.reverse[a]! >= 0 ? 1 : 0)
    if (isRoad(a) && network.roadClass[a]! <= MAIN_ROAD && others === 0) arcs.push(a)
  }
  return arcs
}

function routeBetween(engine: RouteEngine, from: Position, to: Position): Int32Array | undefined {
  try {
    return engine.route({ from, to, profile: 'car' })[0]?.arcs
  } catch (error) {
    // A drawn place may lie in a street that only leads out, or only in: another is drawn.
    if (error instanceof InputError) return undefined
    throw error
  }
}

const drivable = (network: RoadNetwork, route: Int32Array): boolean =>
  route.length > 1 && route.every((arc) => isOrdinary(network, arc))
