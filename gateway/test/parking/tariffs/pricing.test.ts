import type { TariffDocument } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteLines } from '../../../src/parking/tariffs/line-text.ts'
import { priceStay } from '../../../src/parking/tariffs/pricing.ts'
import { tariffFaults } from '../../../src/parking/tariffs/tariff-faults.ts'
import { minuteMs, startMs } from '../small-lot.ts'
import { jinanStation, priceOf, shipped, yuanOf } from './some-tariffs.ts'

const price = priceOf
const yuan = yuanOf

describe('a price', () => {
  it.each([
    [20, 0],
    [21, 5],
    [120, 5],
    [121, 6],
    [661, 15],
    [1440, 15],
    [1441, 16],
    [2880, 30],
  ])('at the hotel in Yinzhou, %i min cost ¥%d', (minutes, expected) =>
    expect(yuan(shipped('ningbo-yinzhou-hotel'), minutes)).toBe(expected),
  )

  it.each([
    [120, 0],
    [121, 10],
    [181, 15],
    [700, 50],
    [1440 + 120, 50],
    [1440 + 121, 60],
  ])('at the market in Yuelu, %i min cost ¥%d', (minutes, expected) =>
    expect(yuan(shipped('changsha-yuelu-market'), minutes)).toBe(expected),
  )

  it.each([
    [14, 0],
    [15, 2],
    [121, 3],
    [1081, 18],
    [1441, 19],
  ])('at the hotel in Haishu, %i min cost ¥%d', (minutes, expected) =>
    expect(yuan(shipped('ningbo-haishu-hotel'), minutes)).toBe(expected),
  )

  it.each([
    [60, 0],
    [61, 5],
    [240, 5],
    [241, 10],
    [1000, 15],
    [1441, 20],
  ])('at the mall in Yinzhou, %i min cost ¥%d', (minutes, expected) =>
    expect(yuan(shipped('ningbo-yinzhou-mall'), minutes)).toBe(expected),
  )

  it.each([
    [15, 0],
    [16, 1.5],
    [31, 3.5],
    [95, 7.5],
    [601, 40],
  ])('at a station in Jinan, %i min cost ¥%d', (minutes, expected) =>
    expect(yuan(jinanStation, minutes)).toBe(expected),
  )

  it('does not count a minute that is only begun', () => {
    const stay = { enteredAtMs: startMs, leftAtMs: startMs + 21 * minuteMs - 1 }
    expect(priceStay(shipped('ningbo-yinzhou-hotel'), stay).amountFen).toBe(0)
  })

  it('deducts an allowance and charges the rest', () => {
    const allowance = { ...jinanStation, free: { withinMin: 30, kind: 'allowance', inclusive: true } } as const
    expect([30, 31, 60, 61].map((minutes) => yuan(allowance, minutes))).toEqual([0, 1.5, 1.5, 3.5])
  })

  it('shows each step', () => {
    const document = shipped('ningbo-yinzhou-hotel')
    const { lines } = price(document, 1441)
    expect(lines).toEqual([
      { rule: 'first', fromMin: 0, untilMin: 120, quantity: 1, amountFen: 500, source: 'first' },
      { rule: 'further', fromMin: 120, untilMin: 1440, quantity: 22, amountFen: 2200, source: 'further' },
      { rule: 'cap', fromMin: 0, untilMin: 1440, quantity: 1, amountFen: -1200, source: 'capPer24hFen' },
      { rule: 'further', fromMin: 1440, untilMin: 1441, quantity: 1, amountFen: 100, source: 'further' },
    ])
    expect(quoteLines(document, lines)[1]?.text.en).toBe('each further 60 min begun ¥1')
  })

  it('refuses an exit before the entry, naming leftAt', () => {
    expect(() => price(jinanStation, -1)).toThrow(/leftAt .* is before enteredAt/)
  })

  it('refuses a stay of more than three years', () =>
    expect(() => price(jinanStation, 4 * 366 * 1440)).toThrow(/leftAt/))
})

const Document: fc.Arbitrary<TariffDocument> = fc
  .record({
    name: fc.constant({ en: 'any' }),
    currency: fc.constant('CNY' as const),
    free: fc.record({
      withinMin: fc.integer({ min: 0, max: 1439 }),
      kind: fc.constantFrom('threshold' as const, 'allowance' as const),
      inclusive: fc.boolean(),
    }),
    first: fc.record({ untilMin: fc.integer({ min: 1, max: 1440 }), amountFen: fc.integer({ min: 0, max: 5000 }) }),
    further: fc.record({ everyMin: fc.integer({ min: 1, max: 1440 }), amountFen: fc.integer({ min: 0, max: 5000 }) }),
    capPer24hFen: fc.option(fc.integer({ min: 0, max: 20_000 })),
    after24h: fc.constantFrom('continue' as const, 'restart' as const),
  })
  .filter((document) => tariffFaults(document).length === 0)
const Minutes = fc.integer({ min: 0, max: 5 * 1440 })

describe('every price', () => {
  it('never falls as the stay grows', () => {
    fc.assert(
      fc.property(Document, Minutes, Minutes, (document, a, b) => {
        expect(yuan(document, Math.max(a, b))).toBeGreaterThanOrEqual(yuan(document, Math.min(a, b)))
      }),
    )
  })

  it('is never negative and at most the cap for each 24 h begun', () => {
    fc.assert(
      fc.property(Document, Minutes, (document, minutes) => {
        const { amountFen } = price(document, minutes)
        expect(amountFen).toBeGreaterThanOrEqual(0)
        const days = Math.max(1, Math.ceil(minutes / 1440))
        if (document.capPer24hFen != null) expect(amountFen).toBeLessThanOrEqual(document.capPer24hFen * days)
      }),
    )
  })

  it('is the sum of its lines', () => {
    fc.assert(
      fc.property(Document, Minutes, (document, minutes) => {
        const { amountFen, lines } = price(document, minutes)
        expect(lines.reduce((sum, line) => sum + line.amountFen, 0)).toBe(amountFen)
        expect(lines.length).toBeGreaterThan(0)
      }),
    )
  })
})
