import type { Position } from '@clearway/contracts'
import { distanceM, type Walks } from '@clearway/routing'
import type { LotSetup } from '../parking/lots/lots.ts'
import type { PlaceInReach } from '../parking/reservations/allocate.ts'

/** Ways on foot are so much longer than the crow flies where no map of them is known: the usual factor of cities. */
const detour = 1.3

/**
 * Lots within a walk of a place, nearest first, along the ways for people on foot; without a map of these as the crow flies
 * with the usual detour.
 *
 * @param doors of the place
 */
export function nearbyLots(
  walks: Walks | undefined,
  doors: readonly Position[],
  lots: readonly LotSetup[],
  mostWalkM: number,
): PlaceInReach[] {
  if (walks) {
    const targets = new Map(lots.map((lot) => [lot.id, [lot.position]]))
    return walks.within(doors, targets, mostWalkM).map(({ key, walkM }) => ({ lot: key, walkM: Math.round(walkM) }))
  }
  return lots
    .map(({ id, position }) => {
      const walkM = Math.min(...doors.map((door) => distanceM(door.lon, door.lat, position.lon, position.lat))) * detour
      return { lot: id, walkM: Math.round(walkM) }
    })
    .filter(({ walkM }) => walkM <= mostWalkM)
    .sort((a, b) => a.walkM - b.walkM || (a.lot < b.lot ? -1 : 1))
}
