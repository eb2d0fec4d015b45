import type { Random } from '@clearway/contracts'
import type { SumoPlan } from '@clearway/routing'
import { type AdvisedWindow, along, type Journey, wayAround } from './detour.ts'
import { EdgeTimes } from './edge-times.ts'
import type { TraciClient } from './traci/client.ts'
import { variable } from './traci/commands.ts'

/** Drivers look at what is advised so often, s. */
export const LOOK_EVERY_S = 5
/** Nearer to a junction lanes are chosen: where it leads is fixed, m. */
const ROOM_M = 150
/** A detour is driven if it costs less than one of these, s and share of the rest. */
const SHORT_S = 60
const SHORT_SHARE = 0.2
/** Ways of the same length differ by no more in free driving, s. */
const SAME_S = 5
/** All edges are looked at with each look in networks of so many; in larger ones the less often. */
const EDGES_A_LOOK = 2000

/** What diversion did in a run. */
export interface DiversionOutcome {
  /** Drivers that follow advice. */
  drivers: number
  /** Of these, who took another way. */
  diverted: number
  /** By how much their ways are longer together, in free driving, s; part of the delay of others. */
  detourVehS: number
}

interface Driver {
  arcs: readonly number[]
  /** Free driving on the way taken less that on the way planned, s. */
  detourS: number
}

/**
 * Ordinary drivers of whom a share, drawn by the seed for each vehicle, does what is advised: whose way would enter a road
 * while it is to be left free takes another, where one is left that is not much longer.
 */
export class CompliantDrivers {
  readonly #traci: TraciClient
  readonly #plan: SumoPlan
  readonly #share: number
  readonly #random: Random
  readonly #times: EdgeTimes
  readonly #edgeOf: ReadonlyMap<number, string>
  /** On the road, in the order of their departure; undefined until their way is known. */
  readonly #drivers = new Map<string, Driver | undefined>()
  readonly #detours = new Map<string, number>()
  #drawn = 0
  #timedS = Number.NEGATIVE_INFINITY

  constructor(traci: TraciClient, plan: SumoPlan, share: number, random: Random) {
    this.#traci = traci
    this.#plan = plan
    this.#share = share
    this.#random = random
    this.#times = new EdgeTimes(traci, plan)
    this.#edgeOf = new Map([...plan.arcOf].map(([edge, arc]) => [arc, edge]))
  }

  get outcome(): DiversionOutcome {
    const detourVehS = [...this.#detours.values()].reduce((sum, one) => sum + one, 0)
    return { drivers: this.#drawn, diverted: this.#detours.size, detourVehS }
  }

  /** By vehicle, what its way is longer than planned, in free driving, s. */
  get detours(): ReadonlyMap<string, number> {
    return this.#detours
  }

  /** Vehicles that have departed and arrived in a second. */
  take(departed: readonly string[], arrived: readonly string[]): void {
    for (const id of departed) {
      if (this.#random.fork(id).next() >= this.#share) continue
      this.#drawn++
      this.#drivers.set(id, undefined)
    }
    for (const id of arrived) this.#drivers.delete(id)
  }

  /** Every `LOOK_EVERY_S`. @param advised by edge of the network */
  async look(advised: ReadonlyMap<string, AdvisedWindow>, atS: number): Promise<void> {
    const everyS = LOOK_EVERY_S * Math.ceil(this.#times.size / EDGES_A_LOOK)
    if (atS - this.#timedS >= everyS) {
      await this.#times.look(Number.isFinite(this.#timedS) ? atS - this.#timedS : everyS)
      this.#timedS = atS
    }
    if (advised.size === 0) return
    await this.#learnWays()
    const windows = new Map(
      [...advised].flatMap(([edge, window]) => {
        const arc = this.#plan.arcOf.get(edge)
        return arc === undefined ? [] : [[arc, window] as const]
      }),
    )
    const concerned = [...this.#drivers].filter(([, driver]) => driver?.arcs.some((arc) => windows.has(arc)))
    const ids = concerned.map(([id]) => id)
    const [roads, places] = [
      await this.#traci.getAll('vehicle', variable.road, ids),
      await this.#traci.getAll('vehicle', variable.lanePositionM, ids),
    ]
    const journey: Journey = { plan: this.#plan, timeS: (arc) => this.#times.nowS(arc), advised: windows }
    for (const [i, [id, driver]] of concerned.entries()) {
      const arc = this.#plan.arcOf.get(String(roads[i]!.value))
      if (arc !== undefined) this.#consider(id, driver!, arc, Number(places[i]!.value), journey, atS)
    }
  }

  async #learnWays(): Promise<void> {
    const fresh = [...this.#drivers].flatMap(([id, driver]) => (driver ? [] : [id]))
    const ways = await this.#traci.getAll('vehicle', variable.edges, fresh)
    for (const [i, id] of fresh.entries()) {
      const edges = ways[i]!.type === 'strings' ? (ways[i]!.value as readonly string[]) : []
      const arcs = edges.map((edge) => this.#plan.arcOf.get(edge))
      // A way over edges that were left out of the network is nobody's to change.
      const known = arcs.every((arc) => arc !== undefined)
      this.#drivers.set(id, { arcs: known ? (arcs as number[]) : [], detourS: 0 })
    }
  }

  /** Inside a junction nobody decides. */
  #consider(id: string, driver: Driver, arc: number, placeM: number, journey: Journey, atS: number): void {
    const at = driver.arcs.indexOf(arc)
    if (at < 0) return
    const leftM = this.#times.lengthM(arc) - placeM
    // Who is too near to choose its lane decides about the junction after the next.
    const first = leftM >= ROOM_M ? at : at + 1
    const rest = driver.arcs.slice(first)
    const there = rest.at(-1)
    if (there === undefined || rest.length < 2) return
    const window = journey.advised.get(arc)
    if (window && atS >= window.fromS && atS <= window.untilS) return
    const untilEndS = (leftM / this.#times.lengthM(arc)) * this.#times.nowS(arc)
    // As if the edge had been entered when its whole time leads to where the vehicle is.
    const enteredS = first === at ? atS + untilEndS - this.#times.nowS(arc) : atS + untilEndS
    const present = along(journey, rest.slice(1), enteredS + this.#times.nowS(rest[0]!))
    if (!present.isAdvised) return
    const mostS = Math.max(present.tookS + SHORT_S, present.tookS * (1 + SHORT_SHARE))
    const around = wayAround(journey, rest[0]!, there, enteredS, this.#times.nowS(rest[0]!) + mostS)
    if (!around) return
    const longerS = this.#freeS(around.arcs) - this.#freeS(rest)
    // Who does not drive the shortest way has reasons for it: a short cut would be no merit of the advice.
    if (longerS < -SAME_S) return
    const taken = [...driver.arcs.slice(at, first), ...around.arcs]
    const detourS = driver.detourS + longerS
    this.#drivers.set(id, { arcs: taken, detourS })
    this.#detours.set(id, detourS)
    const edges = taken.map((one) => this.#edgeOf.get(one)!)
    this.#traci.set('vehicle', variable.route, id, { type: 'strings', value: edges })
  }

  #freeS(arcs: readonly number[]): number {
    return arcs.reduce((sum, arc) => sum + this.#times.freeS(arc), 0)
  }
}
