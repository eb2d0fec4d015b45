import type { Position } from '@clearway/contracts'
import { closure, pointOnArc, type RoadConditions, type RoadNetwork } from '@clearway/routing'

/** A closed arc by two places on it, in the order in which it is driven. */
export interface ClosedArc {
  early: Position
  late: Position
}

/** Far enough from the ends not to lie on a crossing road, far enough apart to tell the direction. */
const earlyShare = 0.35
const lateShare = 0.65

/** The arcs that are closed now, the same list for as long as they are the same. */
export class ClosedArcs {
  readonly #network: RoadNetwork
  #closed: RoadConditions['closed'] | undefined
  #toOrdinary: readonly ClosedArc[] = []
  #toEveryone: readonly ClosedArc[] = []

  constructor(network: RoadNetwork) {
    this.#network = network
  }

  /** @param emergency whose way leads on where only ordinary traffic is shut out */
  of(conditions: RoadConditions | undefined, emergency: boolean): readonly ClosedArc[] {
    if (conditions?.closed !== this.#closed) {
      this.#closed = conditions?.closed
      this.#toOrdinary = this.#list(closure.ordinary)
      this.#toEveryone = this.#list(closure.everyone)
    }
    return emergency ? this.#toEveryone : this.#toOrdinary
  }

  /** Arcs closed to these and to whoever may do less. */
  #list(least: number): ClosedArc[] {
    const found: ClosedArc[] = []
    for (const [arc, closed] of (this.#closed ?? []).entries()) {
      if (closed < least) continue
      const lengthM = this.#network.lengthM[arc]!
      const at = (share: number) => pointOnArc(this.#network, arc, share * lengthM)
      found.push({ early: at(earlyShare), late: at(lateShare) })
    }
    return found
  }
}
