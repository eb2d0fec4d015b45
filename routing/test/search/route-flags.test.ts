import { describe, expect, it } from 'vitest'
import { arcFlag } from '../../src/network/road-network.ts'
import type { DrivingProfile } from '../../src/search/driving-profile.ts'
import { routeAlong } from '../../src/search/route-answer.ts'
import { expectedWaitS } from '../../src/search/signal-wait.ts'
import { type DrawnRoads, roads } from '../roads.ts'

/** A row of places 100 m apart. */
const row = Object.fromEntries([...'ABCDEF'].map((name, i) => [name, [100 * i, 0] as [number, number]]))

function drive(network: DrawnRoads, line: string, profile: DrivingProfile['name'], span = {}) {
  const nodes = line.split('>')
  const arcs = Int32Array.from(nodes.slice(1), (node, i) => network.arc(`${nodes[i]}>${node}`))
  return routeAlong(network, arcs, { profile, ...span })
}

describe('contraflow', () => {
  const network = roads('A-B 10s, C>B 10s, D>C 10s, D-E 10s, F>E 10s', '', row)

  it('is listed as stretches from where to where', () => {
    const { contraflow } = drive(network, 'A>B>C>D>E>F', 'ambulance', { toOffsetM: 40 })
    expect(contraflow).toEqual([
      { fromM: expect.closeTo(100, 0), toM: expect.closeTo(300, 0), street: '' },
      { fromM: expect.closeTo(400, 0), toM: expect.closeTo(440, 0), street: '' },
    ])
  })

  it('is told street by street', () => {
    const named = { ...network, streetNames: ['', 'Long Street'], street: network.street.slice() }
    named.street[network.arc('C>D')] = 1
    const { contraflow } = drive(named, 'A>B>C>D>E', 'ambulance')
    expect(contraflow.map(({ street }) => street)).toEqual(['', 'Long Street'])
  })

  it('is not where the street is driven as it should be', () => {
    expect(drive(network, 'D>C>B>A', 'ambulance').contraflow).toEqual([])
  })
})

describe('a forbidden turn', () => {
  const network = roads('A-B 10s, B-C 10s, C-D 10s', 'A>B>C', row)

  it('that an ambulance makes is listed with its place and streets', () => {
    const named = { ...network, streetNames: ['', 'One', 'Two'], street: network.street.slice() }
    named.street[network.arc('A>B')] = 1
    named.street[network.arc('B>C')] = 2
    const { forbiddenTurns } = drive(named, 'A>B>C>D', 'ambulance', { fromOffsetM: 30 })
    expect(forbiddenTurns).toEqual([
      { offsetM: expect.closeTo(70, 0), position: network.at('B'), fromStreet: 'One', toStreet: 'Two' },
    ])
  })

  it('is not listed on a way that does not make it', () => {
    expect(drive(network, 'B>C>D', 'ambulance').forbiddenTurns).toEqual([])
  })
})

it('a turn forbidden over several arcs is listed only when all of them are driven', () => {
  const network = roads('A-B 10s, B-C 10s, C-D 10s, C-E 10s', 'A>B>C>D', row)
  expect(drive(network, 'A>B>C>D', 'ambulance').forbiddenTurns).toHaveLength(1)
  expect(drive(network, 'B>C>D', 'ambulance').forbiddenTurns).toEqual([])
  expect(drive(network, 'A>B>C>E', 'ambulance').forbiddenTurns).toEqual([])
})

it('a turn whose sign lets emergency vehicles pass is not one they make against it', () => {
  const network = roads('A-B 10s, B-C 10s', 'A>B>C', row)
  network.turnBans = network.turnBans.map((ban) => ({ ...ban, emergencyExempt: true }))
  expect(drive(network, 'A>B>C', 'ambulance').forbiddenTurns).toEqual([])
})

it('stretches of unknown headroom and those closed to ordinary traffic are listed apart', () => {
  const network = roads('A-B 10s, B-C 10s, C-D 10s, D-E 10s', '', row)
  network.flags[network.arc('B>C')]! |= arcFlag.unknownClearance
  network.flags[network.arc('C>D')]! |= arcFlag.emergencyOnly
  const route = drive(network, 'A>B>C>D>E', 'ambulance')
  expect(route.unknownClearances).toEqual([{ fromM: expect.closeTo(100, 0), toM: expect.closeTo(200, 0), street: '' }])
  expect(route.emergencyOnly).toEqual([{ fromM: expect.closeTo(200, 0), toM: expect.closeTo(300, 0), street: '' }])
})

describe('arrivals at the junctions of a route', () => {
  // Signals at B and D; no table is known, so that everyone expects 45² / (2 · 90) seconds.
  const waitS = expectedWaitS(45, 90)
  const signalled = () => {
    const network = roads('A-B 10s, B-C 20s, C-D 30s, D-E 40s', '', row)
    const junctions = ['B', 'D'].map((node, i) => ({ before: 'AC'[i]!, node, after: 'CE'[i]! }))
    network.approaches = junctions.map(({ before, node }) => ({
      ...{ junction: `j-${node}`, approach: 'w', arc: network.arc(`${before}>${node}`) },
    }))
    network.exits = junctions.map(({ node, after }) => ({
      ...{ junction: `j-${node}`, exit: 'e', arc: network.arc(`${node}>${after}`) },
    }))
    network.approaches.forEach(({ arc }, i) => {
      network.approachOfArc[arc] = i
    })
    network.exits.forEach(({ arc }, i) => {
      network.exitOfArc[arc] = i
    })
    return network
  }

  it('have waits behind them in what is expected, and none in the earliest', () => {
    const { junctions, ...route } = drive(signalled(), 'A>B>C>D>E', 'car')
    const [first, second] = junctions
    expect(first).toMatchObject({ arrivalS: expect.closeTo(10, 1), arrivalEarliestS: expect.closeTo(10 / 1.15, 1) })
    expect(second!.arrivalS).toBeCloseTo(60 + waitS, 1)
    expect(second!.arrivalEarliestS).toBeCloseTo(60 / 1.15, 1)
    expect(second!.arrivalLatestS).toBeCloseTo((60 + waitS) * 1.3, 1)
    expect(route.durationEarliestS).toBeCloseTo(100 / 1.15, 1)
    expect(route.durationLatestS).toBeCloseTo((100 + 2 * waitS) * 1.3, 1)
  })

  it('are in order along the way, earliest before expected before latest', () => {
    for (const profile of ['car', 'ambulance', 'fire'] as const) {
      const { junctions } = drive(signalled(), 'A>B>C>D>E', profile)
      const times = junctions.map((one) => [one.arrivalEarliestS, one.arrivalS, one.arrivalLatestS])
      for (const [early, expected, late] of times) {
        expect(early).toBeLessThan(expected!)
        expect(expected).toBeLessThan(late!)
      }
      expect(times[0]!.every((s, i) => s < times[1]![i]!)).toBe(true)
    }
  })
})

it('a route says where and when each of its arcs ends', () => {
  const network = roads('A-B 10s, B-C 20s', '', row)
  const { arcEndM, arcEndMs, distanceM, costMs } = drive(network, 'A>B>C', 'car', { fromOffsetM: 50, toOffsetM: 75 })
  expect(arcEndM).toEqual([expect.closeTo(50, 0), distanceM])
  expect(arcEndMs).toEqual([expect.closeTo(5000, -2), costMs])
})
