import type { Position } from '@clearway/contracts'
import { InputError } from '@clearway/contracts/errors'
import { arcFlag, type RoadNetwork } from '../network/road-network.ts'
import { type ArcPoint, snap } from '../network/snap.ts'
import type { ArcEnd } from './arc-search.ts'
import { CLOSED_MS, partialMs, type TravelCost } from './travel-cost.ts'

/** Most positions are this near to a road; looking here first is cheaper. */
const FIRST_LOOK_M = 60
/** Roads about as near as the nearest are as good a place to start. */
const AS_NEAR_M = 5

/**
 * Points of the nearest roads that may be driven, both directions. Nobody starts or ends inside a junction.
 *
 * @param field named in the error
 * @param closed Infinity where the vehicle may not drive
 * @throws InputError `off-map` when no road is near, `position` when a coordinate is no number on earth
 */
export function entryPoints(
  network: RoadNetwork,
  cost: TravelCost,
  position: Position,
  radiusM: number,
  field: string,
  closed?: Float64Array,
): ArcPoint[] {
  requirePosition(position, field)
  for (const reachM of [Math.min(FIRST_LOOK_M, radiusM), radiusM]) {
    // Roads for emergency vehicles only cost too much for all others.
    const points = snap(network, position, reachM, { emergencyOnly: true }).filter(
      ({ arc }) =>
        (network.flags[arc]! & arcFlag.inside) === 0 &&
        cost.arcMs[arc]! < CLOSED_MS &&
        closed?.[arc] !== Number.POSITIVE_INFINITY,
    )
    const nearest = points[0]
    if (nearest) return points.filter(({ distanceM }) => distanceM <= nearest.distanceM + AS_NEAR_M)
  }
  const message = `${shown(position)} is off the map: no road within ${radiusM} m`
  throw new InputError('off-map', `${field}: ${message}; choose a place nearer to a road`, [{ field, message }])
}

/** @throws InputError `position` */
function requirePosition({ lon, lat }: Position, field: string): void {
  if (Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return
  const message = `${lon},${lat} is no longitude and latitude in degrees`
  throw new InputError('position', `${field}: ${message}`, [{ field, message }])
}

export const shown = ({ lon, lat }: Position): string => `${lon},${lat}`

/** From each point to the head of its arc. */
export const startsAt = (network: RoadNetwork, cost: TravelCost, points: readonly ArcPoint[]): ArcEnd[] =>
  points.map(({ arc, offsetM }) => ({ arc, costMs: partialMs(network, cost, arc, offsetM, network.lengthM[arc]!) }))

/** From the tail of each point's arc to the point. */
export const goalsAt = (network: RoadNetwork, cost: TravelCost, points: readonly ArcPoint[]): ArcEnd[] =>
  points.map(({ arc, offsetM }) => ({ arc, costMs: partialMs(network, cost, arc, 0, offsetM) }))

/** The cheapest way when start and goal lie on one arc, the goal ahead. */
export function straight(
  network: RoadNetwork,
  cost: TravelCost,
  starts: readonly ArcPoint[],
  goals: readonly ArcPoint[],
): { ms: number; start: ArcPoint; goal: ArcPoint } | undefined {
  let best: { ms: number; start: ArcPoint; goal: ArcPoint } | undefined
  for (const start of starts) {
    for (const goal of goals) {
      if (goal.arc !== start.arc || goal.offsetM < start.offsetM) continue
      const ms = partialMs(network, cost, start.arc, start.offsetM, goal.offsetM)
      if (!best || ms < best.ms) best = { ms, start, goal }
    }
  }
  return best
}
