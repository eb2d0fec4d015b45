import type { RouteProfile } from '@clearway/contracts'
import type { RoadConditions } from '../live/road-conditions.ts'
import type { RoadNetwork } from '../network/road-network.ts'
import { drivingProfiles } from './driving-profile.ts'
import type { PathFinder, Weights } from './path-finder.ts'
import { driveCosts, type TravelCost, travelCost } from './travel-cost.ts'

/**
 * The weights that are in force, one set a profile, all of one epoch. One writer follows the road conditions; a search
 * runs from start to end in one turn of the event loop, so it never sees two epochs.
 */
export class Epochs<W extends Weights> {
  readonly #network: RoadNetwork
  readonly #finder: PathFinder<W>
  readonly #waitS: Float64Array
  readonly #timeZone: string
  #conditions: RoadConditions | undefined
  #weights = new Map<RouteProfile, W>()
  #number = 0
  #following: Promise<unknown> = Promise.resolve()

  constructor(network: RoadNetwork, finder: PathFinder<W>, waitS: Float64Array, timeZone: string) {
    this.#network = network
    this.#finder = finder
    this.#waitS = waitS
    this.#timeZone = timeZone
  }

  /** Number of the set of weights in force; 0 before the first conditions. */
  get number(): number {
    return this.#number
  }

  of(profile: RouteProfile): W {
    const known = this.#weights.get(profile)
    if (known) return known
    const made = this.#finder.weigh(this.#cost(profile, this.#conditions))
    this.#weights.set(profile, made)
    return made
  }

  /** Brings conditions into force, one after the other. @returns the number of their epoch */
  follow(conditions: RoadConditions): Promise<number> {
    const turn = this.#following.then(() => this.#next(conditions))
    this.#following = turn.catch(() => undefined)
    return turn
  }

  async #next(conditions: RoadConditions): Promise<number> {
    const next = new Map<RouteProfile, W>()
    for (const [profile, before] of this.#weights) {
      next.set(profile, await this.#finder.reweigh(this.#cost(profile, conditions, before.cost), before))
    }
    // A profile first used meanwhile was weighed under the old conditions; it is weighed anew when next used.
    for (const before of this.#weights.values()) this.#finder.release(before)
    this.#weights = next
    this.#conditions = conditions
    return ++this.#number
  }

  /** Bans by the hour follow the clock of the conditions; before any, all of them hold. */
  #cost(profile: RouteProfile, conditions: RoadConditions | undefined, before?: TravelCost): TravelCost {
    const driving = drivingProfiles[profile]
    const at = conditions && { ms: conditions.atMs, timeZone: this.#timeZone }
    const hasHours = this.#network.turnBans.some(({ hours }) => hours !== null)
    if (!before || hasHours) return travelCost(this.#network, driving, this.#waitS, { conditions, at })
    return { ...before, ...driveCosts(this.#network, before.graph, driving, conditions) }
  }
}
