import type { ForbiddenTurn, Route, RouteStretch } from '@clearway/contracts'
import { arcFlag, type RoadNetwork, type TurnBan } from '../network/road-network.ts'

/** What a dispatcher should know of a way before sending somebody along it. */
export type RouteFlags = Pick<Route, 'contraflow' | 'emergencyOnly' | 'unknownClearances' | 'forbiddenTurns'>

/** @param offsetM metres from the start of the route to the end of each of its arcs, increasing */
export const routeFlags = (network: RoadNetwork, arcs: Int32Array, offsetM: readonly number[]): RouteFlags => ({
  contraflow: stretches(network, arcs, offsetM, arcFlag.contraflow),
  emergencyOnly: stretches(network, arcs, offsetM, arcFlag.emergencyOnly),
  unknownClearances: stretches(network, arcs, offsetM, arcFlag.unknownClearance),
  forbiddenTurns: forbiddenTurns(network, arcs, offsetM),
})

export const streetOf = (network: RoadNetwork, arc: number): string => network.streetNames[network.street[arc]!]!

/** Runs of arcs of one street that carry a flag. */
function stretches(network: RoadNetwork, arcs: Int32Array, offsetM: readonly number[], flag: number): RouteStretch[] {
  const found: RouteStretch[] = []
  for (const [i, arc] of arcs.entries()) {
    const [fromM, toM] = [offsetM[i - 1] ?? 0, offsetM[i]!]
    if ((network.flags[arc]! & flag) === 0 || toM <= fromM) continue
    const street = streetOf(network, arc)
    const last = found.at(-1)
    if (last?.toM === fromM && last.street === street) last.toM = toM
    else found.push({ fromM, toM, street })
  }
  return found
}

/** Signs that do not hold for emergency vehicles are left out: nobody else drives past one. */
function forbiddenTurns(network: RoadNetwork, arcs: Int32Array, offsetM: readonly number[]): ForbiddenTurn[] {
  const bans = bansByFirstArc(network)
  const taken: ForbiddenTurn[] = []
  for (const [i, arc] of arcs.entries()) {
    for (const ban of bans.get(arc) ?? []) {
      if (!ban.arcs.every((forbidden, k) => arcs[i + k] === forbidden)) continue
      const node = network.head[arc]!
      taken.push({
        offsetM: offsetM[i]!,
        position: { lon: network.nodeLon[node]!, lat: network.nodeLat[node]! },
        fromStreet: streetOf(network, arc),
        toStreet: streetOf(network, ban.arcs.at(-1)!),
        ...(ban.hours && { atTimes: true as const }),
      })
    }
  }
  return taken
}

const indexes = new WeakMap<RoadNetwork, ReadonlyMap<number, TurnBan[]>>()

function bansByFirstArc(network: RoadNetwork): ReadonlyMap<number, TurnBan[]> {
  const known = indexes.get(network)
  if (known) return known
  const index = Map.groupBy(
    network.turnBans.filter(({ emergencyExempt }) => !emergencyExempt),
    ({ arcs }) => arcs[0]!,
  )
  indexes.set(network, index)
  return index
}
