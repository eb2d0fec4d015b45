import { toTimestamp } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { comparedWindow } from '../../../src/parking/numbers/comparison.ts'
import { hourMs, openLot, startMs } from '../small-lot.ts'

const period = { from: toTimestamp(startMs + hourMs), to: toTimestamp(startMs + 2 * hourMs) }

describe('a comparison of two periods', () => {
  it('says what is different, absolute and in per cent', async () => {
    const lot = await openLot({ capacity: 4 })
    lot.reads({ direction: 'in', at: startMs })
    lot.reads({ direction: 'in', at: startMs + hourMs, plate: '鲁A22222' })
    lot.reads({ direction: 'in', at: startMs + hourMs, plate: '鲁A33333' })
    await lot.clock.advance(7200)
    const { items } = await lot.call('GET /lots/metrics/comparison', { query: period })
    expect(items).toMatchObject([
      {
        now: { arrivals: 2, occupancy: 0.75 },
        before: { arrivals: 1, occupancy: 0.25 },
        change: {
          arrivals: { difference: 1, percent: 100 },
          occupancy: { difference: 0.5, percent: 200 },
          meanDwellS: { difference: null, percent: null },
          revenueFen: { difference: 0, percent: null },
        },
      },
    ])
    const { body } = await lot.call('GET /lots/metrics/comparison.csv', { query: { ...period, by: 'lot' } })
    expect(body).toContain('square,arrivals,2,1,1,100')
  })

  it('goes back a week or a year by the calendar, over a change of the clock', () => {
    const query = { from: '2026-10-26T00:00:00.000+01:00', to: '2026-10-27T00:00:00.000+01:00' }
    expect(comparedWindow({ ...query, compare: 'week' }, 'Europe/Berlin')).toMatchObject({
      from: '2026-10-18T22:00:00.000Z',
      to: '2026-10-19T22:00:00.000Z',
    })
    expect(comparedWindow({ ...query, compare: 'year' }, 'Europe/Berlin').from).toBe('2025-10-25T22:00:00.000Z')
  })

  it('refuses half a period, and one that is named and given', async () => {
    const lot = await openLot()
    const ask = (more: object) => lot.call('GET /lots/metrics/comparison', { query: { ...period, ...more } })
    await expect(ask({ compareFrom: period.from })).rejects.toThrow('compareFrom and compareTo belong together')
    await expect(ask({ compareFrom: period.from, compareTo: period.to, compare: 'week' })).rejects.toThrow(
      'without compare',
    )
    await expect(ask({ compareFrom: period.to, compareTo: period.from })).rejects.toThrow('must be after from')
  })
})
