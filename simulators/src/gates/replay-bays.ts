import type { BaySensor } from '@clearway/edge'
import type { GateEvent, StayReplay } from '../parking/index.ts'

/** The bays of one lot with a sensor in each: a vehicle that comes takes the first free one. */
export class ReplayBays {
  readonly lot: string
  readonly #vehicles: (string | undefined)[]
  readonly #filledMs: number

  /** @param nowMs who is in the lot then has taken a bay; passages before it are known by that */
  constructor(lot: { id: string; capacity: number }, replay: StayReplay, nowMs: number) {
    this.lot = lot.id
    this.#filledMs = nowMs
    this.#vehicles = new Array(lot.capacity).fill(undefined)
    for (const stay of replay.stays(nowMs, nowMs + 1)) if (stay.lot === lot.id) this.#park(stay.bay)
  }

  /** @param number of the bay, from 1 on */
  sensor(number: number): BaySensor {
    return { occupied: () => this.#vehicles[number - 1] !== undefined }
  }

  /** A vehicle passes a gate, seen or not. */
  pass({ lot, bay, direction, atMs }: GateEvent): void {
    if (lot !== this.lot || atMs < this.#filledMs) return
    if (direction === 'in') this.#park(bay)
    else {
      const at = this.#vehicles.indexOf(bay)
      if (at !== -1) this.#vehicles[at] = undefined
    }
  }

  #park(bay: string): void {
    const free = this.#vehicles.indexOf(undefined)
    if (free !== -1) this.#vehicles[free] = bay
  }
}
