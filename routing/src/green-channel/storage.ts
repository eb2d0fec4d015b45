import { vehicleSpacingM } from './queue.ts'

/** What a junction lets go when it turns green for a vehicle. */
export interface Discharge {
  /** Stop line, metres from the start of the route. */
  offsetM: number
  /** Vehicles on all lanes of the approach at start of green. */
  vehicles: number
  /** T_q, from start of green until they are gone, seconds. */
  clearS: number
  /** Its own head start, seconds. */
  headStartS: number
}

/**
 * Vehicles that a link still has room for before its stop line: (L/x − Q)·lanes with x = 1000/140 m a vehicle, ≥ 0.
 *
 * @param lengthM L, from the stop line before to this one
 * @param queue Q, vehicles per lane that stand before this stop line
 */
export const storage = (lengthM: number, queue: number, lanes: number): number =>
  Math.max(0, lengthM / vehicleSpacingM - queue) * lanes

/**
 * The least head start of a junction behind a link that is too short for what the junction before lets go, seconds: its
 * own queue must be gone when that queue comes, so it is T_q and the head start of the junction before.
 *
 * @param before undefined where the junction before is not pre-empted: it discharges when its plan says
 * @param room vehicles that the link has room for, see `storage`
 * @returns undefined where there is room
 * @see docs/green-channel.md, Short links
 */
export const downstreamHeadStart = (before: Discharge | undefined, room: number): number | undefined =>
  before && before.vehicles > room ? before.clearS + before.headStartS : undefined
