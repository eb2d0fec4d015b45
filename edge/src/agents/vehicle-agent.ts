import type { Position, VehicleRoute } from '@clearway/contracts'
import type { Uplink } from '../uplink/uplink.ts'
import type { Agent } from './agent.ts'

/** Where a receiver says that the vehicle is. */
export interface Fix extends Position {
  speedMps: number
  /** Clockwise from north. */
  headingDeg: number
  accuracyM: number
}

export interface Receiver {
  /** undefined while there is no fix. */
  fix(nowMs: number): Fix | undefined
}

export interface Navigator {
  /** A later route of the same dispatch replaces the earlier. */
  follow(route: VehicleRoute): void
}

const positionEveryMs = 1000

/** Position up once a second, routes down to the navigator. */
export class VehicleAgent implements Agent {
  readonly device: string
  readonly #uplink: Uplink<'vehicle'>
  readonly #receiver: Receiver
  readonly #navigator: Navigator
  #leave: (() => void) | undefined
  #nextMs = Number.NEGATIVE_INFINITY

  constructor(uplink: Uplink<'vehicle'>, receiver: Receiver, navigator: Navigator) {
    this.device = uplink.identity.device
    this.#uplink = uplink
    this.#receiver = receiver
    this.#navigator = navigator
  }

  start(): void {
    this.#leave = this.#uplink.on('route', (route) => this.#navigator.follow(route))
    this.#uplink.start()
  }

  step(nowMs: number): void {
    // Due on a grid of its own, so that late ticks do not add up; a clock set back starts a new grid.
    if (nowMs < this.#nextMs && this.#nextMs - nowMs <= positionEveryMs) return
    const late = nowMs - this.#nextMs
    this.#nextMs = late >= 0 && late < positionEveryMs ? this.#nextMs + positionEveryMs : nowMs + positionEveryMs
    const fix = this.#receiver.fix(nowMs)
    if (fix) this.#uplink.state('position', nowMs, fix)
  }

  async stop(): Promise<void> {
    this.#leave?.()
    await this.#uplink.stop()
  }
}
