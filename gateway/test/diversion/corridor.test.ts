import { arcFlag } from '@clearway/routing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DrawnRoads, roads } from '../../../routing/test/roads.ts'
import { type Course, corridorAhead, NOTICE_S, stretchesOf } from '../../src/diversion/corridor.ts'

const name = (i: number) => `n${String(i).padStart(2, '0')}`

/** A straight street of roads so long, metres, each driven at 10 m/s. */
function street(lengths: readonly number[]): DrawnRoads {
  let east = 0
  const places: Record<string, [number, number]> = { [name(0)]: [0, 0] }
  const drawn = lengths.map((lengthM, i) => {
    east += lengthM
    places[name(i + 1)] = [east, 0]
    return `${name(i)}-${name(i + 1)} ${lengthM / 10}s`
  })
  return roads(drawn.join(', '), '', places)
}

const arcsOf = (network: DrawnRoads, count: number) =>
  Int32Array.from({ length: count }, (_, i) => network.arc(`${name(i)}>${name(i + 1)}`))
const whole = (network: DrawnRoads, count: number) => ({
  ...{ arcs: arcsOf(network, count), fromM: 0 },
  toM: network.lengthM[network.arc(`${name(count - 1)}>${name(count)}`)]!,
})

/** The drawing is a little longer than it says. */
const tens = (metres: number) => Math.round(metres / 10) * 10

const nowMs = 1_000_000
/** Drives at 10 m/s; late, it is slower by half. */
const drives = (progressM: number): Course => ({
  progressM,
  arrivalAt: (offsetM) => ({
    earliestMs: nowMs + (offsetM - progressM) * 100,
    latestMs: nowMs + (offsetM - progressM) * 150,
  }),
})
const never = () => false
const always = () => true

describe('stretches of a route', () => {
  it('end at stop lines or after 400 m, and leave out both ends of the way', () => {
    const network = street([150, 150, 150, 250, 250, 150, 150, 150])
    network.approachOfArc[network.arc(`${name(2)}>${name(3)}`)] = 0
    const stretches = stretchesOf(network, whole(network, 8)).map(({ arcs, fromM, toM }) => ({
      ...{ roads: arcs.length, fromM: tens(fromM), toM: tens(toM) },
    }))
    // The first that begins beyond 200 m ends at its stop line; the last begins within 200 m of the end.
    expect(stretches).toEqual([
      { roads: 1, fromM: 300, toM: 450 },
      { roads: 2, fromM: 450, toM: 950 },
      { roads: 1, fromM: 950, toM: 1100 },
    ])
  })

  it('leave out what no ordinary traffic drives along: against one-way streets, bus roads, the insides of junctions', () => {
    for (const flag of [arcFlag.contraflow, arcFlag.emergencyOnly, arcFlag.inside]) {
      const network = street([300, 100, 100, 100, 300])
      const [, , middle] = arcsOf(network, 5)
      network.flags[middle!]! |= flag
      const stretches = stretchesOf(network, whole(network, 5))
      expect(stretches.flatMap(({ arcs }) => arcs)).toEqual(
        [...arcsOf(network, 5)].filter((arc) => arc !== middle).slice(1, 3),
      )
    }
  })

  it('are none for a way that is all ends', () => {
    const network = street([200, 150])
    expect(stretchesOf(network, whole(network, 2))).toEqual([])
  })
})

describe('the corridor ahead', () => {
  const lengths = fc.array(fc.integer({ min: 20, max: 900 }), { minLength: 1, maxLength: 30 })

  it('has windows in order, nothing behind the vehicle, nothing beyond the horizon, nothing that is news too late', () => {
    fc.assert(
      fc.property(
        lengths,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 60, max: 600 }),
        (all, share, horizonS) => {
          const network = street(all)
          const stretches = stretchesOf(network, whole(network, all.length))
          const lengthM = all.reduce((sum, one) => sum + one, 0)
          const course = drives(share * lengthM)
          const ahead = corridorAhead(stretches, course, never, horizonS, nowMs)
          for (const [i, { stretch, fromMs, untilMs }] of ahead.entries()) {
            expect(untilMs).toBeGreaterThan(fromMs)
            expect(stretch.fromM).toBeGreaterThan(course.progressM)
            const { earliestMs } = course.arrivalAt(stretch.fromM)
            expect(earliestMs).toBeGreaterThanOrEqual(nowMs + NOTICE_S * 1000)
            expect(earliestMs).toBeLessThanOrEqual(nowMs + horizonS * 1000)
            expect(fromMs).toBeLessThan(earliestMs)
            if (i === 0) continue
            expect(fromMs).toBeGreaterThan(ahead[i - 1]!.fromMs)
            expect(untilMs).toBeGreaterThan(ahead[i - 1]!.untilMs)
            expect(stretch.fromM).toBeGreaterThanOrEqual(ahead[i - 1]!.stretch.toM - 1e-6)
          }
          expect(corridorAhead(stretches, course, never, horizonS, nowMs)).toEqual(ahead)
        },
      ),
    )
  })

  it('keeps what was told of until the vehicle is through, and its length beyond', () => {
    const network = street([300, 500, 500, 300])
    const stretches = stretchesOf(network, whole(network, 4))
    const roadsAt = (progressM: number, isTold: () => boolean) =>
      corridorAhead(stretches, drives(progressM), isTold, 180, nowMs).map(({ stretch }) => tens(stretch.fromM))
    expect(roadsAt(100, never)).toEqual([800])
    expect(roadsAt(100, always)).toEqual([300, 800])
    expect(roadsAt(805, always)).toEqual([300, 800])
    expect(roadsAt(810, always)).toEqual([800])
    expect(roadsAt(1320, always)).toEqual([])
  })
})
