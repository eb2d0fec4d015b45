import { seededRandom } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isochroneMap } from '../../src/isochrone/isochrone-map.ts'
import { type ReachedPart, reach } from '../../src/isochrone/reach.ts'
import { joined, without } from '../../src/isochrone/spans.ts'
import { distanceM, planeAround } from '../../src/network/geodesy.ts'
import type { RoadNetwork } from '../../src/network/road-network.ts'
import type { ArcPoint } from '../../src/network/snap.ts'
import { drivingProfiles } from '../../src/search/driving-profile.ts'
import { partialMs, type TravelCost, travelCost } from '../../src/search/travel-cost.ts'
import { dijkstra } from '../dijkstra.ts'
import { roads } from '../roads.ts'

const at = (network: RoadNetwork, arc: number, share: number): ArcPoint => ({
  ...{ arc, offsetM: network.lengthM[arc]! * share, distanceM: 0, side: 'right' },
  position: { lon: 0, lat: 0 },
})

/** When a point of an arc is reached, from the parts; undefined when it is not. */
function timeAt(network: RoadNetwork, cost: TravelCost, parts: readonly ReachedPart[], { arc, offsetM }: ArcPoint) {
  const times = parts
    .filter((part) => part.arc === arc && part.fromM <= offsetM && offsetM <= part.toM)
    .map((part) => part.startMs + partialMs(network, cost, arc, part.fromM, offsetM))
  return times.length > 0 ? Math.min(...times) : undefined
}

