import { type Hospital, type HospitalDay, toTimestamp } from '@clearway/contracts'
import type { Supply } from '../parking/reservations/allocate.ts'
import type { Hold } from '../parking/reservations/hold.ts'
import { expectedOf } from '../parking/reservations/overbooking.ts'
import { arrivedOf, bayLimit, expectedAt } from '../parking/reservations/pool.ts'
import { hospitalOrigin } from './supply.ts'

const hourMs = 3_600_000

/**
 * What the desk of a hospital looks at: hour by hour how many bays there are, how many are held and how many people are
 * expected to come, and which shared lots help out.
 *
 * @param holds everything that waits, is booked or is there, anywhere
 */
export function hospitalDay(
  hospital: Hospital,
  holds: readonly Hold[],
  supply: Supply,
  rest: Pick<HospitalDay, 'states' | 'showRate'>,
  day: { fromMs: number; untilMs: number },
): HospitalDay {
  const pool = supply.pools.get(hospital.lot)
  const held = holds.filter(({ lot, state }) => lot === hospital.lot && state !== 'waiting')
  const waiting = holds.filter(({ origin, state }) => origin === hospitalOrigin(hospital.id) && state === 'waiting')
  const general = held.filter(({ section }) => section === 'general')
  const hours = []
  for (let fromMs = day.fromMs; fromMs < day.untilMs; fromMs += hourMs) {
    const untilMs = Math.min(fromMs + hourMs, day.untilMs)
    const touching = general.filter((hold) => hold.fromMs < untilMs && hold.untilMs > fromMs)
    const busiest = busiestOf(touching, fromMs)
    const { certain, groups } = pool ? expectedAt(pool, busiest) : { certain: 0, groups: [] }
    hours.push({
      from: toTimestamp(fromMs),
      bays: pool ? bayLimit(pool, 'general', fromMs, arrivedOf(held)) : 0,
      booked: busiest.length,
      expected: groups.reduce((sum, group) => sum + expectedOf(group), certain),
      waiting: waiting.filter(({ anchorMs }) => anchorMs >= fromMs && anchorMs < untilMs).length,
    })
  }
  const nearby = supply.places.get(hospitalOrigin(hospital.id))?.slice(1) ?? []
  return {
    hospital: hospital.id,
    from: toTimestamp(day.fromMs),
    until: toTimestamp(day.untilMs),
    occupied: pool?.occupied ?? 0,
    capacity: pool?.capacity ?? 0,
    protectedBays: hospital.emergencyBays + hospital.disabledBays,
    hours,
    ...rest,
    shared: nearby.map(({ lot, walkM }) => ({
      lot,
      walkM,
      bays: supply.shared.get(lot)?.bays.length ?? 0,
      booked: holds.filter((hold) => hold.lot === lot && hold.state !== 'waiting').length,
    })),
  }
}

/** The holds at the instant of an hour at which most are held. */
function busiestOf(holds: readonly Hold[], fromMs: number): readonly Hold[] {
  const instants = [fromMs, ...holds.map((hold) => hold.fromMs).filter((beginMs) => beginMs > fromMs)]
  const there = instants.map((atMs) => holds.filter((hold) => hold.fromMs <= atMs && atMs < hold.untilMs))
  return there.reduce((most, each) => (each.length > most.length ? each : most), [])
}
