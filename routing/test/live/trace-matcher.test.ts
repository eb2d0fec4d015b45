import { InputError, seededRandom } from '@clearway/contracts'
import { beforeAll, describe, expect, it } from 'vitest'
import { type MatchedPoint, matchTrace, TraceMatcher } from '../../src/live/matching/trace-matcher.ts'
import type { ImportedCity } from '../../src/network/imported-city.ts'
import { type DrawnRoads, drawn, roads } from '../roads.ts'
import { drives, heidelbergCity } from './heidelberg-drives.ts'
import { type Drive, drive, gauss, score, type TraceOptions, trace } from './noisy-trace.ts'

describe('on the streets of Heidelberg', () => {
  let city: ImportedCity
  let truth: Drive[]
  beforeAll(async () => {
    city = await heidelbergCity()
    truth = drives(city, 25, seededRandom(7))
  }, 60_000)

  /** Newson and Krumm report about 1 % of the way wrong for good receivers up to one position in ten seconds. */
  const atLeast: [sigmaM: number, everyS: number, right: number, wrong: number, more?: Partial<TraceOptions>][] = [
    [5, 1, 0.995, 0.006],
    [5, 5, 0.995, 0.006],
    [10, 1, 0.99, 0.012],
    [10, 5, 0.99, 0.012],
    [20, 1, 0.98, 0.04],
    [20, 5, 0.98, 0.025],
    [5, 1, 0.994, 0.006, { wander: 0.9 }],
    [10, 1, 0.99, 0.012, { wrongCourse: 0.2 }],
    [10, 5, 0.985, 0.015, { bare: true }],
  ]
  it.each(atLeast)(
    'with errors of %d m every %d s at least %d of the way is right and at most %d wrong %o',
    (sigmaM, everyS, right, wrong, more) => {
      const { network } = city
      const random = seededRandom(11)
      const sums = { trueM: 0, rightM: 0, wrongM: 0 }
      for (const one of truth) {
        const pieces = matchTrace(network, trace(network, one, random, { sigmaM, everyS, ...more }))
        const { trueM, rightM, wrongM } = score(
          network,
          one,
          pieces.flatMap(({ driven }) => driven),
        )
        sums.trueM += trueM
        sums.rightM += rightM
        sums.wrongM += wrongM
      }
      console.log(
        `matching: ${sigmaM} m every ${everyS} s ${JSON.stringify(more ?? {})}: ${(sums.rightM / sums.trueM).toFixed(4)} right, ${(sums.wrongM / sums.trueM).toFixed(4)} wrong`,
      )
      expect(sums.rightM / sums.trueM).toBeGreaterThan(right)
      expect(sums.wrongM / sums.trueM).toBeLessThan(wrong)
    },
  )

  it('decides while driving, within its lag, nearly as well as afterwards, and tells the time on each arc', () => {
    const { network } = city
    const random = seededRandom(12)
    const sums = { trueM: 0, rightM: 0, offMs: 0, wholeMs: 0 }
    let latestMs = 0
    for (const one of truth) {
      const matcher = new TraceMatcher(network, { lagS: 10 })
      const driven = trace(network, one, random, { sigmaM: 5, everyS: 1 }).flatMap((fix) => {
        const matched = matcher.add(fix)
        for (const { atMs, untilMs } of matched.points)
          if (untilMs === atMs) latestMs = Math.max(latestMs, fix.atMs - atMs)
        return matched.driven
      })
      driven.push(...matcher.end().driven)
      const { trueM, rightM } = score(network, one, driven)
      sums.trueM += trueM
      sums.rightM += rightM
      for (const [i, arc] of one.arcs.entries()) {
        const [hit, another] = driven.filter((part) => part.arc === arc)
        // Short arcs are passed within the error of a position.
        if (i === 0 || i === one.arcs.length - 1 || network.lengthM[arc]! < 60 || !hit || another) continue
        const trueMs = one.leftMs[i]! - one.leftMs[i - 1]!
        sums.offMs += Math.abs(hit.exitMs - hit.entryMs - trueMs)
        sums.wholeMs += trueMs
      }
    }
    expect(sums.rightM / sums.trueM).toBeGreaterThan(0.99)
    expect(sums.offMs / sums.wholeMs).toBeLessThan(0.12)
    // The last position waits for another that counts, or for the lag after it.
    expect(latestMs).toBeLessThan(20_000)
  })
})

const random = () => seededRandom(3)
/** The nodes of the way that was matched, both ends included. */
const wayOf = (network: DrawnRoads, pieces: ReturnType<typeof matchTrace>) =>
  pieces.map(({ driven }) =>
    drawn(
      network,
      driven.map(({ arc }) => arc),
    ),
  )
const along = (network: DrawnRoads, way: string, from = 0, to?: number): Drive => {
  const nodes = way.split('>')
  const arcs = nodes.slice(1).map((node, i) => network.arc(`${nodes[i]}>${node}`))
  return drive(network, { arcs, fromM: from, ...(to !== undefined && { toM: to }) }, random())
}

