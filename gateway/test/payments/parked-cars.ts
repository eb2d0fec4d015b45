import { importStays } from '../../src/parking/stays/import-stays.ts'
import type { Records } from '../../src/records/records.ts'

/** Stays of 130 minutes on the morning of 23 November 2026, ¥6 each by the tariff of a lot that names none. */
export const parkedFen = 600

export const parkedLot = {
  name: { zh: '泉城广场', en: 'Spring City Square' },
  position: { lon: 117.02, lat: 36.66 },
  capacity: 10,
  kind: 'barrier-less',
}

/** Lets cars have parked in the lot `square`, which must be there: each gets its bill. */
export function park(records: Records, plates: readonly string[]): void {
  const enteredAtMs = Date.parse('2026-11-23T10:00:00+08:00')
  const stays = plates.map((plate) => ({
    ...{ lot: 'square', plate, plateColour: 'blue' as const, vehicleClass: 'small' as const },
    ...{ enteredAtMs, leftAtMs: enteredAtMs + 130 * 60_000 },
  }))
  importStays(records, stays, { nowMs: Date.parse('2026-11-23T16:00:00+08:00') })
}
