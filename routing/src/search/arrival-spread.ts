/** A crew on a free road drives at most so much faster than the profile says. */
const FASTEST = 1.15
/** Hindered, but not stopped, it needs so much longer. */
const SLOWEST = 1.3

/** Driving times from one moment to a place ahead, seconds. `earliestS` ≤ `expectedS` ≤ `latestS`. */
export interface ArrivalSpread {
  earliestS: number
  expectedS: number
  latestS: number
}

/**
 * How early and how late a vehicle may be. The one place that knows the factors: answers of the engine carry the
 * result, and the green channel is planned with it.
 *
 * @param expectedS driving, turning, and the waits that the profile expects at signals
 * @param waitS the waits in it; who drives on a free road meets none
 */
export const arrivalSpread = (expectedS: number, waitS: number): ArrivalSpread => ({
  earliestS: (expectedS - waitS) / FASTEST,
  expectedS,
  latestS: expectedS * SLOWEST,
})
