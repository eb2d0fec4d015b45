import { type Lot, type LotAlarm, type LotDoubt, type LotQuality, toTimestamp } from '@clearway/contracts'
import type { Count } from '../counts/lot-counts.ts'
import { staleAfterMs } from '../numbers/coverage.ts'
import type { LotSetup } from './lots.ts'

/** After the count has left 0…limit it is doubted for this long, so that somebody looks. */
const edgeDoubtMs = 3_600_000

/** A lot whose count is not what it should be is `suspect`; one of which nothing is heard is `stale`. */
const qualityOf: Readonly<Record<LotDoubt, LotQuality>> = {
  'no-news': 'stale',
  'device-lost': 'stale',
  'feed-frozen': 'stale',
  'over-capacity': 'suspect',
  'count-left-limits': 'suspect',
  'clock-off': 'suspect',
  'one-way': 'suspect',
  'capacity-or-lost-exits': 'suspect',
}

/**
 * A lot as the API and the stream show it.
 *
 * @param alarms what the watch over its feeds has found
 */
export function lotBody(
  lot: LotSetup,
  count: Count,
  arrivalsToday: number,
  nowMs: number,
  alarms: readonly LotAlarm[] = [],
): Lot {
  const { id, name, position, capacity, overflow, tariff, kind, stayLimitMs } = lot
  const { district, group, openingHours } = lot
  // The capacity may have been lowered below what is in the lot: never a negative vacancy.
  const occupied = Math.min(count.corrected, capacity)
  const vacant = capacity - occupied
  const reasons = [...new Set([...doubtsOf(lot, count, nowMs), ...alarms.map(({ reason }) => reason)])]
  const { counted, corrected, low, high, missedEntries, missedExits, evidenceMs } = count
  return {
    id,
    name,
    position,
    capacity,
    overflow,
    tariff,
    kind,
    stayLimitDays: stayLimitMs / 86_400_000,
    ...(district !== undefined && { district }),
    ...(group !== undefined && { group }),
    ...(openingHours && { openingHours }),
    occupied,
    vacant,
    vacancyRate: vacant / capacity,
    turnoverToday: arrivalsToday / capacity,
    updatedAt: toTimestamp(count.updatedMs),
    quality: worst(reasons),
    reasons,
    alarms: [...alarms],
    count: {
      counted,
      corrected: Math.min(corrected, capacity + overflow),
      low,
      high,
      missedEntriesShare: missedEntries,
      missedExitsShare: missedExits,
      evidenceAt: evidenceMs === null ? null : toTimestamp(evidenceMs),
    },
  }
}

/** What the count itself says against it. */
function doubtsOf({ capacity }: LotSetup, { corrected, edgeMs, updatedMs }: Count, nowMs: number): LotDoubt[] {
  const doubts: LotDoubt[] = []
  if (corrected > capacity) doubts.push('over-capacity')
  if (edgeMs !== null && nowMs - edgeMs < edgeDoubtMs) doubts.push('count-left-limits')
  if (nowMs - updatedMs > staleAfterMs) doubts.push('no-news')
  return doubts
}

function worst(doubts: readonly LotDoubt[]): LotQuality {
  const qualities = doubts.map((doubt) => qualityOf[doubt])
  return qualities.includes('suspect') ? 'suspect' : (qualities[0] ?? 'good')
}
