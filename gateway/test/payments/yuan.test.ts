import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chinaDay, chinaDayStart, chinaInstant, chinaTime, fromChinaTime } from '../../src/payments/china-time.ts'
import { fenOf, yuanOf } from '../../src/payments/yuan.ts'

it('writes and reads every amount without a loss', () => {
  const amount = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 })
  fc.assert(fc.property(amount, (fen) => fenOf(yuanOf(fen)) === fen))
  expect([0, 5, 1230, -7].map(yuanOf)).toEqual(['0.00', '0.05', '12.30', '-0.07'])
  expect(['7', '12.3', '-0.05', ' 0.10 ', '-0'].map(fenOf)).toEqual([700, 1230, -5, 10, 0])
  for (const text of ['', '1.234', '1,00', '¥1', '1e2', '.5', 'NaN']) expect(fenOf(text)).toBeUndefined()
})

it('keeps the days of China', () => {
  const midnight = Date.UTC(2026, 10, 22, 16)
  expect([chinaDay(midnight - 1), chinaDay(midnight)]).toEqual(['2026-11-22', '2026-11-23'])
  expect(chinaTime(midnight)).toBe('2026-11-23 00:00:00')
  expect(chinaInstant(midnight)).toBe('2026-11-23T00:00:00+08:00')
  expect(chinaDayStart('2026-11-23')).toBe(midnight)
  const second = fc.integer({ min: 0, max: 4_000_000_000 }).map((s) => s * 1000)
  fc.assert(fc.property(second, (ms) => fromChinaTime(chinaTime(ms)) === ms))
  for (const day of ['2026-02-30', '2026-13-01', '20261123', '2026-11-23 00:00:00']) {
    expect(chinaDayStart(day)).toBeNaN()
  }
})
