import { type Reservation, toTimestamp } from '@clearway/contracts'
import type { ReservationRecord } from './reservations.ts'

/** What of a reservation is looked up when it is shown. */
export interface ShownWith {
  plate: string
  stay: string | undefined
  alternativeBay: string | undefined
  nowMs: number
}

/** A reservation as the API shows it. */
export function reservationBody(
  record: ReservationRecord,
  { plate, stay, alternativeBay, nowMs }: ShownWith,
): Reservation {
  const { id, state, lot, bay, walkM, need, hospital, appointment, reason, relief, overrun } = record
  const inOverrun = overrun === 1 && state === 'arrived'
  const overrunMs = overrun === 1 ? Math.max(0, (record.endedMs ?? nowMs) - record.untilMs) : 0
  return {
    id,
    state,
    lot,
    ...(bay !== null && { bay }),
    from: toTimestamp(record.fromMs),
    until: toTimestamp(record.untilMs),
    arriveBy: toTimestamp(record.latestMs),
    walkM,
    plate,
    need,
    ...(hospital !== null && { hospital, appointmentAt: toTimestamp(record.anchorMs) }),
    ...(appointment !== null && { appointment }),
    ...(reason !== null && { reason }),
    ...(bay === null && (state === 'booked' || state === 'arrived') && { overbooked: true }),
    ...(relief !== null && { relief }),
    ...(stay !== undefined && { stay }),
    ...(overrunMs > 0 && { overrunS: Math.round(overrunMs / 1000) }),
    ...(inOverrun && alternativeBay !== undefined && { alternativeBay }),
    createdAt: toTimestamp(record.createdMs),
  }
}
