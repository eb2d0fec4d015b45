import type { SumoPlan } from '@clearway/routing'
import type { DemandTrip, Mission } from './missions.ts'
import type { TripInfo } from './tripinfo.ts'

/** Where somebody drives beside a mission: on its edges, across its junctions only, or neither. */
export type Side = 'along' | 'across' | 'elsewhere'

export interface OthersDelay {
  vehicles: number
  /** Time loss and departure delay together, vehicle seconds. */
  delayVehS: number
}

/** Who is due to depart within so long of a mission, before or after, may meet it or what it leaves behind, s. */
const MEETS_WITHIN_S = 600

/**
 * Tells who drives along a mission and who across it, by route and planned departure: the same for a vehicle in every run
 * with these missions, whatever the signals did.
 */
export function sideOf(
  missions: readonly Mission[],
  { signals }: Pick<SumoPlan, 'signals'>,
): (trip: DemandTrip) => Side {
  const junctionsBehind = new Map<string, Set<string>>()
  for (const [junction, { links }] of signals) {
    for (const { fromEdge } of links) {
      const known = junctionsBehind.get(fromEdge) ?? new Set()
      junctionsBehind.set(fromEdge, known.add(junction))
    }
  }
  const junctionsOn = (route: readonly string[]) =>
    route.slice(0, -1).flatMap((edge) => [...(junctionsBehind.get(edge) ?? [])])
  const ways = missions.map(({ departS, route }) => ({
    ...{ departS, edges: new Set(route), junctions: new Set(junctionsOn(route)) },
  }))
  return ({ departS, route }) => {
    const met = ways.filter((way) => Math.abs(way.departS - departS) <= MEETS_WITHIN_S)
    if (met.some(({ edges }) => route.some((edge) => edges.has(edge)))) return 'along'
    const crossed = met.length > 0 ? junctionsOn(route) : []
    return met.some(({ junctions }) => crossed.some((junction) => junctions.has(junction))) ? 'across' : 'elsewhere'
  }
}

/** The delays of all others, together for each side. A vehicle whose route the demand does not give is elsewhere. */
export function delaysBySide(trips: readonly TripInfo[], sides: ReadonlyMap<string, Side>): Record<Side, OthersDelay> {
  const sums: Record<Side, OthersDelay> = {
    along: { vehicles: 0, delayVehS: 0 },
    across: { vehicles: 0, delayVehS: 0 },
    elsewhere: { vehicles: 0, delayVehS: 0 },
  }
  for (const { id, timeLossS, departDelayS } of trips) {
    const sum = sums[sides.get(id) ?? 'elsewhere']
    sum.vehicles++
    sum.delayVehS += timeLossS + departDelayS
  }
  return sums
}
