import type { TariffDocument } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { between, yuanBetween } from './some-tariffs.ts'

const hourly: TariffDocument = { name: { en: 'hourly' }, further: { everyMin: 60, amountFen: 400 } }

describe('a cap', () => {
  it('of a calendar day counts the blocks that begin on it', () => {
    const capped: TariffDocument = { ...hourly, capPerDayFen: 2000 }
    // From 20:30: four hours begin before midnight, the rest of the day after.
    const { amountFen, lines } = between(capped, '2026-11-23 20:30', '2026-11-24 20:30')
    expect(amountFen).toBe(1600 + 2000)
    expect(lines).toEqual([
      { rule: 'further', fromMin: 0, untilMin: 240, quantity: 4, amountFen: 1600, source: 'further' },
      { rule: 'further', fromMin: 240, untilMin: 1440, quantity: 20, amountFen: 8000, source: 'further' },
      { rule: 'cap-day', fromMin: 240, untilMin: 1440, quantity: 1, amountFen: -6000, source: 'capPerDayFen' },
    ])
  })

  it('of 24 h and of a day hold together', () => {
    const both: TariffDocument = { ...hourly, capPerDayFen: 2000, capPer24hFen: 3000 }
    expect(yuanBetween(both, '2026-11-23 12:00', '2026-11-24 12:00')).toBe(30)
    expect(yuanBetween(both, '2026-11-23 22:00', '2026-11-24 12:00')).toBe(28)
    expect(yuanBetween(both, '2026-11-23 12:00', '2026-11-25 12:00')).toBe(20 + 20 + 20)
  })

  it('over several entries counts what the plate has paid for entries in the 24 h before', () => {
    const capped: TariffDocument = { ...hourly, capAcrossEntriesFen: 2000 }
    const earlier = (...entries: [string, number][]) =>
      entries.map(([from, amountFen]) => ({ enteredAtMs: Date.parse(`${from}+08:00`), amountFen }))
    const price = (more: object) => yuanBetween(capped, '2026-11-23 12:00', '2026-11-23 15:00', more)
    expect(price({})).toBe(12)
    expect(price({ earlier: earlier(['2026-11-23T08:00', 1200]) })).toBe(8)
    expect(price({ earlier: earlier(['2026-11-23T08:00', 1200], ['2026-11-22T13:00', 800]) })).toBe(0)
    expect(price({ earlier: earlier(['2026-11-22T12:00', 1200]) })).toBe(12)
  })

  it('over several entries limits the first 24 h of a stay only', () => {
    const capped: TariffDocument = { ...hourly, capAcrossEntriesFen: 2000 }
    expect(yuanBetween(capped, '2026-11-23 12:00', '2026-11-24 14:00')).toBe(20 + 8)
  })
})

describe('after 24 h', () => {
  const document: TariffDocument = {
    ...hourly,
    free: { withinMin: 30 },
    first: { untilMin: 60, amountFen: 1000 },
    capPer24hFen: 2000,
  }
  const price = (after24h: NonNullable<TariffDocument['after24h']>, until: string) =>
    yuanBetween({ ...document, after24h }, '2026-11-23 12:00', until)

  it.each([
    ['continue', 24, 28],
    ['restart', 20, 30],
    ['restart-without-free', 30, 30],
  ] as const)('%s: 20 min more make ¥%d, an hour and 20 min more ¥%d', (after24h, short, long) => {
    expect(price(after24h, '2026-11-24 12:00')).toBe(20)
    expect(price(after24h, '2026-11-24 12:20')).toBe(short)
    expect(price(after24h, '2026-11-24 13:20')).toBe(after24h === 'continue' ? long : 34)
  })
})
