import type { TariffDocument } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { calendarOf } from '../../../src/parking/tariffs/calendar/calendar.ts'
import { quoteLines } from '../../../src/parking/tariffs/line-text.ts'
import { priceStay } from '../../../src/parking/tariffs/pricing.ts'
import { zoneDays } from '../../../src/parking/tariffs/zone-days.ts'
import { at, between, dayAndNight, yuanBetween } from './some-tariffs.ts'

describe('a tariff by day and night', () => {
  it('rounds in each window: 18:20 to 21:10 is three quarters and two double hours', () => {
    const { amountFen, lines } = between(dayAndNight, '2026-11-23 18:20', '2026-11-23 21:10')
    expect(amountFen).toBe(950)
    expect(quoteLines(dayAndNight, lines)).toEqual([
      {
        rule: 'window',
        fromMin: 0,
        untilMin: 40,
        quantity: 3,
        amountFen: 750,
        source: 'windows.0.further',
        text: { zh: '白天 · 每 15 分钟 ¥2.5', en: 'day · each 15 min begun ¥2.5' },
      },
      {
        rule: 'window',
        fromMin: 40,
        untilMin: 170,
        quantity: 2,
        amountFen: 200,
        source: 'windows.1.further',
        text: { zh: '夜间 · 每 120 分钟 ¥1', en: 'night · each 120 min begun ¥1' },
      },
    ])
  })

  it.each([
    ['2026-11-23 18:20', '2026-11-23 19:00', 7.5, 'ends where the night begins, which is not entered'],
    ['2026-11-23 19:00', '2026-11-23 21:00', 1, 'begins with the night'],
    ['2026-11-23 18:59', '2026-11-23 19:01', 3.5, 'pays a block on each side of the boundary'],
    ['2026-11-23 23:30', '2026-11-24 01:30', 1, 'has one visit to the night across midnight'],
    ['2026-11-23 18:20', '2026-11-25 18:20', (3 + 48 + 46) * 2.5 + 2 * 6, 'runs on over 24 h'],
  ])('%s to %s is ¥%d: it %s', (from, until, expected) => expect(yuanBetween(dayAndNight, from, until)).toBe(expected))

  it('may round the visits to a window together', () => {
    const once: TariffDocument = { ...dayAndNight, blocks: { clock: 'window', rounding: 'once' } }
    // Days of 40 min and 5 min are three quarters, not four; the night is six double hours.
    expect(yuanBetween(once, '2026-11-23 18:20', '2026-11-24 07:05')).toBe(3 * 2.5 + 6)
    expect(yuanBetween(dayAndNight, '2026-11-23 18:20', '2026-11-24 07:05')).toBe(4 * 2.5 + 6)
    expect(yuanBetween(once, '2026-11-23 18:20', '2026-11-24 07:06')).toBe(4 * 2.5 + 6)
  })

  it('may let blocks run on from entry, each at the price of the window in which it begins', () => {
    const fromEntry: TariffDocument = { ...dayAndNight, blocks: { clock: 'entry' } }
    // 18:20, 18:35, 18:50 begin by day; 19:05 and 21:05 by night.
    expect(yuanBetween(fromEntry, '2026-11-23 18:20', '2026-11-23 21:05')).toBe(3 * 2.5 + 1)
    expect(yuanBetween(fromEntry, '2026-11-23 18:20', '2026-11-23 21:06')).toBe(3 * 2.5 + 2)
  })

  it('may cap a visit to a window', () => {
    const [day, night] = dayAndNight.windows as NonNullable<TariffDocument['windows']>
    const capped: TariffDocument = {
      ...dayAndNight,
      windows: [
        { ...day!, capFen: 2000 },
        { ...night!, capFen: 300 },
      ],
    }
    const { amountFen, lines } = between(capped, '2026-11-23 08:00', '2026-11-24 08:00')
    expect(amountFen).toBe(2000 + 300 + 1000)
    expect(lines.filter(({ rule }) => rule === 'cap-window')).toEqual([
      { rule: 'cap-window', fromMin: 0, untilMin: 660, quantity: 1, amountFen: -9000, source: 'windows.0.capFen' },
      { rule: 'cap-window', fromMin: 660, untilMin: 1380, quantity: 1, amountFen: -300, source: 'windows.1.capFen' },
    ])
  })

  it('may have a first block for each visit, and steps', () => {
    const document: TariffDocument = {
      ...dayAndNight,
      windows: [
        {
          from: '07:00',
          until: '19:00',
          first: { untilMin: 60, amountFen: 500 },
          steps: [{ untilMin: 180, everyMin: 60, amountFen: 300 }],
          further: { everyMin: 30, amountFen: 100 },
        },
        { from: '19:00', until: '07:00', further: { everyMin: 720, amountFen: 500 } },
      ],
    }
    const yuan = (until: string) => yuanBetween(document, '2026-11-23 08:00', until)
    expect(yuan('2026-11-23 09:00')).toBe(5)
    expect(yuan('2026-11-23 09:01')).toBe(8)
    expect(yuan('2026-11-23 11:00')).toBe(11)
    expect(yuan('2026-11-23 11:31')).toBe(13)
    expect(yuan('2026-11-23 19:01')).toBe(11 + 16 + 5)
    expect(yuan('2026-11-24 07:01')).toBe(11 + 16 + 5 + 5)
  })
})

