/** Reaction time before braking at yellow, seconds. */
const REACTION_S = 1
/** Comfortable braking, m/s². */
const BRAKING_MPS2 = 3
const GRAVITY_MPS2 = 9.81
const SHORTEST_YELLOW_S = 3
const LONGEST_YELLOW_S = 6
/** Length of the last vehicle to clear. */
const VEHICLE_M = 6
/** Nobody crawls over a junction slower than this (20 km/h), however slow the street it comes from. */
const SLOWEST_CLEARING_MPS = 5.5
/** The message schema's limit of an all-red. */
const LONGEST_ALL_RED_S = 20
const WALKING_MPS = 1

/** Controllers count in half seconds. */
const upToHalfSecond = (s: number): number => Math.ceil(s * 2 - 1e-9) / 2

/**
 * Yellow Y = t_r + v / (2(a + g·G)), rounded up to half a second, 3–6 s.
 *
 * @param speedMps approach speed, > 0
 * @param grade rise per length, downhill negative
 * @see docs/green-channel.md, Intervals
 */
export function yellowS(speedMps: number, grade = 0): number {
  const needed = REACTION_S + speedMps / (2 * (BRAKING_MPS2 + GRAVITY_MPS2 * grade))
  return Math.min(LONGEST_YELLOW_S, Math.max(SHORTEST_YELLOW_S, upToHalfSecond(needed)))
}

/**
 * All-red R = (W + L_v) / v, rounded up to half a second.
 *
 * @param conflictM stop line to the far edge of the last conflict, metres
 */
export function allRedS(conflictM: number, speedMps: number): number {
  const needed = (conflictM + VEHICLE_M) / Math.max(speedMps, SLOWEST_CLEARING_MPS)
  return Math.min(LONGEST_ALL_RED_S, upToHalfSecond(needed))
}

/** Pedestrian clearance = W_c / v_p in whole seconds, v_p = 1 m/s. */
export const pedestrianClearanceS = (widthM: number): number => Math.ceil(widthM / WALKING_MPS)
