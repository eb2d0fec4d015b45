import { describe, expect, it } from 'vitest'
import { appliesAt, type WeeklyHours } from '../../src/network/weekly-hours.ts'

const at = (text: string) => Date.parse(text)
const MON_TO_FRI = 0b0011111
const SUNDAY = 64

describe('weekly hours', () => {
  const rush: WeeklyHours = [{ days: MON_TO_FRI, fromMinute: 7 * 60, toMinute: 9 * 60 }]

  it('hold from the first minute to the one before the last', () => {
    // 2026-11-23 is a Monday; Shanghai is eight hours ahead.
    expect(appliesAt(rush, at('2026-11-22T22:59:59Z'), 'Asia/Shanghai')).toBe(false)
    expect(appliesAt(rush, at('2026-11-22T23:00:00Z'), 'Asia/Shanghai')).toBe(true)
    expect(appliesAt(rush, at('2026-11-23T00:59:59Z'), 'Asia/Shanghai')).toBe(true)
    expect(appliesAt(rush, at('2026-11-23T01:00:00Z'), 'Asia/Shanghai')).toBe(false)
  })

  it('mean the day and the hour of the city, summer time too', () => {
    expect(appliesAt(rush, at('2026-07-06T05:30:00Z'), 'Europe/Berlin')).toBe(true)
    expect(appliesAt(rush, at('2026-07-06T07:30:00Z'), 'Europe/Berlin')).toBe(false)
    expect(appliesAt(rush, at('2026-12-07T07:30:00Z'), 'Europe/Berlin')).toBe(true)
    expect(appliesAt(rush, at('2026-07-05T05:30:00Z'), 'Europe/Berlin')).toBe(false)
  })

  it('reach to midnight and start there', () => {
    const night: WeeklyHours = [
      { days: SUNDAY, fromMinute: 22 * 60, toMinute: 1440 },
      { days: 1, fromMinute: 0, toMinute: 5 * 60 },
    ]
    expect(appliesAt(night, at('2026-11-22T23:59:00Z'), 'UTC')).toBe(true)
    expect(appliesAt(night, at('2026-11-23T00:00:00Z'), 'UTC')).toBe(true)
    expect(appliesAt(night, at('2026-11-23T05:00:00Z'), 'UTC')).toBe(false)
  })

  it('never hold when there are none', () => {
    expect(appliesAt([], at('2026-11-23T00:00:00Z'), 'UTC')).toBe(false)
  })
})
