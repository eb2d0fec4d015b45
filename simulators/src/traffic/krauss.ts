/**
 * Krauss car following, in the discrete form of SUMO (MSCFModel_Krauss, semi-implicit Euler), so that a run can be
 * compared with SUMO step by step. Metres, seconds, metres per second.
 * @see Krauss 1998, Microscopic Modeling of Traffic Flow; SUMO 1.15 MSCFModel::maximumSafeStopSpeedEuler
 */
export const driver = {
  accelMps2: 2.0,
  decelMps2: 4.5,
  /** What the brakes can do when comfort no longer matters. */
  emergencyDecelMps2: 9.0,
  /** Share of `accelMps2` that a driver may fall short of, drawn each step. */
  imperfection: 0.5,
  /** Reaction time that a driver keeps to the car ahead. */
  tauS: 1.1,
  lengthM: 5,
  minGapM: 2.5,
} as const

const epsilonM = 0.001

/** Metres until a stop when braking with `decelMps2` from the next step on, without reaction time. */
export function brakeGapM(speedMps: number, stepS: number, decelMps2: number = driver.decelMps2): number {
  const lossMps = decelMps2 * stepS
  const steps = Math.floor(speedMps / lossMps)
  return stepS * (steps * speedMps - (lossMps * steps * (steps + 1)) / 2)
}

/**
 * The highest speed of the next step from which a vehicle still stops within `gapM`, if it goes on at that speed for
 * `headwayS` before it brakes.
 */
export function stopSpeedMps(gapM: number, stepS: number, headwayS: number = stepS): number {
  const gap = gapM - epsilonM
  if (gap < 0) return 0
  const loss = driver.decelMps2 * stepS
  const root = Math.sqrt(stepS * stepS + 4 * (stepS * ((2 * gap) / loss - headwayS) + headwayS * headwayS))
  const steps = Math.floor(0.5 - (headwayS - root / 2) / stepS)
  const coveredM = 0.5 * steps * (steps - 1) * loss * stepS + steps * loss * headwayS
  return steps * loss + (gap - coveredM) / (steps * stepS + headwayS)
}

/** The highest speed of the next step that lets a driver stop behind a leader who brakes now. `gapM` excludes minGap. */
export const followSpeedMps = (gapM: number, leaderMps: number, stepS: number): number =>
  stopSpeedMps(gapM + brakeGapM(leaderMps, stepS), stepS, driver.tauS)

/** The highest speed of the next step from which `targetMps` is reached within `distanceM` by ordinary braking. */
export function slowingSpeedMps(distanceM: number, targetMps: number, stepS: number): number {
  const half = (driver.decelMps2 * stepS) / 2
  const reach = Math.max(0, distanceM - targetMps * stepS)
  return Math.max(targetMps, Math.sqrt(half * half + targetMps * targetMps + 2 * driver.decelMps2 * reach) - half)
}

/** Takes from `speedMps` what the driver's imperfection costs this step; `draw` is uniform in [0, 1). */
export const dawdledMps = (speedMps: number, draw: number, stepS: number): number =>
  Math.max(0, speedMps - stepS * driver.imperfection * draw * Math.min(speedMps, driver.accelMps2))
