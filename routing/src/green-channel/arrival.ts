import type { ArrivalSpread } from '../search/arrival-spread.ts'

/** When a vehicle will be at a stop line, ms since the epoch. `earliestMs` ≤ `expectedMs` ≤ `latestMs`. */
export interface ArrivalWindow {
  earliestMs: number
  expectedMs: number
  latestMs: number
}

/** A point of a route and the driving times to it from the start, all increasing along the route. */
export interface Milestone extends ArrivalSpread {
  offsetM: number
}

/** Acceleration of a heavy vehicle from low speed, m/s². */
const accelerationMps2 = 1.5

const start: Milestone = { offsetM: 0, earliestS: 0, expectedS: 0, latestS: 0 }

/** Driving times from the start of a route to `offsetM`, linear between milestones and clamped to the ends. */
export function timesTo(milestones: readonly Milestone[], offsetM: number): ArrivalSpread {
  let before = start
  for (const next of milestones) {
    if (offsetM <= next.offsetM) {
      const lengthM = next.offsetM - before.offsetM
      const share = lengthM > 0 ? Math.max(0, offsetM - before.offsetM) / lengthM : 1
      const between = (of: keyof ArrivalSpread) => before[of] + share * (next[of] - before[of])
      return { earliestS: between('earliestS'), expectedS: between('expectedS'), latestS: between('latestS') }
    }
    before = next
  }
  return before
}

/**
 * Time lost by reaching the road's pace from a lower speed, seconds: (v_p − v)² / (2·a·v_p), which is the time to
 * accelerate less the time the same distance takes at full pace.
 */
export const accelerationLoss = (speedMps: number, paceMps: number): number =>
  paceMps <= 0 || speedMps >= paceMps ? 0 : (paceMps - speedMps) ** 2 / (2 * accelerationMps2 * paceMps)

/**
 * Early, expected and late arrival at a point of the route, from where the vehicle is and how fast it drives now.
 * The expected arrival takes the route's own times for the rest of the way and the time to get up to its pace.
 *
 * @param milestones junctions of the route and its end, in order
 * @param speedMps undefined before departure: the vehicle is taken to drive at the route's pace
 */
export function arrivalWindow(
  milestones: readonly Milestone[],
  progressM: number,
  speedMps: number | undefined,
  offsetM: number,
  nowMs: number,
): ArrivalWindow {
  const [there, here] = [timesTo(milestones, offsetM), timesTo(milestones, progressM)]
  const rest = (of: keyof ArrivalSpread) => Math.max(0, there[of] - here[of])
  const restS = rest('expectedS')
  const restM = Math.max(0, offsetM - progressM)
  const paceMps = restS > 0 ? restM / restS : 0
  const lostS = speedMps === undefined ? 0 : Math.min(accelerationLoss(speedMps, paceMps), restS)
  return {
    earliestMs: nowMs + rest('earliestS') * 1000,
    expectedMs: nowMs + (restS + lostS) * 1000,
    latestMs: nowMs + (rest('latestS') + lostS) * 1000,
  }
}

/**
 * Metres a vehicle needs to stop: v·t_r + v²/(2a), t_r = 1 s, a = 3 m/s². Nobody takes its green away within them.
 *
 * @see docs/green-channel.md, Arbitration
 */
export const stoppingDistance = (speedMps: number): number => speedMps + speedMps ** 2 / (2 * 3)
