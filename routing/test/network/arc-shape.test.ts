import { expect, it } from 'vitest'
import { arcShape, arrivalBearing, departureBearing, pointOnArc } from '../../src/network/arc-shape.ts'
import { snap } from '../../src/network/snap.ts'
import { roads } from '../roads.ts'

/** Two kilometres to the east, of which the map says that they are three. */
function stretched() {
  const network = roads('A>B 100s', '', { A: [0, 0], B: [2000, 0] })
  network.lengthM[network.arc('A>B')] = 3000
  network.lengthM[network.arc('B>A')] = 3000
  return network
}

it('offsets are metres of the stated length, whatever the line on the map measures', () => {
  const network = stretched()
  const arc = network.arc('A>B')
  const [a, b] = [network.at('A'), network.at('B')]
  const middle = pointOnArc(network, arc, 1500)
  expect(middle.lon).toBeCloseTo((a.lon + b.lon) / 2, 6)
  expect(pointOnArc(network, arc, 3000).lon).toBeCloseTo(b.lon, 7)
  expect(arcShape(network, arc, 750, 1500)[1]![0]).toBeCloseTo(middle.lon, 6)
  const near = snap(network, { ...middle, lat: middle.lat + 1e-4 }, 50)[0]!
  expect(near.offsetM).toBeCloseTo(1500, 0)
})

it('bearings at the ends are those of the line, however long the map says it is', () => {
  const network = stretched()
  const arc = network.arc('A>B')
  expect(arrivalBearing(network, arc)).toBeCloseTo(90, 1)
  expect(departureBearing(network, arc)).toBeCloseTo(90, 1)
})
