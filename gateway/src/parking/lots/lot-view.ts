import { type Lot, toTimestamp } from '@clearway/contracts'
import { staleAfterMs } from '../numbers/coverage.ts'
import { type Count, isSuspect } from './lot-count.ts'
import type { LotSetup } from './lots.ts'

/** A lot as the API and the stream show it. */
export function lotBody(lot: LotSetup, count: Count, arrivalsToday: number, nowMs: number): Lot {
  const { id, name, position, capacity, tariff, kind, stayLimitMs } = lot
  // The capacity may have been lowered below what is in the lot: never a negative vacancy.
  const occupied = Math.min(count.occupied, capacity)
  const vacant = capacity - occupied
  return {
    id,
    name,
    position,
    capacity,
    tariff,
    kind,
    stayLimitDays: stayLimitMs / 86_400_000,
    occupied,
    vacant,
    vacancyRate: vacant / capacity,
    turnoverToday: arrivalsToday / capacity,
    updatedAt: toTimestamp(count.updatedMs),
    quality:
      count.occupied > capacity || isSuspect(count, nowMs)
        ? 'suspect'
        : nowMs - count.updatedMs > staleAfterMs
          ? 'stale'
          : 'good',
  }
}
