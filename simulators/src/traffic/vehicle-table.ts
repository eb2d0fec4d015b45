import { seededRandom } from '@clearway/contracts'

export const vehicleKind = { car: 0, emergency: 1 } as const

/** Column-wise table of the vehicles on the road. A row (slot) is reused after its vehicle has left. */
export class VehicleTable {
  readonly capacity: number
  /** Slots in use are `active[0]` … `active[activeCount - 1]`. */
  readonly active: Int32Array
  activeCount = 0
  /** Number of the vehicle, given by whoever sent it; unlike the slot never reused. */
  readonly trip: Int32Array
  readonly kind: Uint8Array
  readonly arc: Int32Array
  /** Lane over the whole network, see `Roadway.laneStart`. */
  readonly lane: Int32Array
  /** Lane left last, as long as the rear may still stand on it; −1 otherwise. */
  readonly previousLane: Int32Array
  /** Lane of the next arc that the driver heads for in this step. */
  readonly nextLane: Int32Array
  /** Front bumper from the start of the arc. */
  readonly positionM: Float64Array
  readonly speedMps: Float64Array
  readonly plannedMps: Float64Array
  readonly lengthM: Float64Array
  /** Wished speed as a multiple of the limit. */
  readonly speedFactor: Float64Array
  /** What the vehicle can do; infinite where the road alone decides. */
  readonly topSpeedMps: Float64Array
  /** Place of `arc` within `route`. */
  readonly routeStep: Int32Array
  readonly route: Int32Array[]
  /** Where on the last arc of the route the trip ends. */
  readonly endM: Float64Array
  /** 1 when the vehicle comes to a stand at `endM`; others leave the network there as they drive. */
  readonly stops: Uint8Array
  /** Next vehicle ahead and behind in the lane, −1 when none. */
  readonly ahead: Int32Array
  readonly behind: Int32Array
  /** 1 while an emergency vehicle squeezes past others in its lane. */
  readonly passing: Uint8Array
  readonly standingS: Float64Array
  readonly departS: Float64Array
  readonly enteredS: Float64Array
  readonly #noise: Uint32Array
  readonly #place: Int32Array
  readonly #free: Int32Array
  readonly #seed: number

  constructor(capacity: number, seed: number) {
    const integers = () => new Int32Array(capacity)
    const numbers = () => new Float64Array(capacity)
    this.capacity = capacity
    this.#seed = seed
    this.active = integers()
    this.trip = integers()
    this.kind = new Uint8Array(capacity)
    this.arc = integers()
    this.lane = integers()
    this.previousLane = integers()
    this.nextLane = integers()
    this.positionM = numbers()
    this.speedMps = numbers()
    this.plannedMps = numbers()
    this.lengthM = numbers()
    this.speedFactor = numbers()
    this.topSpeedMps = numbers()
    this.routeStep = integers()
    this.route = new Array<Int32Array>(capacity).fill(new Int32Array(0))
    this.endM = numbers()
    this.stops = new Uint8Array(capacity)
    this.ahead = integers()
    this.behind = integers()
    this.passing = new Uint8Array(capacity)
    this.standingS = numbers()
    this.departS = numbers()
    this.enteredS = numbers()
    this.#noise = new Uint32Array(capacity)
    this.#place = integers()
    this.#free = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i)
  }

  get full(): boolean {
    return this.activeCount === this.capacity
  }

  /** A slot for `trip`, its noise seeded by the trip alone, so that a run does not depend on which slot it got. */
  allocate(trip: number): number {
    const slot = this.#free[this.capacity - this.activeCount - 1] as number
    this.#place[slot] = this.activeCount
    this.active[this.activeCount++] = slot
    this.trip[slot] = trip
    this.previousLane[slot] = -1
    this.nextLane[slot] = -1
    this.passing[slot] = 0
    this.standingS[slot] = 0
    this.#noise[slot] = seededRandom((this.#seed ^ Math.imul(trip + 1, 0x9e3779b1)) >>> 0).integer(0x100000000)
    return slot
  }

  release(slot: number): void {
    const place = this.#place[slot] as number
    const last = this.active[--this.activeCount] as number
    this.active[place] = last
    this.#place[last] = place
    this.#free[this.capacity - this.activeCount - 1] = slot
    this.previousLane[slot] = -1
  }

  /** Uniform in [0, 1): the vehicle's own stream (mulberry32, as in contracts, kept in the table). */
  draw(slot: number): number {
    const state = ((this.#noise[slot] as number) + 0x6d2b79f5) >>> 0
    this.#noise[slot] = state
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
