import { InputError, type TariffDocument } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { quoteLines } from '../../../src/parking/tariffs/line-text.ts'
import { minuteMs, startMs } from '../small-lot.ts'
import { at, between, jinanStation, priceOf, yuanBetween, yuanOf } from './some-tariffs.ts'

describe('prices for some vehicles', () => {
  const document: TariffDocument = {
    ...jinanStation,
    vehicles: [
      { when: { plateList: ['staff'] }, further: { everyMin: 60, amountFen: 0 } },
      {
        when: { vehicleClass: ['large'] },
        first: { untilMin: 30, amountFen: 300 },
        further: { everyMin: 30, amountFen: 400 },
        capPer24hFen: 8000,
      },
      { when: { plateColour: ['green', 'yellow-green'] }, free: { withinMin: 60 } },
    ],
  }

  it('take the place of those for all, as far as they are named', () => {
    expect(yuanOf(document, 95, { vehicleClass: 'small', plateColour: 'blue' })).toBe(7.5)
    expect(yuanOf(document, 95, { vehicleClass: 'large', plateColour: 'yellow' })).toBe(15)
    expect(yuanOf(document, 1440, { vehicleClass: 'large' })).toBe(80)
    expect(yuanOf(document, 60, { vehicleClass: 'small', plateColour: 'green' })).toBe(0)
    expect(yuanOf(document, 95, { vehicleClass: 'small', plateColour: 'green' })).toBe(7.5)
    expect(yuanOf(document, 95, { plateLists: ['other', 'staff'] })).toBe(0)
  })

  it('hold by the first rule that fits', () =>
    expect(yuanOf(document, 95, { vehicleClass: 'large', plateColour: 'green' })).toBe(15))

  it('are named by the lines that they make', () => {
    const { lines } = priceOf(document, 95, { vehicleClass: 'large' })
    expect(lines.map(({ source }) => source)).toEqual(['vehicles.1.first', 'vehicles.1.further'])
    expect(quoteLines(document, lines)[1]?.text.en).toBe('each further 30 min begun ¥4')
  })
})

describe('free time', () => {
  it('may be had for some entries in 24 h only', () => {
    const document: TariffDocument = { ...jinanStation, free: { withinMin: 15, timesPer24h: 2 } }
    const earlier = [1, 2, 30].map((hours) => ({ enteredAtMs: startMs - hours * 60 * minuteMs, amountFen: 0 }))
    expect(yuanOf(document, 10, { earlier: earlier.slice(1) })).toBe(0)
    expect(yuanOf(document, 10, { earlier })).toBe(1.5)
  })
})

describe('a payment before leaving', () => {
  const document: TariffDocument = { ...jinanStation, afterPayment: { graceMin: 15 } }
  const paid = (minutes: number) => ({ paidAtMs: startMs + minutes * minuteMs })

  it('leaves time to leave', () => {
    expect(yuanOf(document, 60, paid(50))).toBe(yuanOf(document, 50))
    expect(yuanOf(document, 65, paid(50))).toBe(3.5)
    const { lines } = priceOf(document, 65, paid(50))
    expect(lines.at(-1)).toMatchObject({ rule: 'grace', fromMin: 50, untilMin: 65, amountFen: 0 })
  })

  it('afterwards is where a new charge begins, without free time unless the tariff has it so', () => {
    expect(yuanOf(document, 66, paid(50))).toBe(3.5 + 1.5)
    const restart: TariffDocument = { ...document, afterPayment: { graceMin: 10, afterwards: 'restart' } }
    expect(yuanOf(restart, 65, paid(50))).toBe(3.5)
    expect(yuanOf(restart, 66, paid(50))).toBe(3.5 + 1.5)
    const goOn: TariffDocument = { ...document, afterPayment: { graceMin: 15, afterwards: 'continue' } }
    expect(yuanOf(goOn, 65, paid(50))).toBe(3.5)
    expect(yuanOf(goOn, 66, paid(50))).toBe(5.5)
  })

  it('outside the stay is refused, naming paidAt', () => {
    expect(() => yuanOf(document, 60, paid(-1))).toThrow(/paidAt .* is before enteredAt/)
    expect(() => yuanOf(document, 60, paid(61))).toThrow(/paidAt .* is after leftAt/)
  })
})

