import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DayKind } from '@clearway/contracts'
import { describe, expect, it, onTestFinished } from 'vitest'
import { calendarOf, chinaCalendar, dayNumber, readCalendar } from '../../../src/parking/tariffs/calendar/calendar.ts'

const kind = (date: string, calendar = chinaCalendar): DayKind => calendar.kindOf(dayNumber(date))

describe('the calendar of China', () => {
  it.each([
    ['2019-01-01', 'public-holiday'],
    ['2018-12-29', 'swapped-workday'],
    ['2019-02-05', 'public-holiday'],
    ['2019-02-02', 'swapped-workday'],
    ['2019-02-11', 'workday'],
    ['2019-04-05', 'public-holiday'],
    ['2019-04-06', 'weekend'],
    ['2019-05-05', 'swapped-workday'],
    ['2020-01-31', 'public-holiday'],
    ['2020-02-03', 'workday'],
    ['2023-10-07', 'swapped-workday'],
    ['2024-02-17', 'public-holiday'],
    ['2026-02-14', 'swapped-workday'],
    ['2026-02-15', 'public-holiday'],
    ['2026-10-10', 'swapped-workday'],
    ['2026-11-28', 'weekend'],
    ['2026-11-30', 'workday'],
  ] as const)('says of %s: %s', (date, expected) => expect(kind(date)).toBe(expected))

  it('has the days that were announced for each year', () => {
    const count = (year: number) => {
      const days = Array.from({ length: 366 }, (_, i) => dayNumber(`${year}-01-01`) + i)
      const ofYear = days.filter((day) => new Date(day * 86_400_000).getUTCFullYear() === year)
      return (['public-holiday', 'swapped-workday'] as const).map(
        (wanted) => ofYear.filter((day) => chinaCalendar.kindOf(day) === wanted).length,
      )
    }
    // Days off and worked weekends, counted in the announcements.
    expect([2019, 2021, 2024, 2026].map(count)).toEqual([
      [22, 6],
      [31, 7],
      [28, 8],
      [33, 6],
    ])
  })

  it('knows the years it covers', () => {
    expect([2016, 2017, 2026, 2027].map((year) => chinaCalendar.covers(year))).toEqual([false, true, true, false])
  })
})

describe("a city's own calendar", () => {
  it('holds against that of China, day by day', () => {
    const calendar = calendarOf(
      {
        holidays: [{ en: 'Spring Festival', first: '2027-02-05', last: '2027-02-11', worked: ['2027-02-13'] }],
        ordinary: ['2026-10-10'],
      },
      'own.yaml',
    )
    expect(kind('2027-02-08', calendar)).toBe('public-holiday')
    expect(kind('2027-02-13', calendar)).toBe('swapped-workday')
    expect(kind('2026-10-10', calendar)).toBe('weekend')
    expect(kind('2026-10-01', calendar)).toBe('public-holiday')
    expect(calendar.covers(2027)).toBe(true)
  })

  it('of another country begins with no holidays', () => {
    const calendar = calendarOf(
      { base: 'none', holidays: [{ en: 'Unity Day', first: '2026-10-03', last: '2026-10-03' }] },
      'de.yaml',
    )
    expect(kind('2026-10-01', calendar)).toBe('workday')
    expect(kind('2026-10-03', calendar)).toBe('public-holiday')
  })

  it.each([
    [{ holidays: [{ first: '2026-10-07', last: '2026-10-01' }] }, /holidays\.0\.last 2026-10-01 is before first/],
    [{ holidays: [{ first: '2026-02-30', last: '2026-03-01' }] }, /holidays\.0\.first 2026-02-30 is no date/],
    [{ holidays: [{ first: '2026-10-01', last: '2027-10-01' }] }, /holidays\.0\.last 2027-10-01 is more than 60 days/],
    [
      { holidays: [{ first: '2026-10-01', last: '2026-10-07', worked: ['2026-10-14'] }] },
      /holidays\.0\.worked\.0 2026-10-14 is no Saturday or Sunday/,
    ],
    [
      { holidays: [{ first: '2026-10-01', last: '2026-10-02' }], ordinary: ['2026-10-02'] },
      /ordinary\.0 2026-10-02 is said twice, also in holidays\.0/,
    ],
    [{ holiday: [] }, /holiday is not known here/],
    [{ ordinary: ['soon'] }, /ordinary\.0 must be a date, for example 2026-10-01, got "soon"/],
  ])('is refused, naming field and value: %j', (document, message) =>
    expect(() => calendarOf(document, 'own.yaml')).toThrow(message),
  )

  it('is read from the file that the configuration names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'clearway-calendar-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'calendar.yaml')
    writeFileSync(file, 'holidays:\n  - { first: 2027-01-01, last: 2027-01-03 }\n')
    expect(kind('2027-01-02', readCalendar(file))).toBe('public-holiday')
    expect(readCalendar(undefined)).toBe(chinaCalendar)
    expect(() => readCalendar('absent.yaml')).toThrow(/city\.calendarFile absent\.yaml cannot be read/)
  })
})
