import type { VehicleTable } from './vehicle-table.ts'

/** Who stands in which lane, front to back, as linked lists through the vehicle table. */
export class LaneQueues {
  readonly front: Int32Array
  readonly back: Int32Array
  readonly count: Int32Array
  /** The vehicle that left the lane last: its rear may still be on it. */
  readonly lastOut: Int32Array
  readonly #vehicles: VehicleTable

  constructor(laneCount: number, vehicles: VehicleTable) {
    this.front = new Int32Array(laneCount).fill(-1)
    this.back = new Int32Array(laneCount).fill(-1)
    this.count = new Int32Array(laneCount)
    this.lastOut = new Int32Array(laneCount).fill(-1)
    this.#vehicles = vehicles
  }

  append(lane: number, slot: number): void {
    this.insertBehind(lane, slot, this.back[lane] as number)
  }

  /** Puts `slot` directly behind `leader`; `leader` −1 makes it the front. */
  insertBehind(lane: number, slot: number, leader: number): void {
    const { ahead, behind } = this.#vehicles
    const follower = leader < 0 ? (this.front[lane] as number) : (behind[leader] as number)
    ahead[slot] = leader
    behind[slot] = follower
    if (leader < 0) this.front[lane] = slot
    else behind[leader] = slot
    if (follower < 0) this.back[lane] = slot
    else ahead[follower] = slot
    this.#vehicles.lane[slot] = lane
    this.count[lane] = (this.count[lane] as number) + 1
  }

  remove(slot: number): void {
    const { ahead, behind, lane: lanes } = this.#vehicles
    const lane = lanes[slot] as number
    const leader = ahead[slot] as number
    const follower = behind[slot] as number
    if (leader < 0) this.front[lane] = follower
    else behind[leader] = follower
    if (follower < 0) this.back[lane] = leader
    else ahead[follower] = leader
    this.count[lane] = (this.count[lane] as number) - 1
  }

  /** The last vehicle of `lane` whose front is at or beyond `positionM`, −1 when none. */
  leaderAt(lane: number, positionM: number): number {
    const { behind, positionM: positions } = this.#vehicles
    let leader = -1
    for (let v = this.front[lane] as number; v >= 0 && (positions[v] as number) >= positionM; v = behind[v] as number) {
      leader = v
    }
    return leader
  }
}
