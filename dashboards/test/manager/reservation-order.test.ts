import type { Reservation } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { currentFirst } from '../../src/manager/reservation-order.ts'

const nowMs = Date.parse('2026-11-23T10:00:00.000+08:00')
const at = (id: string, state: Reservation['state'], hours: number, more: Partial<Reservation> = {}) =>
  ({ id, state, from: new Date(nowMs + hours * 3_600_000).toISOString(), ...more }) as Reservation

it('overruns come first, then who comes or waits, then who is there; what is long over is left out', () => {
  const given = [
    at('left-long-ago', 'ended', -2),
    at('there', 'arrived', -2),
    at('over', 'arrived', -5, { overrunS: 60 }),
    at('later', 'booked', 3),
    at('next', 'booked', 1),
    at('waits', 'waiting', 2),
    at('missed', 'noshow', -0.5),
  ]
  expect(currentFirst(given, nowMs).map(({ id }) => id)).toEqual(['over', 'next', 'waits', 'later', 'there', 'missed'])
})
