import { seededRandom } from '@clearway/contracts'
import { clockAheadSlots } from '../../../src/parking/forecast/features.ts'
import { localClock } from '../../../src/parking/forecast/local-clock.ts'
import { type LotGrid, slotsPerDay } from '../../../src/parking/forecast/lot-grid.ts'
import { chinaCalendar } from '../../../src/parking/tariffs/calendar/calendar.ts'

/** A Monday at midnight in Jinan. */
const mondayMs = Date.parse('2026-06-01T00:00:00.000+08:00')
const zone = 'Asia/Shanghai'

/** Lots that fill by day and empty by night, each a little different, with seeded noise that lasts for hours. */
export function smallCity(days: number, seed = 1, lots = 3): LotGrid {
  const slots = days * slotsPerDay
  const tracks = Array.from({ length: lots }, (_, lot) => {
    const random = seededRandom(seed).fork(`${lot}`)
    let drift = 0
    const level = Float32Array.from({ length: slots }, (_, slot) => {
      drift = 0.97 * drift + (random.next() - 0.5) * 4
      const workday = Math.floor(slot / slotsPerDay) % 7 < 5 ? 35 : 15
      const daily = Math.sin((2 * Math.PI * (slot % slotsPerDay)) / slotsPerDay + lot)
      return Math.min(100, Math.max(0, 50 + workday * daily + drift))
    })
    return { lot: `lot-${lot}`, capacity: 100 * (lot + 1), level, ageMin: new Float32Array(slots) }
  })
  return { startMs: mondayMs, slots, tracks }
}

export const clockOf = (grid: LotGrid) => localClock(grid.startMs, grid.slots + clockAheadSlots, zone, chinaCalendar)
