import { describe, expect, it } from 'vitest'
import { LotReplay } from '../../../eval/counts/replay.ts'
import { readRecordedStays } from '../../../eval/tariffs/recorded-stays.ts'
import { dayMs } from '../small-lot.ts'

const recorded = Map.groupBy(readRecordedStays(), ({ lot }) => lot)

/** The last months of a recorded lot. */
function monthsOf(lot: string, days: number) {
  const stays = recorded.get(lot) ?? []
  const untilMs = Math.max(...stays.map(({ departureMs }) => departureMs))
  return stays.filter(({ arrivalMs }) => arrivalMs > untilMs - days * dayMs)
}

describe('recorded stays before cameras that miss two to five vehicles in a hundred', () => {
  it.each([
    ['P1', 23],
    ['P3', 9],
    ['P5', 46],
    ['P7', 31],
  ])('are counted better in %s than by clamping or by a nightly reset alone', (lot, bays) => {
    const { maeVehicles, interval90Coverage, peak } = new LotReplay(lot, monthsOf(lot, 180), bays, 7).score()
    const { clamped, resetToZero, resetToStays, corrected, correctedWithBays } = maeVehicles
    expect(peak).toBeGreaterThan(8)
    expect(corrected).toBeLessThan(0.6 * clamped)
    // P7 is a market, empty every night: there a reset to nothing is nearly right.
    expect(corrected).toBeLessThan(0.95 * resetToZero)
    expect(corrected).toBeLessThan(0.5 * resetToStays)
    expect(correctedWithBays).toBeLessThan(0.6 * clamped)
    expect(interval90Coverage).toBeGreaterThan(0.75)
  })

  it('give the same figures for the same seed', () => {
    const score = () => new LotReplay('P1', monthsOf('P1', 30), 23, 3).score()
    expect(score()).toEqual(score())
  })
})