describe('a trace', () => {
  it('between two parallel streets stays on the one that it came by', () => {
    const network = roads('X-A 20s, A-B 40s, B-C 40s, A-D 3s, D-E 40s, E-F 40s, C-F 3s, B-E 3s', '', {
      ...{ X: [-200, 0], A: [0, 0], B: [500, 0], C: [1000, 0], D: [0, 25], E: [500, 25], F: [1000, 25] },
    })
    const right = Array.from({ length: 20 }, (_, seed) => {
      const fixes = trace(network, along(network, 'X>A>B>C', 20, 450), seededRandom(seed), { sigmaM: 10, everyS: 1 })
      return wayOf(network, matchTrace(network, fixes)).join()
    }).filter((way) => !/[DEF]/.test(way)).length
    expect(right).toBeGreaterThanOrEqual(19)
  })

  it('goes round a roundabout the way it is driven', () => {
    const network = roads('A-K 20s, K>L 3s, L>M 3s, M>N 3s, N>K 3s, L-B 20s, M-C 20s, N-D 20s', '', {
      ...{ K: [-15, 0], L: [0, -15], M: [15, 0], N: [0, 15], A: [-250, 0], B: [0, -250], C: [250, 0], D: [0, 250] },
    })
    const fixes = trace(network, along(network, 'A>K>L>M>N>D', 20, 220), random(), { sigmaM: 4, everyS: 1 })
    expect(wayOf(network, matchTrace(network, fixes))).toEqual(['A>K>L>M>N>D'])
  })

  it('that turns round is on the other direction afterwards', () => {
    const network = roads('A-B 30s, B-C 30s', '', { A: [0, 0], B: [400, 0], C: [800, 0] })
    const fixes = trace(network, along(network, 'A>B>A', 20, 380), random(), { sigmaM: 5, everyS: 1 })
    expect(wayOf(network, matchTrace(network, fixes))).toEqual(['A>B>A'])
  })

  it('goes through a tunnel without positions by the way between its ends, at an even pace', () => {
    const network = roads('A-B 20s, B-C 60s, C-D 20s, B-E 60s', '', {
      A: [0, 0],
      B: [300, 0],
      C: [1200, 0],
      D: [1500, 0],
      E: [300, 900],
    })
    const truth = along(network, 'A>B>C>D', 20, 280)
    const hidden = truth.states.filter(
      ({ arc, offsetM }) => arc === network.arc('B>C') && offsetM > 50 && offsetM < 850,
    )
    const fixes = trace(network, truth, random(), { sigmaM: 5, everyS: 1 }).filter(
      ({ atMs }) => atMs < hidden[0]!.atMs || atMs > hidden.at(-1)!.atMs,
    )
    const pieces = matchTrace(network, fixes)
    expect(wayOf(network, pieces)).toEqual(['A>B>C>D'])
    const tunnel = pieces[0]!.driven.find(({ arc }) => arc === network.arc('B>C'))!
    expect(Math.abs(tunnel.exitMs - truth.leftMs[1]!)).toBeLessThan(2000)
  })

  it('that is silent for minutes is two traces', () => {
    const network = roads('A-B 300s', '', { A: [0, 0], B: [3000, 0] })
    const fixes = trace(network, along(network, 'A>B', 20), random(), { sigmaM: 5, everyS: 1 }).filter(
      ({ atMs }) => atMs < 60_000 || atMs > 200_000,
    )
    const pieces = matchTrace(network, fixes)
    expect(pieces.map(({ broken }) => broken)).toEqual(['gap', undefined])
    expect(pieces[1]!.driven[0]!.fromM).toBeGreaterThan(1500)
  })

  it('off the map matches nothing, and one that leaves it breaks off there', () => {
    const network = roads('A-B 60s', '', { A: [0, 0], B: [600, 0] })
    const fixes = trace(network, along(network, 'A>B', 20), random(), { sigmaM: 5, everyS: 1 })
    const north = (metres: number) => (fix: (typeof fixes)[number]) => ({ ...fix, lat: fix.lat + metres / 111_195 })
    expect(matchTrace(network, fixes.map(north(400)))).toEqual([])
    const half = Math.round(fixes.length / 2)
    const pieces = matchTrace(network, [...fixes.slice(0, half), ...fixes.slice(half).map(north(400))])
    expect(pieces.map(({ broken }) => broken)).toEqual(['off-road'])
    expect(pieces[0]!.driven.at(-1)!.toM).toBeLessThan(400)
  })

  it('forgives single positions that are far off', () => {
    const network = roads('A-B 60s, C-D 60s', '', { A: [0, 0], B: [600, 0], C: [0, 250], D: [600, 250] })
    const fixes = trace(network, along(network, 'A>B', 20), random(), { sigmaM: 5, everyS: 1 })
    const wild = fixes.map((fix, i) => (i % 10 === 5 ? { ...fix, lat: fix.lat + 250 / 111_195 } : fix))
    expect(wayOf(network, matchTrace(network, wild))).toEqual(['A>B'])
  })

  it('of a vehicle that stands gives that time to the place where it stands', () => {
    const network = roads('A-B 30s, B-C 30s', '', { A: [0, 0], B: [300, 0], C: [600, 0] })
    const truth = along(network, 'A>B>C', 20, 280)
    const at = truth.states.findIndex(({ arc, offsetM }) => arc === network.arc('A>B') && offsetM > 285)
    const standing = Array.from({ length: 600 }, (_, i) => ({
      ...truth.states[at]!,
      atMs: truth.states[at]!.atMs + 100 * i,
      speedMps: 0,
    }))
    const states = [
      ...truth.states.slice(0, at),
      ...standing,
      ...truth.states.slice(at).map((state) => ({ ...state, atMs: state.atMs + 60_000 })),
    ]
    const [piece] = matchTrace(network, trace(network, { ...truth, states }, random(), { sigmaM: 5, everyS: 1 }))
    const [first, second] = piece!.driven
    expect([first!.arc, second!.arc]).toEqual([network.arc('A>B'), network.arc('B>C')])
    expect(first!.standingMs).toBeGreaterThan(50_000)
    expect(second!.standingMs).toBeLessThan(5_000)
    expect(second!.exitMs - second!.entryMs).toBeLessThan(45_000)
  })

  it('against a one-way street is believed of an emergency vehicle only', () => {
    const network = roads('A-B 20s, C>B 40s, C-D 20s, B-E 60s, E-C 60s', '', {
      ...{ A: [0, 0], B: [200, 0], C: [600, 0], D: [800, 0], E: [400, 500] },
    })
    const truth = along(network, 'A>B>C>D', 20, 180)
    const fixes = trace(network, truth, random(), { sigmaM: 5, everyS: 1 })
    const way = (emergency: boolean) => wayOf(network, matchTrace(network, fixes, { emergency }))
    expect(way(true)).toEqual(['A>B>C>D'])
    expect(way(false).join()).not.toContain('B>C')
  })

  it('does not take a movement that a sign forbids, unless in an emergency', () => {
    const network = roads('A-B 20s, B-C 20s', 'A>B>C', { A: [0, 0], B: [200, 0], C: [400, 0] })
    const fixes = trace(network, along(network, 'A>B>C', 10, 190), random(), { sigmaM: 5, everyS: 1 })
    expect(wayOf(network, matchTrace(network, fixes, { emergency: true }))).toEqual(['A>B>C'])
    expect(wayOf(network, matchTrace(network, fixes))).not.toEqual(['A>B>C'])
  })
})

