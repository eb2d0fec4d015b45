import { setImmediate as turn } from 'node:timers/promises'
import type { City, Random } from '@clearway/contracts'
import { type RoadNetwork, type RouteEngine, roadClasses } from '@clearway/routing'
import { DateTime } from 'luxon'
import { Demand, trafficShare } from './demand.ts'
import type { SignalHeads } from './signal-heads.ts'
import { TrafficSimulator } from './traffic-simulator.ts'

/** Synthetic: vehicles on the road per kilometre of through road (both directions counted) in the busiest hour. */
const PEAK_PER_KM = 2.8
const MOST_VEHICLES = 3000
const THROUGH_ROAD = roadClasses.indexOf('tertiary')
const PAIRS = 1500
/** Routes known before the first car starts, and found in each second after: about ten milliseconds of work. */
const FIRST_PAIRS = 150
const PAIRS_PER_STEP = 2
/** Departures a second at most, so that a city that was empty fills over minutes. */
const MOST_DEPARTURES = 5
/** Longer than any red and any pre-emption; who stands for so long has met a fault of the map. */
const PATIENCE_S = 300

/** The ordinary traffic of a city: seeded demand that follows the hour, on the microscopic simulator. */
export class CityTraffic {
  readonly simulator: TrafficSimulator
  readonly #demand: Demand
  readonly #peak: number
  readonly #zone: string

  constructor(city: City, network: RoadNetwork, engine: RouteEngine, signals: SignalHeads, random: Random) {
    const seed = random.fork('traffic').integer(2 ** 31)
    this.simulator = new TrafficSimulator({ network, signals, seed, patienceS: PATIENCE_S })
    const centre = middle([...city.carParks, ...city.junctions].map(({ position }) => position))
    this.#demand = new Demand({ network, engine, random: random.fork('demand'), centre, pairs: PAIRS })
    this.#peak = peakVehicles(network)
    this.#zone = city.timeZone
  }

  /** How many vehicles belong on the road at an instant. */
  wanted(nowMs: number): number {
    const local = DateTime.fromMillis(nowMs, { zone: this.#zone })
    return this.#peak * trafficShare(local.hour + local.minute / 60, local.weekday >= 6)
  }

  /** Finds the first routes and puts cars on them, leaving the process free to answer in between. */
  async begin(nowMs: number, stop: AbortSignal): Promise<void> {
    while (this.#demand.routes.length < FIRST_PAIRS && !stop.aborted) {
      this.#demand.grow(PAIRS_PER_STEP)
      await turn()
    }
    this.#demand.populate(this.simulator, Math.round(this.wanted(nowMs)))
  }

  /** One second of traffic. */
  step(nowMs: number): void {
    this.#demand.grow(PAIRS_PER_STEP)
    this.supply(nowMs)
    this.simulator.step()
  }

  /** Sends cars until as many are under way as belong on the road. */
  supply(nowMs: number): void {
    this.#demand.supply(this.simulator, this.wanted(nowMs), MOST_DEPARTURES)
  }
}

function peakVehicles(network: RoadNetwork): number {
  let metres = 0
  for (let a = 0; a < network.arcCount; a++) {
    if (network.roadClass[a]! <= THROUGH_ROAD) metres += network.lengthM[a]!
  }
  return Math.min(MOST_VEHICLES, Math.round((metres / 1000) * PEAK_PER_KM))
}

function middle(positions: readonly { lon: number; lat: number }[]): { lon: number; lat: number } {
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0
  return { lon: median(positions.map(({ lon }) => lon)), lat: median(positions.map(({ lat }) => lat)) }
}
