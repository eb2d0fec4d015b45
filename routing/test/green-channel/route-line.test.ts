import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compactLine, routeLine } from '../../src/green-channel/green-channel.ts'

const metresPerDegree = 111_195.08
/** A line through points given in metres east and north of the equator's zero. */
const line = (...points: [east: number, north: number][]) => ({
  type: 'LineString' as const,
  coordinates: points.map(([east, north]) => [east / metresPerDegree, north / metresPerDegree]),
})
const at = (east: number, north: number) => ({ lon: east / metresPerDegree, lat: north / metresPerDegree })

describe('a place on a route', () => {
  const bent = routeLine(line([0, 0], [100, 0], [100, 100]))

  it('is the nearest point of the line, with its distance along and beside it', () => {
    expect(bent.lengthM).toBeCloseTo(200, 1)
    const match = bent.nearest(at(96, 40), 0, 200)
    expect(match.offsetM).toBeCloseTo(140, 1)
    expect(match.distanceM).toBeCloseTo(4, 1)
  })

  it('is looked for between two offsets only, so that a route that comes back is not cut short', () => {
    const loop = routeLine(line([0, 0], [200, 0], [200, 10], [0, 10]))
    expect(loop.nearest(at(50, 4), 0, 150).offsetM).toBeCloseTo(50, 1)
    expect(loop.nearest(at(50, 4), 250, 410).offsetM).toBeCloseTo(360, 1)
  })

  it('is given in the metres of the route where the drawn line is a little longer or shorter', () => {
    const scaled = routeLine(line([0, 0], [100, 0]), 110)
    expect(scaled.nearest(at(50, 0), 0, 110).offsetM).toBeCloseTo(55, 1)
  })

  it('always lies within what was asked for', () => {
    const place = fc.record({ east: fc.integer({ min: -300, max: 300 }), north: fc.integer({ min: -300, max: 300 }) })
    fc.assert(
      fc.property(place, fc.integer({ min: -50, max: 250 }), fc.integer({ min: 0, max: 200 }), (p, fromM, reachM) => {
        const { offsetM, distanceM } = bent.nearest(at(p.east, p.north), fromM, fromM + reachM)
        expect(offsetM).toBeGreaterThanOrEqual(Math.min(Math.max(0, fromM), 200.01) - 0.01)
        expect(offsetM).toBeLessThanOrEqual(Math.min(200.01, Math.max(0, fromM + reachM)) + 0.01)
        expect(distanceM).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('a route in a message', () => {
  const points = Array.from({ length: 2000 }, (_, i): [number, number] => [
    i * 5,
    Math.sin(i / 40) * 200 + (i % 2) * 0.1,
  ])

  it('keeps every point, to a tenth of a metre, where they fit', () => {
    const short = line(...points.slice(0, 100))
    const compact = compactLine(short, 15_000)
    expect(compact.coordinates).toHaveLength(100)
    for (const [i, [lon, lat]] of compact.coordinates.entries()) {
      expect(lon).toBeCloseTo(short.coordinates[i]?.[0] ?? Number.NaN, 6)
      expect(lat).toBeCloseTo(short.coordinates[i]?.[1] ?? Number.NaN, 6)
    }
  })

  it('leaves out what matters least where they do not, and stays on the road', () => {
    const compact = compactLine(line(...points), 15_000)
    expect(JSON.stringify(compact).length).toBeLessThanOrEqual(15_000)
    const driven = routeLine(compact)
    for (const [east, north] of points) {
      expect(driven.nearest(at(east, north), 0, driven.lengthM).distanceM).toBeLessThan(1)
    }
    expect(compact.coordinates[0]).toEqual([0, 0])
    expect(compact.coordinates.at(-1)?.[0]).toBeCloseTo((1999 * 5) / metresPerDegree, 5)
  })
})