describe('the matcher while driving', () => {
  const network = roads('A-B 30s, B-C 30s', '', { A: [0, 0], B: [400, 0], C: [800, 0] })
  const fixes = trace(network, along(network, 'A>B>C', 20), random(), { sigmaM: 5, everyS: 1 })

  it('has a likeliest place from the first position on, and is surer once the vehicle moves', () => {
    const matcher = new TraceMatcher(network)
    expect(matcher.latest()).toBeUndefined()
    matcher.add({ ...fixes[0]!, speedMps: 0 })
    const first = matcher.latest()!
    // Standing, it may be in either direction.
    expect(first.confidence).toBeCloseTo(0.5, 1)
    for (const fix of fixes.slice(1, 15)) matcher.add(fix)
    expect(matcher.latest()).toMatchObject({ arc: network.arc('A>B'), confidence: expect.closeTo(1, 1) })
  })

  it('is not put off by messages that come twice or late', () => {
    const orderly = new TraceMatcher(network)
    const messy = new TraceMatcher(network)
    const points: MatchedPoint[][] = [[], []]
    for (const [i, fix] of fixes.entries()) {
      points[0]!.push(...orderly.add(fix).points)
      points[1]!.push(
        ...messy.add(fix).points,
        ...messy.add(fix).points,
        ...messy.add(fixes[Math.max(0, i - 3)]!).points,
      )
    }
    expect(points[1]).toEqual(points[0])
    expect(points[0]!.length).toBeGreaterThan(10)
  })

  it.each([
    ['lon', { lon: Number.NaN }],
    ['lat', { lat: 91 }],
    ['accuracyM', { accuracyM: -1 }],
    ['speedMps', { speedMps: Number.POSITIVE_INFINITY }],
    ['headingDeg', { headingDeg: 400 }],
    ['atMs', { atMs: Number.NaN }],
  ])('refuses a position with an absurd %s and names the field', (field, change) => {
    const matcher = new TraceMatcher(network)
    const refused = () => matcher.add({ ...fixes[0]!, ...change })
    expect(refused).toThrow(InputError)
    expect(refused).toThrow(field)
  })

  it('holds no more the longer it runs', () => {
    const matcher = new TraceMatcher(network)
    const noise = seededRandom(5)
    let decided = 0
    for (let i = 0; i < 20_000; i++) {
      const lon = 8.7 + (200 + 8 * gauss(noise)) / 72_300
      decided += matcher.add({ atMs: i * 1000, lon, lat: 49.4, accuracyM: 5, speedMps: 6, headingDeg: i % 360 }).points
        .length
    }
    expect(decided).toBeGreaterThan(5_000)
    expect(matcher.undecided).toBeLessThanOrEqual(64)
  })
})
