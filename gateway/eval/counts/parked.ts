import type { Random } from '@clearway/contracts'
import type { SeenPassage } from './camera.ts'

/** Every third bay has a sensor. */
const sensedShare = 1 / 3

/** On which bays the vehicles of a lot stand: each takes any free one. */
export class Parked {
  readonly #free: number[]
  readonly #bayOf = new Map<number, number>()
  readonly #random: Random
  readonly sensed: number
  /** Bays with a sensor that are taken. */
  sensedOccupied = 0

  constructor(bays: number, random: Random) {
    this.#free = Array.from({ length: bays }, (_, bay) => bay)
    this.#random = random
    this.sensed = Math.max(1, Math.round(bays * sensedShare))
  }

  pass({ stay, direction }: SeenPassage): void {
    if (direction === 'in') this.#park(stay)
    else this.#leave(stay)
  }

  #park(stay: number): void {
    const [bay] = this.#free.splice(this.#random.integer(this.#free.length), 1)
    if (bay === undefined) return
    this.#bayOf.set(stay, bay)
    if (bay < this.sensed) this.sensedOccupied++
  }

  #leave(stay: number): void {
    const bay = this.#bayOf.get(stay)
    if (bay === undefined) return
    this.#bayOf.delete(stay)
    this.#free.push(bay)
    if (bay < this.sensed) this.sensedOccupied--
  }
}
