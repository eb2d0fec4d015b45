import { seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { clockAheadSlots, Features, featureNames } from '../../../src/parking/forecast/features.ts'
import { askModel, fitModel } from '../../../src/parking/forecast/forecast-model.ts'
import { daysBefore, localClock } from '../../../src/parking/forecast/local-clock.ts'
import { slotMs, slotsPerDay, slotsPerWeek } from '../../../src/parking/forecast/lot-grid.ts'
import { fadingProfile, weeklyProfile } from '../../../src/parking/forecast/profiles.ts'
import { calendarOf } from '../../../src/parking/tariffs/calendar/calendar.ts'
import { clockOf, smallCity } from './small-city.ts'

describe('what a forecast is told', () => {
  it('does not change with what happens after its origin', () => {
    const grid = smallCity(21)
    const random = seededRandom(3)
    for (let round = 0; round < 40; round++) {
      const origin = slotsPerWeek + random.integer(12 * slotsPerDay)
      const horizon = 1 + random.integer(96)
      const other = {
        ...grid,
        tracks: grid.tracks.map((track) => ({
          ...track,
          level: track.level.map((value, slot) => (slot > origin ? 100 * random.next() : value)),
        })),
      }
      const rows = [grid, other].map((given) => {
        const row = new Float32Array(featureNames.length)
        new Features(given, clockOf(given), origin).row(1, origin, horizon, 1, row)
        return row
      })
      expect(rows[1], `origin ${origin}, horizon ${horizon}`).toEqual(rows[0])
    }
  })

  it('is the same whether the whole past or the last day is prepared', () => {
    const grid = smallCity(21)
    const origin = grid.slots - 1
    const rows = [0, origin].map((from) => {
      const row = new Float32Array(featureNames.length)
      new Features(grid, clockOf(grid), from).row(0, origin, 8, 0, row)
      return row
    })
    expect(rows[1]).toEqual(rows[0])
  })
})

describe('a model', () => {
  it('beats the level of now on days that it has not seen, and only looks before its end', () => {
    const grid = smallCity(56)
    const until = 49 * slotsPerDay
    const options = { from: slotsPerWeek, until, horizons: [8], mostRows: 20_000, seed: 1 }
    const features = new Features(grid, clockOf(grid))
    const model = fitModel(grid, features, options)
    let error = 0
    let persistence = 0
    for (let origin = until; origin + 8 < grid.slots; origin++) {
      const { level, lot } = grid.tracks[0]!
      error += Math.abs(askModel(model, features, { track: 0, lot, origin, horizon: 8 })! - level[origin + 8]!)
      persistence += Math.abs(level[origin]! - level[origin + 8]!)
    }
    expect(error).toBeLessThan(persistence / 2)

    const scrambled = {
      ...grid,
      tracks: grid.tracks.map((track) => ({ ...track, level: track.level.slice().fill(50, until) })),
    }
    expect(fitModel(scrambled, new Features(scrambled, clockOf(scrambled)), options)).toEqual(model)
  }, 60_000)

  it('has no forest where too little is known', () => {
    const grid = smallCity(9)
    const options = { from: slotsPerWeek, until: grid.slots, horizons: [1], mostRows: 1000, seed: 1 }
    expect(fitModel(grid, new Features(grid, clockOf(grid)), options).forests.size).toBe(0)
  })
})

describe('a profile', () => {
  it('follows the wall clock over the end of summer time', () => {
    // Madrid, 2024-10-27: noon is an hour later in UTC than a week before.
    const startMs = Date.parse('2024-10-21T00:00:00.000+02:00')
    const clock = localClock(
      startMs,
      14 * slotsPerDay + clockAheadSlots,
      'Europe/Madrid',
      calendarOf(
        { base: 'none', holidays: [{ first: '2024-11-01', last: '2024-11-01', worked: ['2024-11-03'] }] },
        'a test',
      ),
    )
    const noonOf = (iso: string) => (Date.parse(iso) - startMs) / slotMs
    const after = noonOf('2024-10-28T12:00:00.000+01:00')
    expect(daysBefore(clock, after, 7)).toBe(noonOf('2024-10-21T12:00:00.000+02:00'))
    expect([clock.slotOfDay[after], clock.weekday[after], clock.kind[after]]).toEqual([48, 0, 0])
    expect(clock.kind[noonOf('2024-11-01T12:00:00.000+01:00')]).toBe(2)
    expect(clock.kind[noonOf('2024-11-02T12:00:00.000+01:00')]).toBe(1)
    // A Sunday that is worked.
    expect(clock.kind[noonOf('2024-11-03T12:00:00.000+01:00')]).toBe(0)
  })

  it('fades from the level of now into what is usual', () => {
    const grid = smallCity(35)
    const past = { level: grid.tracks[0]!.level, clock: clockOf(grid) }
    const origin = 30 * slotsPerDay
    const usual = weeklyProfile(past, origin + 96, origin, 0.9)
    expect(Math.abs(fadingProfile(past, 0, origin, 1) - 0)).toBeLessThan(10)
    expect(Math.abs(fadingProfile(past, 0, origin, 96) - usual)).toBeLessThan(2)
    for (const now of [0, 100]) {
      for (let ahead = 1; ahead <= 96; ahead++) {
        const level = fadingProfile(past, now, origin, ahead)
        expect(level).toBeGreaterThanOrEqual(0)
        expect(level).toBeLessThanOrEqual(100)
      }
    }
  })
})
