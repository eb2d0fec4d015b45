import { type Random, seededRandom } from '@clearway/contracts'
import type { Supply } from '../../../src/parking/reservations/allocate.ts'
import type { Hold, Placement } from '../../../src/parking/reservations/hold.ts'
import type { Pool } from '../../../src/parking/reservations/pool.ts'
import { sectionOf } from '../../../src/parking/reservations/pool.ts'
import { timesOfAppointment } from '../../../src/parking/reservations/reservation-times.ts'
import type { SharedLot } from '../../../src/parking/reservations/shared-lot.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
/** A Monday, 06:00 in Shanghai. */
export const morningMs = Date.parse('2026-11-23T06:00:00.000+08:00')
const clinic = 'hospital/clinic'

/** Ten bays: one for emergencies, one disabled, of the others six are given ahead. */
export const somePool = (change: Partial<Pool> = {}): Pool => ({
  capacity: 10,
  protectedBays: { emergency: 1, disabled: 1 },
  advanceBays: 6,
  occupied: 0,
  rollingUntilMs: morningMs,
  risk: 0,
  showRate: () => undefined,
  ...change,
})

/** Two bays: `a` is its owner's from 18:00, `b` from 12:00 to 13:00, every day. */
export const someShared = (change: Partial<SharedLot> = {}): SharedLot => {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
  return {
    bays: [
      { bay: 'a', windows: [{ days: [...days], from: '18:00', until: '08:00' }] },
      { bay: 'b', windows: [{ days: [...days], from: '12:00', until: '13:00' }] },
    ],
    returnMarginMs: 15 * minuteMs,
    zone: 'Asia/Shanghai',
    vacant: 2,
    rollingUntilMs: morningMs,
    ...change,
  }
}

export const supplyOf = (pool: Pool, shared?: SharedLot): Supply => ({
  pools: new Map([['clinic', pool]]),
  shared: new Map(shared ? [['court', shared]] : []),
  places: new Map([
    [clinic, [{ lot: 'clinic', walkM: 0 }, ...(shared ? [{ lot: 'court', walkM: 240 }] : [])]],
    ['lot/court', [{ lot: 'court', walkM: 0 }]],
  ]),
})

let counted = 0
/** An appointment at an instant, waiting for a bay of the clinic. */
export function appointment(atMs: number, change: Partial<Hold> = {}): Hold {
  const seq = change.seq ?? ++counted
  const { anchorMs, fromMs, untilMs } = timesOfAppointment(atMs, atMs)
  return {
    id: `r${seq}`,
    vehicle: `v${seq}`,
    origin: clinic,
    need: 'ordinary',
    state: 'waiting',
    ...{ anchorMs, fromMs, untilMs, seq },
    lot: 'clinic',
    bay: null,
    section: 'general',
    showGroup: '',
    ...change,
  }
}

/** The holds as they stand after an allocation, without those that were refused. */
export const after = (holds: readonly Hold[], placements: readonly Placement[]): Hold[] =>
  holds.flatMap((hold, i) => {
    const { state, lot, bay } = placements[i] as Placement
    return state === 'refused' ? [] : [{ ...hold, state, lot, bay, section: sectionOf(bay) }]
  })

/** A hospital's day drawn from a seed: appointments of all needs, some vehicles twice, some of them there already. */
export function someDay(seed: number): { holds: Hold[]; supply: Supply; random: Random } {
  const random = seededRandom(seed)
  const pool = somePool({
    capacity: 4 + random.integer(8),
    advanceBays: 1 + random.integer(5),
    occupied: random.integer(8),
    rollingUntilMs: morningMs + random.integer(6) * hourMs,
    risk: random.pick([0, 0, 0.02, 0.1]),
    showRate: () => ({ shown: 80, missed: 20 }),
  })
  const supply = supplyOf(pool, someShared({ vacant: random.integer(3), rollingUntilMs: pool.rollingUntilMs }))
  const holds = Array.from({ length: 5 + random.integer(35) }, (_, i) =>
    appointment(morningMs + 2 * hourMs + random.integer(44) * 15 * minuteMs, {
      seq: i,
      vehicle: `v${random.integer(40)}`,
      need: random.pick(['ordinary', 'ordinary', 'ordinary', 'ordinary', 'disabled', 'emergency']),
      showGroup: random.pick(['', 'group']),
      ...(random.next() < 0.1 && { origin: 'lot/court', lot: 'court', showGroup: '' }),
    }),
  )
  return { holds, supply, random }
}
