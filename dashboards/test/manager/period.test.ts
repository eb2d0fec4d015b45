import type { LotMetrics } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { metricsQuery } from '../../src/manager/period.ts'
import { summaryOf } from '../../src/manager/period-summary.ts'

const bucket = (from: string, to: string, more: Partial<LotMetrics>): LotMetrics =>
  ({
    lot: 'a',
    from: `2026-11-23T${from}:00.000Z`,
    to: `2026-11-23T${to}:00.000Z`,
    vacancyRate: 0.5,
    turnoverRate: 2,
    effectiveTurnoverRate: 2,
    meanDwellS: null,
    peakOccupied: 0,
    revenueFen: 0,
    coverage: 1,
    ...more,
  }) as LotMetrics

describe('metricsQuery', () => {
  it('ends now and reaches back by the period', () => {
    const query = new URLSearchParams(metricsQuery('week', Date.parse('2026-11-23T08:00:00.000Z')))
    expect(Object.fromEntries(query)).toEqual({
      from: '2026-11-16T08:00:00.000Z',
      to: '2026-11-23T08:00:00.000Z',
      bucket: '1h',
    })
  })
})

describe('summaryOf', () => {
  it('weights vacancy by known time and turnover by length', () => {
    const summary = summaryOf([
      bucket('08:00', '09:00', { vacancyRate: 1, turnoverRate: 4, revenueFen: 100, peakOccupied: 3 }),
      bucket('09:00', '12:00', { vacancyRate: 0, turnoverRate: 0, coverage: 0.5, revenueFen: 50, peakOccupied: 9 }),
    ])
    expect(summary.vacancyRate).toBeCloseTo(1 / 2.5)
    expect(summary.turnoverRate).toBe(1)
    expect(summary.revenueFen).toBe(150)
    expect(summary.peakOccupied).toBe(9)
  })

  it('has no vacancy where nothing was known, and no mean stay where nobody left', () => {
    const summary = summaryOf([bucket('08:00', '09:00', { vacancyRate: null, coverage: 0 })])
    expect(summary.vacancyRate).toBeNull()
    expect(summary.meanDwellS).toBeNull()
  })
})
