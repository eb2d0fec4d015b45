import type { Lot } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { filterLots, lotRows, totalsOf } from '../../src/manager/lot-rows.ts'

const lot = (id: string, occupied: number, capacity: number, more: Partial<Lot> = {}): Lot => ({
  id,
  name: { en: id },
  position: { lon: 8.6, lat: 49.4 },
  capacity,
  kind: 'barrier-less',
  tariff: 'standard',
  occupied,
  vacant: capacity - occupied,
  vacancyRate: 1 - occupied / capacity,
  turnoverToday: 1,
  updatedAt: '2026-11-23T08:00:00.000Z',
  quality: 'good',
  reasons: [],
  alarms: [],
  count: {
    counted: occupied,
    corrected: occupied,
    low: occupied,
    high: occupied,
    missedEntriesShare: 0.03,
    missedExitsShare: 0.03,
    evidenceAt: null,
  },
  ...more,
})

const rows = lotRows(
  [
    lot('poststrasse', 10, 100),
    lot('kornmarkt', 70, 100),
    lot('klinik', 95, 100, { kind: 'hospital' }),
    lot('silent', 95, 100, { quality: 'stale' }),
  ],
  ({ id }) => id,
  new Map([['kornmarkt', 1200]]),
)

describe('lots of the table', () => {
  it('are banded by occupancy; one that does not report is in no band', () => {
    expect(rows.map(({ band }) => band)).toEqual(['low', 'mid', 'full', 'stale'])
  })

  it('carry their revenue once it is known', () => {
    expect(rows[1]?.revenueFen).toBe(1200)
    expect(rows[0]?.revenueFen).toBeUndefined()
  })

  it('count per band what the other filters leave, whatever band is chosen', () => {
    const { rows: found, counts } = filterLots(rows, { search: 'K', band: 'full' })
    expect(found.map(({ lot }) => lot.id)).toEqual(['klinik'])
    expect(counts).toEqual({ all: 2, low: 0, mid: 1, full: 1, stale: 0 })
    expect(filterLots(rows, { search: '', kind: 'hospital' }).counts.all).toBe(1)
  })
})

describe('totalsOf', () => {
  it('weights by bays', () => {
    const totals = totalsOf([lot('a', 10, 10, { turnoverToday: 4 }), lot('b', 0, 90, { turnoverToday: 0 })])
    expect(totals).toEqual({ capacity: 100, occupied: 10, vacant: 90, vacancyRate: 0.9, turnover: 0.4 })
  })

  it('has no figures for a city without bays', () => {
    expect(totalsOf([])).toBeNull()
  })
})
