import type { RouteProfile } from '@clearway/contracts'

/** How a kind of vehicle drives. Physical limits are the same for all; legal ones an emergency vehicle may exceed. */
export interface DrivingProfile {
  name: RouteProfile
  /** Speed driven over the legal or class speed. */
  speedFactor: number
  /** Driven on the slowest roads all the same: their limits (walking pace, 10 km/h in yards) are legal, not physical. */
  leastMps: number
  /** Against one-way streets, at most so fast and at a fixed cost per stretch; null: never. */
  contraflow: { capMps: number; penaltyS: number } | null
  /** Cost of a movement that a sign forbids; null: never made. */
  forbiddenTurnS: number | null
  /** Turning round where the road goes on; null: only at dead ends. */
  uTurnS: number | null
  /**
   * Seconds lost at most at a signal asked for green: braking until it shows. Null: waits like everyone. The cap keeps
   * waits independent of the arrival time, so that leaving later never means arriving earlier.
   */
  priorityWaitS: number | null
}

/** Speed factors are assumptions to be calibrated against recorded trips, on the careful side. */
export const drivingProfiles: Readonly<Record<RouteProfile, DrivingProfile>> = {
  car: {
    name: 'car',
    speedFactor: 1,
    leastMps: 0,
    contraflow: null,
    forbiddenTurnS: null,
    uTurnS: null,
    priorityWaitS: null,
  },
  ambulance: {
    name: 'ambulance',
    speedFactor: 1.2,
    leastMps: 25 / 3.6,
    contraflow: { capMps: 30 / 3.6, penaltyS: 20 },
    forbiddenTurnS: 10,
    uTurnS: 20,
    priorityWaitS: 2,
  },
  fire: {
    name: 'fire',
    speedFactor: 1.1,
    leastMps: 25 / 3.6,
    contraflow: { capMps: 30 / 3.6, penaltyS: 30 },
    forbiddenTurnS: 15,
    uTurnS: 40,
    priorityWaitS: 2,
  },
}