describe('a pass', () => {
  const document: TariffDocument = {
    name: { en: 'with passes' },
    further: { everyMin: 60, amountFen: 400 },
    passes: { graceDays: 0 },
  }
  const month = { validFromMs: at('2026-11-01 00:00'), validUntilMs: at('2026-12-01 00:00') }
  const yuan = (from: string, until: string, more: object = {}, passes: TariffDocument['passes'] = { graceDays: 0 }) =>
    yuanBetween({ ...document, passes }, from, until, { passes: [{ ...month, ...more }] })

  it('covers the time for which it holds', () => {
    expect(yuan('2026-11-23 08:00', '2026-11-25 08:00')).toBe(0)
    expect(yuan('2026-12-01 00:00', '2026-12-01 02:00')).toBe(8)
    expect(yuan('2026-10-31 23:00', '2026-11-01 08:00')).toBe(4)
  })

  it('that expires inside a stay parts it, each segment under one right', () => {
    const { amountFen, lines } = between(document, '2026-11-30 22:00', '2026-12-01 03:30', { passes: [month] })
    expect(amountFen).toBe(1600)
    expect(lines.map(({ rule, fromMin, untilMin }) => [rule, fromMin, untilMin])).toEqual([
      ['pass', 0, 120],
      ['further', 120, 330],
    ])
  })

  it('holds for days of grace after its end', () => {
    expect(yuan('2026-12-03 22:00', '2026-12-04 02:00', {}, { graceDays: 3 })).toBe(8)
    expect(yuan('2026-12-03 22:00', '2026-12-04 02:00', {}, { graceDays: 4 })).toBe(0)
  })

  it('covers one of its plates at a time: who came first', () => {
    const others = [{ enteredAtMs: at('2026-11-23 07:00'), leftAtMs: at('2026-11-23 10:00') }]
    expect(yuan('2026-11-23 08:00', '2026-11-23 12:00', { others })).toBe(8)
    expect(yuan('2026-11-23 08:00', '2026-11-23 12:00', { others }, { graceDays: 0, insideAtOnce: 2 })).toBe(0)
    const later = [{ enteredAtMs: at('2026-11-23 09:00'), leftAtMs: null }]
    expect(yuan('2026-11-23 08:00', '2026-11-23 12:00', { others: later })).toBe(0)
    expect(yuan('2026-11-23 10:00', '2026-11-23 12:00', { others: later })).toBe(8)
  })

  it('before another, without a gap, covers as one', () => {
    const passes = [{ validFromMs: at('2026-12-01 00:00'), validUntilMs: at('2027-01-01 00:00') }, month]
    const stay = between(document, '2026-11-30 22:00', '2026-12-01 03:30', { passes })
    expect(stay).toEqual({ amountFen: 0, lines: [expect.objectContaining({ rule: 'pass', untilMin: 330 })] })
  })
})

describe('a discount', () => {
  const document: TariffDocument = {
    name: { en: 'with discounts' },
    further: { everyMin: 60, amountFen: 400 },
    capPer24hFen: 2000,
    discounts: [
      { id: 'cinema', name: { zh: '影院', en: 'cinema' }, amountFen: 500 },
      { id: 'disabled', name: { en: 'disabled' }, percent: 50 },
      { id: 'ev', name: { en: 'electric' }, minutes: 120, when: { plateColour: ['green'] } },
      { id: 'early', name: { en: 'before the cap' }, amountFen: 500, apply: 'before-cap' },
      { id: 'lunch', name: { en: 'lunch' }, minutes: 90, apply: 'before-cap' },
    ],
  }
  const yuan = (minutes: number, ...discounts: string[]) => yuanOf(document, minutes, { discounts })

  it('is taken off after the cap', () => {
    expect([yuan(600), yuan(600, 'cinema'), yuan(600, 'disabled')]).toEqual([20, 15, 10])
    expect(yuan(600, 'disabled', 'cinema')).toBe(7.5)
  })

  it('may be taken off before the cap', () => {
    expect(yuan(360, 'early')).toBe(19)
    expect(yuan(600, 'early')).toBe(20)
    const { lines } = priceOf(document, 600, { discounts: ['early'] })
    expect(lines.map(({ rule, amountFen }) => [rule, amountFen])).toEqual([
      ['further', 4000],
      ['cap', -1500],
      ['discount', -500],
    ])
  })

  it('of minutes takes off what the first minutes cost', () => {
    expect(yuanOf(document, 120, { plateColour: 'green' })).toBe(0)
    expect(yuanOf(document, 121, { plateColour: 'green' })).toBe(4)
    expect(yuanOf(document, 600, { plateColour: 'green' })).toBe(12)
    expect(yuanOf(document, 600, { plateColour: 'blue' })).toBe(20)
  })

  it('of minutes before the cap is an allowance', () => {
    expect([yuan(90, 'lunch'), yuan(91, 'lunch'), yuan(150, 'lunch'), yuan(600, 'lunch')]).toEqual([0, 4, 4, 20])
  })

  it('never goes below zero', () => {
    expect(yuan(60, 'cinema')).toBe(0)
    expect(priceOf(document, 60, { discounts: ['cinema'] }).lines.at(-1)?.amountFen).toBe(-400)
  })

  it('is named in its line', () => {
    const { lines } = priceOf(document, 60, { discounts: ['cinema'] })
    expect(quoteLines(document, lines).at(-1)?.text).toEqual({ zh: '影院', en: 'cinema' })
  })

  it('that the tariff does not have is refused', () => {
    const refused = () => yuan(60, 'circus')
    expect(refused).toThrow(InputError)
    expect(refused).toThrow('the tariff has no discount "circus"; it has cinema, disabled, ev, early, lunch')
  })
})

describe('rounding', () => {
  const document = (how: 'down' | 'up' | 'nearest'): TariffDocument => ({
    name: { en: 'rounded' },
    further: { everyMin: 10, amountFen: 35 },
    rounding: { toFen: 50, how },
  })
  it.each([
    ['down', 1],
    ['up', 1.5],
    ['nearest', 1],
  ] as const)('%s makes ¥1.05 ¥%d', (how, expected) => expect(yuanOf(document(how), 30)).toBe(expected))
  it('is a line', () => {
    const { lines } = priceOf(document('up'), 30)
    expect(lines.at(-1)).toMatchObject({ rule: 'rounding', amountFen: 45 })
    expect(quoteLines(document('up'), lines).at(-1)?.text.en).toBe('rounded to ¥0.5')
  })
})
