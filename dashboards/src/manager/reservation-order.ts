import type { Reservation } from '@clearway/contracts'

const hourMs = 3_600_000

/** What somebody at the desk looks for: who is there, who comes next, who waits; then what was within the last hour. */
export function currentFirst(reservations: readonly Reservation[], nowMs: number): Reservation[] {
  const rank = ({ state, overrunS }: Reservation): number =>
    overrunS !== undefined && state === 'arrived' ? 0 : state === 'booked' || state === 'waiting' ? 1 : 2
  const time = (each: Reservation) => Date.parse(each.appointmentAt ?? each.from)
  return reservations
    .filter((each) => rank(each) < 2 || each.state === 'arrived' || time(each) > nowMs - hourMs)
    .toSorted((a, b) => rank(a) - rank(b) || time(a) - time(b) || (a.id < b.id ? -1 : 1))
}
