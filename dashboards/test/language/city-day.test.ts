import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instantIn, startOfDayMs } from '../../src/language/city-day.ts'

const zones = ['Asia/Shanghai', 'Europe/Berlin', 'America/St_Johns', 'UTC'] as const
const day = (atMs: number, timeZone: string) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(atMs)
const clock = (atMs: number, timeZone: string) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', timeStyle: 'medium' }).format(atMs)

describe('startOfDayMs', () => {
  it.each([
    ['2026-11-23T08:15:00.000Z', 'Asia/Shanghai', '2026-11-22T16:00:00.000Z'],
    ['2026-11-23T08:15:00.000Z', 'Europe/Berlin', '2026-11-22T23:00:00.000Z'],
    // The clocks went back at 03:00 and forward at 02:00.
    ['2026-10-25T12:00:00.000Z', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
    ['2026-03-29T12:00:00.000Z', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ])('at %s in %s it is %s', (now, zone, midnight) => {
    expect(new Date(startOfDayMs(Date.parse(now), zone)).toISOString()).toBe(midnight)
  })

  it('is midnight of the same day, never later than now', () => {
    const instants = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2028-01-01') })
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (nowMs, zone) => {
        const startMs = startOfDayMs(nowMs, zone)
        expect(startMs).toBeLessThanOrEqual(nowMs)
        expect(day(startMs, zone)).toBe(day(nowMs, zone))
        expect(clock(startMs, zone)).toBe('00:00:00')
      }),
    )
  })
})

describe('instantIn', () => {
  it.each([
    ['2026-11-29T08:30', 'Asia/Shanghai', '2026-11-29T00:30:00.000Z'],
    ['2026-11-29T08:30:15', 'America/St_Johns', '2026-11-29T12:00:15.000Z'],
    ['2026-01-01T00:10', 'Pacific/Auckland', '2025-12-31T11:10:00.000Z'],
    // Twice on the wall: the first of them. Not on the wall at all: an hour is skipped.
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T03:30', 'Europe/Berlin', '2026-10-25T02:30:00.000Z'],
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T00:30:00.000Z'],
    ['2026-03-29T03:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
  ])('%s in %s is %s', (local, zone, instant) => {
    expect(instantIn(local, zone)).toBe(instant)
  })
})
