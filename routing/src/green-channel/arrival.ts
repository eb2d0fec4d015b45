/** When a vehicle will be at a stop line, ms since the epoch. `earliestMs` ≤ `expectedMs` ≤ `latestMs`. */
export interface ArrivalWindow {
  earliestMs: number
  expectedMs: number
  latestMs: number
}

/** A point of a route and the driving time to it from the start, both increasing along the route. */
export interface Milestone {
  offsetM: number
  durationS: number
}

/** A crew on a free road drives at most so much faster than the profile says. */
const fastest = 1.15
/** Hindered, but not stopped, it needs so much longer. */
const slowest = 1.3
/** Acceleration of a heavy vehicle from low speed, m/s². */
const accelerationMps2 = 1.5

/** Driving time from the start of a route to `offsetM`, seconds, linear between milestones and clamped to the ends. */
export function durationTo(milestones: readonly Milestone[], offsetM: number): number {
  let before: Milestone = { offsetM: 0, durationS: 0 }
  for (const next of milestones) {
    if (offsetM <= next.offsetM) {
      const lengthM = next.offsetM - before.offsetM
      const share = lengthM > 0 ? Math.max(0, offsetM - before.offsetM) / lengthM : 1
      return before.durationS + share * (next.durationS - before.durationS)
    }
    before = next
  }
  return before.durationS
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
  const restS = Math.max(0, durationTo(milestones, offsetM) - durationTo(milestones, progressM))
  const restM = Math.max(0, offsetM - progressM)
  const paceMps = restS > 0 ? restM / restS : 0
  const lostS = speedMps === undefined ? 0 : Math.min(accelerationLoss(speedMps, paceMps), restS)
  return {
    earliestMs: nowMs + (restS / fastest) * 1000,
    expectedMs: nowMs + (restS + lostS) * 1000,
    latestMs: nowMs + (restS * slowest + lostS) * 1000,
  }
}

/**
 * Metres a vehicle needs to stop: v·t_r + v²/(2a), t_r = 1 s, a = 3 m/s². Nobody takes its green away within them.
 *
 * @see docs/green-channel.md, Arbitration
 */
export const stoppingDistance = (speedMps: number): number => speedMps + speedMps ** 2 / (2 * 3)
