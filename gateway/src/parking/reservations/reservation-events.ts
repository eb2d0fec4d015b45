import type { Audit } from '../../core.ts'
import type { Actor } from '../../http/route.ts'
import type { ReservationRecord } from './reservations.ts'

/** What can happen to a reservation, as the audit log and `/metrics` name it. */
export const reservationEvents = [
  'request',
  'book',
  'move',
  'wait',
  'refuse',
  'arrive',
  'end',
  'noshow',
  'cancel',
  'overrun',
] as const
export type ReservationEvent = (typeof reservationEvents)[number]

/** What happened between two pictures of a reservation; undefined: nothing that anybody need know. */
export function eventBetween(before: ReservationRecord, after: ReservationRecord): ReservationEvent | undefined {
  if (before.state !== after.state) {
    const events: Record<ReservationRecord['state'], ReservationEvent> = {
      waiting: 'wait',
      booked: 'book',
      arrived: 'arrive',
      ended: 'end',
      cancelled: 'cancel',
      noshow: 'noshow',
      refused: 'refuse',
    }
    return events[after.state]
  }
  if (before.overrun !== after.overrun) return 'overrun'
  if (before.lot !== after.lot || before.bay !== after.bay) return 'move'
  return undefined
}

/** The plate is not in the log: the reservation names it. */
export function recordEvent(audit: Audit, actor: Actor, event: ReservationEvent, after: ReservationRecord): void {
  const { id, lot, bay, hospital, appointment, reason, fromMs, untilMs } = after
  const from = new Date(fromMs).toISOString()
  const until = new Date(untilMs).toISOString()
  audit.record(actor, `reservation.${event}`, id, { lot, bay, hospital, appointment, reason, from, until })
}
