import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pointOnArc } from '../../src/network/arc-shape.ts'
import { distanceBetweenM } from '../../src/network/geodesy.ts'
import { snap } from '../../src/network/snap.ts'
import { roads } from '../roads.ts'

/** A runs east to B; C lies north of B. */
const network = roads('A-B 30s, B>C 30s', '', { A: [0, 0], B: [300, 0], C: [300, 300] })
const at = (east: number, north: number) => ({ lon: 8.7 + east / 72_300, lat: 49.4 + north / 111_200 })

describe('snapping', () => {
  it('finds both directions of a road, with the offset along each and the side', () => {
    const points = snap(network, at(100, 20), 50)
    expect(points.map(({ arc }) => arc).sort()).toEqual([network.arc('A>B'), network.arc('B>A')].sort())
    const eastward = points.find(({ arc }) => arc === network.arc('A>B'))!
    const westward = points.find(({ arc }) => arc === network.arc('B>A'))!
    expect(eastward.offsetM).toBeCloseTo(100, 0)
    expect(westward.offsetM).toBeCloseTo(200, 0)
    expect(eastward.side).toBe('left')
    expect(westward.side).toBe('right')
    expect(eastward.distanceM).toBeCloseTo(20, 0)
  })

  it('offers the wrong way of a one-way street only when asked', () => {
    const near = at(310, 200)
    expect(snap(network, near, 30).map(({ arc }) => arc)).toEqual([network.arc('B>C')])
    expect(snap(network, near, 30, { contraflow: true })).toHaveLength(2)
  })

  it('finds nothing beyond the radius', () => {
    expect(snap(network, at(100, 60), 50)).toEqual([])
  })

  it('agrees with the arc about where the point is, and gives the nearest first', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 400 }), fc.integer({ min: -100, max: 400 }), (east, north) => {
        const position = at(east, north)
        const points = snap(network, position, 500, { contraflow: true })
        expect(points).toHaveLength(4)
        for (const point of points) {
          expect(distanceBetweenM(pointOnArc(network, point.arc, point.offsetM), point.position)).toBeLessThan(0.05)
          expect(Math.abs(distanceBetweenM(position, point.position) - point.distanceM)).toBeLessThan(0.05)
        }
        expect(points).toEqual(points.toSorted((a, b) => a.distanceM - b.distanceM || a.arc - b.arc))
      }),
    )
  })
})
