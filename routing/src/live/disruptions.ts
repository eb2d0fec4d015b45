import type { RoadNetwork } from '../network/road-network.ts'
import { requireArc, requireRange } from './readings.ts'
import { closure } from './road-conditions.ts'

/** Something that takes roads away, wholly or in part, for a time. */
export interface Disruption {
  id: string
  arcs: readonly number[]
  fromMs: number
  /** Null: until it is removed. */
  untilMs: number | null
  /** A value of `closure`; 0 leaves the arcs open. */
  closed: number
  /** What is left of the usual speed, 0 < factor ≤ 1. */
  speedFactor: number
  /** Seconds that passing takes longer, once on each arc. */
  delayS: number
}

/** What the disruptions in force do to each arc. */
export interface Effects {
  readonly closed: Uint8Array
  readonly speedFactor: Float32Array
  readonly delayS: Float32Array
}

/** Less would be a closure under another name. */
export const LEAST_SPEED_FACTOR = 0.05
const LONGEST_DELAY_S = 3600

/** Closures and incidents, and which are in force. Where several lie on an arc the strictest of each kind counts. */
export class Disruptions {
  readonly #network: RoadNetwork
  readonly #all = new Map<string, Disruption>()
  #effects: Effects
  #inForce: ReadonlySet<Disruption> = new Set()

  constructor(network: RoadNetwork) {
    this.#network = network
    this.#effects = this.#effectsOf(new Set())
  }

  /** Adds one, or replaces the one of that id. @throws InputError `disruption` naming the field */
  put(disruption: Disruption): void {
    const { arcs, fromMs, untilMs, closed, speedFactor, delayS } = disruption
    for (const arc of arcs) requireArc('disruption', this.#network, arc)
    requireRange('disruption', 'fromMs', fromMs, [0, Number.MAX_SAFE_INTEGER])
    if (untilMs !== null) requireRange('disruption', 'untilMs', untilMs, [fromMs, Number.MAX_SAFE_INTEGER])
    requireRange('disruption', 'closed', closed, [closure.open, closure.everyone])
    requireRange('disruption', 'speedFactor', speedFactor, [LEAST_SPEED_FACTOR, 1])
    requireRange('disruption', 'delayS', delayS, [0, LONGEST_DELAY_S])
    this.#all.set(disruption.id, disruption)
  }

  remove(id: string): void {
    this.#all.delete(id)
  }

  /** The effects now, and the arcs for which something has begun or ended since the last call. */
  at(nowMs: number): { effects: Effects; turned: ReadonlySet<number> } {
    const inForce = new Set(
      [...this.#all.values()].filter(({ fromMs, untilMs }) => fromMs <= nowMs && (untilMs === null || nowMs < untilMs)),
    )
    const turned = new Set([...inForce.symmetricDifference(this.#inForce)].flatMap(({ arcs }) => arcs))
    if (turned.size > 0) this.#effects = this.#effectsOf(inForce)
    this.#inForce = inForce
    return { effects: this.#effects, turned }
  }

  #effectsOf(inForce: ReadonlySet<Disruption>): Effects {
    const { arcCount } = this.#network
    const closed = new Uint8Array(arcCount)
    const speedFactor = new Float32Array(arcCount).fill(1)
    const delayS = new Float32Array(arcCount)
    for (const one of inForce) {
      for (const arc of one.arcs) {
        closed[arc] = Math.max(closed[arc]!, one.closed)
        speedFactor[arc] = Math.min(speedFactor[arc]!, one.speedFactor)
        delayS[arc] = Math.max(delayS[arc]!, one.delayS)
      }
    }
    return { closed, speedFactor, delayS }
  }
}
