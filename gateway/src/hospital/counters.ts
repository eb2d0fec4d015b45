import { Counter, Gauge, type Registry } from 'prom-client'
import { type ReservationEvent, reservationEvents } from '../parking/reservations/reservation-events.ts'
import type { ReservationRecord } from '../parking/reservations/reservations.ts'

/** What `/metrics` says about reservations and appointments. */
export function reservationCounters(registry: Registry, live: () => readonly ReservationRecord[]) {
  const registers = [registry]
  const events = new Counter({
    name: 'clearway_reservation_events_total',
    help: 'what happened to reservations',
    labelNames: ['event'],
    registers,
  })
  for (const event of reservationEvents) events.inc({ event }, 0)
  new Gauge({
    name: 'clearway_reservations',
    help: 'reservations that wait, are booked, are there, or are there for longer than they may',
    labelNames: ['state'],
    registers,
    collect() {
      const counts = { waiting: 0, booked: 0, arrived: 0, overrun: 0 }
      for (const { state, overrun } of live()) counts[overrun ? 'overrun' : (state as keyof typeof counts)]++
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count)
    },
  })
  const notices = new Counter({
    name: 'clearway_appointments_total',
    help: 'appointments received, by their status and what became of them',
    labelNames: ['status', 'outcome'],
    registers,
  })
  return { event: (event: ReservationEvent) => events.inc({ event }), notices }
}
export type ReservationCounters = ReturnType<typeof reservationCounters>
