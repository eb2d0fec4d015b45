import { type DispatchJunction, type DispatchJunctionState, type Route, toTimestamp } from '@clearway/contracts'
import type { Lease } from '../signals/lease.ts'
import type { Leg } from './dispatch-records.ts'

/** States in which a controller may still hold something for the mission. */
export const heldStates: ReadonlySet<DispatchJunctionState> = new Set([
  'requested',
  'accepted',
  'entering',
  'green',
  'passed',
  'failed',
  'released',
])

/** The junctions of a mission as shown, and beside each what is not shown. */
export interface MissionJunctions {
  junctions: DispatchJunction[]
  legs: Leg[]
}

/** Junctions of a route as a dispatch first shows them; planning fills in the times. */
export function plannedJunctions(route: Route, nowMs: number): MissionJunctions {
  return {
    junctions: route.junctions.map(({ junction, name, position, approach, exit, arrivalS }) => ({
      ...{ junction, name, position, approach, exit },
      arrivalAt: toTimestamp(nowMs + arrivalS * 1000),
      requestAt: toTimestamp(nowMs),
      greenPromised: false,
      state: 'planned',
    })),
    legs: route.junctions.map(({ offsetM }) => ({ offsetM, open: true })),
  }
}

/**
 * The junctions after a change of route. Those that both routes pass in the same way keep their leases; what was passed
 * or asked for stays in the record; what was only planned goes.
 *
 * @returns the new junctions, and the leases that nobody needs any more
 */
export function rerouted(
  before: MissionJunctions,
  route: Route,
  leaseOf: (leg: Leg) => Lease | undefined,
  nowMs: number,
): MissionJunctions & { abandoned: Lease[] } {
  const fresh = plannedJunctions(route, nowMs)
  const kept: MissionJunctions = { junctions: [], legs: [] }
  const abandoned: Lease[] = []
  for (const [index, leg] of before.legs.entries()) {
    const shown = before.junctions[index]!
    const lease = leg.open ? leaseOf(leg) : undefined
    const again = fresh.junctions.findIndex(
      ({ junction, approach, exit }) =>
        junction === shown.junction && approach === shown.approach && exit === shown.exit,
    )
    if (lease?.renewing && again >= 0) {
      leg.offsetM = fresh.legs[again]!.offsetM
      fresh.legs[again] = leg
      fresh.junctions[again] = shown
      continue
    }
    if (lease?.renewing) abandoned.push(lease)
    leg.open = false
    if (!leg.request && !shown.passedAt) continue
    kept.junctions.push(shown)
    kept.legs.push(leg)
  }
  return {
    junctions: [...kept.junctions, ...fresh.junctions],
    legs: [...kept.legs, ...fresh.legs],
    abandoned,
  }
}
