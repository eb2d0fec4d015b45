import type { Uplink } from '../uplink/uplink.ts'
import type { Agent } from './agent.ts'

export interface BaySensor {
  occupied(): boolean
}

/** One `bay/occupancy` event for each change, and one at the start. */
export class BayAgent implements Agent {
  readonly device: string
  readonly #uplink: Uplink<'bay'>
  readonly #sensor: BaySensor
  #last: boolean | undefined

  constructor(uplink: Uplink<'bay'>, sensor: BaySensor) {
    this.device = uplink.identity.device
    this.#uplink = uplink
    this.#sensor = sensor
  }

  start(): void {
    this.#uplink.start()
  }

  step(nowMs: number): void {
    const occupied = this.#sensor.occupied()
    if (occupied === this.#last) return
    this.#last = occupied
    this.#uplink.event('occupancy', nowMs, { occupied })
  }

  stop(): Promise<void> {
    return this.#uplink.stop()
  }
}