describe('what can be reached in a time', () => {
  it('ends in the middle of the road that takes longer', () => {
    const network = roads('A-B 10s, B-C 20s', '', { A: [0, 0], B: [100, 0], C: [300, 0] })
    const cost = travelCost(network, drivingProfiles.car, new Float64Array(0))
    const parts = reach(network, cost, [at(network, network.arc('A>B'), 0.5)], 15_000)
    expect(parts).toEqual([
      expect.objectContaining({ arc: network.arc('A>B'), fromM: expect.closeTo(50, 0), toM: expect.closeTo(100, 0) }),
      expect.objectContaining({ arc: network.arc('B>C'), fromM: 0, toM: expect.closeTo(100, 0), endMs: 15_000 }),
    ])
  })

  it('is the start alone in no time', () => {
    const network = roads('A-B 10s, B-C 20s')
    const cost = travelCost(network, drivingProfiles.car, new Float64Array(0))
    const [only, ...rest] = reach(network, cost, [at(network, network.arc('A>B'), 0.5)], 0)
    expect(rest).toEqual([])
    expect(only!.toM).toBeCloseTo(only!.fromM, 3)
  })

  it('is no road that the vehicle does not fit on', () => {
    const network = roads('A-B 10s, B-C 10s, B-D 10s')
    const cost = travelCost(network, drivingProfiles.fire, new Float64Array(0))
    const closed = new Float64Array(network.arcCount).fill(1)
    closed[network.arc('B>C')] = Number.POSITIVE_INFINITY
    const arcs = reach(network, cost, [at(network, network.arc('A>B'), 0)], 60_000, closed).map(({ arc }) => arc)
    expect(arcs).toContain(network.arc('B>D'))
    expect(arcs).not.toContain(network.arc('B>C'))
  })

  it('is, at every point and for every profile, what plain Dijkstra reaches, at the same time', () => {
    const letter = fc.constantFrom(...'ABCDEFGH')
    const road = fc.tuple(letter, fc.constantFrom('>', '-'), letter, fc.integer({ min: 1, max: 60 }))
    const drawing = fc
      .uniqueArray(road, { minLength: 5, maxLength: 20, selector: ([a, , b]) => [a, b].sort().join('') })
      .map((list) => list.filter(([from, , to]) => from !== to))
      .filter((list) => list.length > 1)
      .map((list) => list.map(([from, way, to, s]) => `${from}${way}${to} ${s}s`).join(', '))
    fc.assert(
      fc.property(drawing, fc.nat(), fc.nat(), fc.integer({ min: 0, max: 120_000 }), (text, seed, first, withinMs) => {
        const network = roads(text)
        const random = seededRandom(seed)
        const arcs = Array.from({ length: 3 }, () => random.integer(network.arcCount))
        network.turnBans = arcs.flatMap((arc) => {
          const node = network.head[arc]!
          const out = network.firstOut[node]! + random.integer(network.firstOut[node + 1]! - network.firstOut[node]!)
          return [{ arcs: [arc, out], emergencyExempt: false, hours: null }]
        })
        for (const profile of ['car', 'ambulance'] as const) {
          const cost = travelCost(network, drivingProfiles[profile], new Float64Array(0))
          const start = at(network, first % network.arcCount, random.next())
          if (cost.arcMs[start.arc]! >= 2 ** 30 - 1) continue
          const parts = reach(network, cost, [start], withinMs)
          for (let i = 0; i < 20; i++) {
            const goal = at(network, random.integer(network.arcCount), random.next())
            const least = dijkstra(network, cost, [start], [goal])
            const found = timeAt(network, cost, parts, goal)
            if (least !== undefined && least <= withinMs - 2) expect(found).toBe(least)
            // At the very rim a millisecond is rounded to one side or the other.
            else if (least === undefined || least > withinMs + 2) expect(found).toBeUndefined()
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('the map of what is reached', () => {
  const network = roads('A-B 10s, B-C 10s, C-D 10s, B-E 10s, E-F 10s', '', {
    ...{ A: [0, 0], B: [100, 0], C: [200, 0], D: [300, 0], E: [100, 500], F: [1000, 500] },
  })
  const cost = travelCost(network, drivingProfiles.car, new Float64Array(0))
  const parts = reach(network, cost, [at(network, network.arc('A>B'), 0), at(network, network.arc('B>A'), 1)], 25_000)
  const { features } = isochroneMap(network, parts, [25, 10])
  const lengthM = (line: readonly (readonly number[])[]) =>
    line.slice(1).reduce((sum, [lon, lat], i) => sum + distanceM(line[i]![0]!, line[i]![1]!, lon!, lat!), 0)
  const roadsOf = (withinS: number) =>
    features.find(({ properties }) => properties.withinS === withinS && properties.shows === 'roads')!.geometry
  const area = (withinS: number) =>
    features.find(({ properties }) => properties.withinS === withinS && properties.shows === 'area')!.geometry
      .coordinates as [number, number][][][]

  it('has an area and roads for each time, the shortest first', () => {
    expect(features.map(({ properties }) => `${properties.withinS} ${properties.shows}`)).toEqual([
      ...['10 area', '10 roads', '25 area', '25 roads'],
    ])
  })

  it('shows each piece of road once, in the first time in which it is reached', () => {
    const drawnM = (withinS: number) =>
      (roadsOf(withinS).coordinates as [number, number][][]).reduce((sum, line) => sum + lengthM(line), 0)
    expect(drawnM(10)).toBeCloseTo(100, 0)
    // B–C whole and half of C–D on one side; on the other, after a turn of 90°, the rest of the time on B–E and E–F.
    expect(drawnM(25)).toBeGreaterThan(100 + 50 + 500)
    expect(drawnM(25)).toBeLessThan(100 + 50 + 500 + 0.5 * 900)
  })

  it('has every reached road inside its area, and nothing far from one', () => {
    const inside = (rings: readonly [number, number][][], [lon, lat]: readonly number[]) =>
      rings.reduce((odd, ring) => {
        let crossed = odd
        for (let i = 1; i < ring.length; i++) {
          const [[x1, y1], [x2, y2]] = [ring[i - 1]!, ring[i]!]
          if (y1 > lat! !== y2 > lat! && lon! < x1 + ((lat! - y1) / (y2 - y1)) * (x2 - x1)) crossed = !crossed
        }
        return crossed
      }, false)
    const isIn = (withinS: number, point: readonly number[]) => area(withinS).some((rings) => inside(rings, point))
    for (const withinS of [10, 25]) {
      for (const line of roadsOf(withinS).coordinates as [number, number][][]) {
        for (const point of line) expect(isIn(25, point)).toBe(true)
      }
    }
    const [lon, lat] = [network.at('A').lon, network.at('A').lat]
    const plane = planeAround({ lon, lat })
    expect(isIn(25, [plane.lon(-150), lat])).toBe(false)
    expect(isIn(10, [plane.lon(300), lat])).toBe(false)
  })

  it('has outer rings anticlockwise and closed', () => {
    for (const [outer] of area(25)) {
      expect(outer!.at(-1)).toEqual(outer![0])
      const doubled = outer!.slice(1).reduce((sum, [x, y], i) => sum + outer![i]![0] * y - x * outer![i]![1], 0)
      expect(doubled).toBeGreaterThan(0)
    }
  })

  it('is empty where nothing was reached', () => {
    expect(isochroneMap(network, [], [60]).features.map(({ geometry }) => geometry.coordinates)).toEqual([[], []])
  })
})

it('spans are joined and taken from each other', () => {
  expect(
    joined([
      [5, 8],
      [0, 2],
      [2, 3],
      [6, 9],
    ]),
  ).toEqual([
    [0, 3],
    [5, 9],
  ])
  expect(
    without(
      [[0, 10]],
      [
        [2, 3],
        [9, 12],
      ],
    ),
  ).toEqual([
    [0, 2],
    [3, 9],
  ])
  expect(without([[0, 10]], [[0, 10]])).toEqual([])
})