describe('windows by kind of day', () => {
  /** ¥4 an hour on days that are worked, ¥1 an hour on days off. */
  const byDay: TariffDocument = {
    name: { en: 'by day' },
    windows: [
      { days: ['workday', 'swapped-workday'], further: { everyMin: 60, amountFen: 400 } },
      { days: ['weekend', 'public-holiday'], further: { everyMin: 60, amountFen: 100 } },
    ],
  }

  it.each([
    ['2026-11-23', 4, 'an ordinary Monday'],
    ['2026-11-28', 1, 'a Saturday'],
    ['2026-10-01', 1, 'National Day, a Thursday'],
    ['2026-10-10', 4, 'a Saturday that is worked for it'],
    ['2026-02-14', 4, 'a Saturday that is worked for Spring Festival'],
    ['2026-02-16', 1, 'a Monday of Spring Festival'],
  ])('on %s an hour is ¥%d: %s', (date, expected) =>
    expect(yuanBetween(byDay, `${date} 10:00`, `${date} 11:00`)).toBe(expected),
  )

  it('change at midnight', () => {
    // Friday to Saturday: the hour from 23:30 is cut at midnight.
    expect(yuanBetween(byDay, '2026-11-27 23:30', '2026-11-28 00:30')).toBe(5)
    // Thursday to Friday: the same window goes on, and so does its block.
    expect(yuanBetween(byDay, '2026-11-26 23:30', '2026-11-27 00:30')).toBe(4)
  })

  it("follow the city's own calendar", () => {
    const stay = { enteredAtMs: at('2026-11-23 10:00'), leftAtMs: at('2026-11-23 11:00') }
    const calendar = calendarOf({ holidays: [{ first: '2026-11-23', last: '2026-11-23' }] }, 'own.yaml')
    expect(priceStay(byDay, stay, calendar).amountFen).toBe(100)
    expect(priceStay(byDay, stay).amountFen).toBe(400)
  })

  it('say in a line which days and hours they are', () => {
    const { lines } = between(byDay, '2026-11-23 10:00', '2026-11-23 11:00')
    expect(quoteLines(byDay, lines)[0]?.text).toEqual({
      zh: '工作日 调休上班日 00:00–24:00 · 每 60 分钟 ¥4',
      en: 'workdays, swapped workdays 00:00–24:00 · each 60 min begun ¥4',
    })
  })
})

describe('in a zone with summer time', () => {
  const berlin: TariffDocument = { ...dayAndNight, timeZone: 'Europe/Berlin' }
  const yuan = (from: string, until: string) =>
    priceStay(berlin, { enteredAtMs: Date.parse(from), leftAtMs: Date.parse(until) }).amountFen / 100

  it('the night of the clock change is as long as it is', () => {
    // 19:00 to 07:00 is 11 h in March, 13 h in October: six double hours begun, and seven.
    expect(yuan('2026-03-28T19:00+01:00', '2026-03-29T07:00+02:00')).toBe(6)
    expect(yuan('2026-10-24T19:00+02:00', '2026-10-25T07:00+01:00')).toBe(7)
    expect(yuan('2026-10-25T19:00+01:00', '2026-10-26T07:00+01:00')).toBe(6)
  })

  it('a time that the clock skips is the jump, one that it shows twice its first showing', () => {
    const days = zoneDays('Europe/Berlin')
    const march = Date.parse('2026-03-29T00:00Z') / 86_400_000
    expect(days.instant(march, 2.5 * 60)).toBe(Date.parse('2026-03-29T03:00+02:00'))
    expect(days.instant(march, 3 * 60)).toBe(Date.parse('2026-03-29T03:00+02:00'))
    const october = Date.parse('2026-10-25T00:00Z') / 86_400_000
    expect(days.instant(october, 2.5 * 60)).toBe(Date.parse('2026-10-25T02:30+02:00'))
    expect(days.instant(october, 3 * 60)).toBe(Date.parse('2026-10-25T03:00+01:00'))
    expect(days.instant(october + 1, 0) - days.instant(october, 0)).toBe(25 * 3_600_000)
  })

  it('a window that the clock skips parts no visit', () => {
    const document: TariffDocument = {
      name: { en: 'small hour' },
      timeZone: 'Europe/Berlin',
      windows: [
        { from: '03:00', until: '02:00', further: { everyMin: 240, amountFen: 100 } },
        { from: '02:00', until: '03:00', further: { everyMin: 60, amountFen: 900 } },
      ],
    }
    const stay = { enteredAtMs: Date.parse('2026-03-29T00:00+01:00'), leftAtMs: Date.parse('2026-03-29T05:00+02:00') }
    expect(priceStay(document, stay).lines).toHaveLength(1)
    expect(priceStay(document, stay).amountFen).toBe(100)
  })

  it('a day whose midnight comes twice begins at the first', () => {
    // In Havana the clock goes from 01:00 back to 00:00.
    const days = zoneDays('America/Havana')
    const day = Date.parse('2026-11-01T00:00Z') / 86_400_000
    const first = Date.parse('2026-11-01T00:00-04:00')
    expect(days.instant(day, 0)).toBe(first)
    expect([first - 1, first, first + 3_600_000].map((ms) => days.dayOf(ms))).toEqual([day - 1, day, day])
  })
})
