import { type HotSpots, toTimestamp } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellOf } from '../../../src/parking/numbers/hot-spots.ts'
import { hourMs, lotSettings, openLot, startMs } from '../small-lot.ts'

const metresPerDegree = 111_195

describe('a cell of the grid', () => {
  it('holds its position, and is as wide as it is high', () => {
    const Position = fc.record({
      lon: fc.double({ min: -180, max: 180, noNaN: true }),
      lat: fc.double({ min: -70, max: 70, noNaN: true }),
    })
    fc.assert(
      fc.property(Position, fc.integer({ min: 100, max: 9999 }), (position, cellM) => {
        const { west, south, east, north } = cellOf(position, cellM)
        expect(position.lon).toBeGreaterThanOrEqual(west - 1e-9)
        expect(position.lon).toBeLessThanOrEqual(east + 1e-9)
        expect(position.lat).toBeGreaterThanOrEqual(south - 1e-9)
        expect(position.lat).toBeLessThanOrEqual(north + 1e-9)
        expect((north - south) * metresPerDegree).toBeCloseTo(cellM, 3)
        const cosine = Math.cos((((south + north) / 2) * Math.PI) / 180)
        expect((east - west) * metresPerDegree * cosine).toBeCloseTo(cellM, 3)
      }),
    )
  })
})

describe('hot spots', () => {
  const query = { from: toTimestamp(startMs), to: toTimestamp(startMs + hourMs) }
  const spots = async () => {
    const lot = await openLot({ capacity: 2 })
    await lot.call('PUT /lots/near', { body: { ...lotSettings, position: { lon: 117.0201, lat: 36.6601 } } })
    await lot.call('PUT /lots/far', { body: { ...lotSettings, capacity: 1, position: { lon: 117.2, lat: 36.66 } } })
    lot.reads({ direction: 'in', at: startMs })
    lot.reads({ direction: 'in', at: startMs, plate: '鲁A22222', gate: 'near-in' })
    lot.reads({ direction: 'in', at: startMs + hourMs / 2, plate: '鲁A33333', gate: 'far-in' })
    await lot.clock.advance(7200)
    return lot
  }

  it('add up the lots of a square, and begin with the one that is full for longest', async () => {
    const lot = await spots()
    const { features, cellM } = (await lot.call('GET /lots/hot-spots', { query })) as HotSpots
    expect(cellM).toBe(500)
    expect(features.map(({ properties }) => properties)).toMatchObject([
      { lots: 1, capacity: 1, occupancy: 1, fullShare: 1, coverage: 0.5 },
      { lots: 2, capacity: 12, occupancy: 2 / 12, fullShare: 0, arrivals: 2 },
    ])
    const [ring] = features[0]?.geometry.coordinates ?? []
    expect(ring).toHaveLength(5)
    expect(ring?.[0]).toEqual(ring?.[4])
  })

  it('take squares of another size, and come as a table', async () => {
    const lot = await spots()
    const all = await lot.call('GET /lots/hot-spots', { query: { ...query, cell: '9999m' } })
    expect(all.cellM).toBe(9999)
    const { body } = await lot.call('GET /lots/hot-spots.csv', { query })
    expect(body.split('\r\n')).toHaveLength(4)
    expect(body).toMatch(/^\uFEFFcell,west,south,east,north,lots,capacity,occupancy/)
  })

  it('refuse a window that ends before it begins', async () => {
    const lot = await spots()
    const turned = { from: query.to, to: query.from }
    await expect(lot.call('GET /lots/hot-spots', { query: turned })).rejects.toThrow('must be after from')
  })
})
