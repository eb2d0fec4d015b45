import { describe, expect, it } from 'vitest'
import { estimateShowRate, ShowRates, showGroupKey } from '../../src/hospital/show-rates.ts'
import { Records } from '../../src/records/records.ts'

const share = ({ shown, missed }: { shown: number; missed: number }) => shown / (shown + missed)

describe('the show rate of a group', () => {
  it('is not known before fifty of the hospital were seen', () => {
    const seen = (n: number) => ({ shown: n, missed: 0 })
    expect(estimateShowRate(seen(49), seen(49), seen(49))).toBeUndefined()
    expect(estimateShowRate(seen(50), seen(50), seen(50))).toBeDefined()
  })

  it('is that of the hospital where nothing was seen of the department', () => {
    const rate = estimateShowRate({ shown: 700, missed: 300 }, { shown: 0, missed: 0 }, { shown: 0, missed: 0 })!
    expect(share(rate)).toBeCloseTo(0.7, 1)
    // And is as uncertain as twenty observations.
    expect(rate.shown + rate.missed).toBeCloseTo(20, 6)
  })

  it('is its own where much was seen of it', () => {
    const rate = estimateShowRate(
      { shown: 7900, missed: 2100 },
      { shown: 900, missed: 600 },
      { shown: 500, missed: 500 },
    )
    expect(share(rate!)).toBeCloseTo(0.5, 1)
  })

  it('does not count an observation twice', () => {
    const all = { shown: 60, missed: 40 }
    const rate = estimateShowRate(all, all, all)!
    expect(rate.shown + rate.missed).toBeCloseTo(120, 6)
    expect(rate.shown).toBeCloseTo(60 + 20 * 0.95, 6)
  })

  it('is learned as people come and stay away, and a correction takes back', () => {
    const rates = new ShowRates(Records.open(':memory:'))
    const key = showGroupKey({ hospital: 'clinic', department: 'eye', hour: 9 })
    for (let i = 0; i < 80; i++) rates.count(key, { shown: i % 4 === 0 ? 0 : 1, missed: i % 4 === 0 ? 1 : 0 })
    expect(rates.share('clinic')).toBe(0.75)
    rates.count(key, { shown: 1, missed: -1 })
    expect(rates.share('clinic')).toBe(61 / 80)
    expect(rates.share('other')).toBeNull()
    expect(share(rates.rate(key)!)).toBeCloseTo((61 + 19) / 100, 6)
  })
})
