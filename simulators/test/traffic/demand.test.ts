import { seededRandom } from '@clearway/contracts'
import { createRouteEngine } from '@clearway/routing'
import { describe, expect, it } from 'vitest'
import { Demand, trafficShare, wishedSpeedFactor } from '../../src/traffic/demand.ts'
import { TrafficSimulator } from '../../src/traffic/traffic-simulator.ts'
import { drawNetwork } from '../drawn-network.ts'

/** Two towns 1.2 km apart, each a street of 400 m with doors, joined by a main road. */
const towns = () =>
  drawNetwork({ A: [0, 0], B: [400, 0], C: [1600, 0], D: [2000, 0] }, [
    { from: 'A', to: 'B', both: true, roadClass: 'residential' },
    { from: 'B', to: 'C', both: true, roadClass: 'primary' },
    { from: 'C', to: 'D', both: true, roadClass: 'residential' },
  ]).network

const demand = (seed: number, pairs = 40) => {
  const network = towns()
  const engine = createRouteEngine(network)
  return {
    network,
    demand: new Demand({ network, engine, random: seededRandom(seed), centre: { lon: 8.7, lat: 49.4 }, pairs }),
  }
}

describe('demand', () => {
  it('finds the same routes for the same seed, however they were asked for', () => {
    const [once, often] = [demand(3).demand, demand(3).demand]
    once.grow(40)
    for (let i = 0; i < 20; i++) often.grow(2)
    expect(often.routes).toEqual(once.routes)
    expect(demand(4).demand.routes).not.toEqual(once.routes)
  })

  it('is bounded by its number of pairs', () => {
    const { demand: bounded } = demand(3, 7)
    bounded.grow(100)
    expect(bounded.routes.length).toBe(7)
  })

  it('keeps as many vehicles under way as wanted, sending only a few at once', () => {
    const { network, demand: supply } = demand(5)
    supply.grow(40)
    const traffic = new TrafficSimulator({ network, signals: { mayGo: () => 'go' }, seed: 1 })
    supply.supply(traffic, 30, 5)
    expect(traffic.counts.sent).toBe(5)
    for (let i = 0; i < 120; i++) {
      supply.supply(traffic, 30, 5)
      traffic.step()
    }
    expect(traffic.counts.onRoad + traffic.counts.outside).toBeGreaterThan(25)
    expect(traffic.counts.onRoad + traffic.counts.outside).toBeLessThanOrEqual(30)
  })

  it('names the fault of a network where nobody can start', () => {
    const { network } = drawNetwork({ A: [0, 0], B: [400, 0] }, [
      { from: 'A', to: 'B', both: true, roadClass: 'motorway' },
    ])
    const make = () =>
      new Demand({
        network,
        engine: createRouteEngine(network),
        random: seededRandom(1),
        centre: { lon: 8.7, lat: 49.4 },
        pairs: 1,
      })
    expect(make).toThrow(/no street where trips could start/)
  })
})

describe('the traffic of a day', () => {
  it('has its peaks in the morning and the late afternoon, goes on smoothly over midnight, and is less at weekends', () => {
    expect(trafficShare(8, false)).toBe(1)
    expect(trafficShare(17, false)).toBe(1)
    expect(trafficShare(3, false)).toBeLessThan(0.1)
    expect(Math.abs(trafficShare(23.999, false) - trafficShare(0, false))).toBeLessThan(0.01)
    expect(trafficShare(8, true)).toBeLessThan(trafficShare(8, false))
  })
})

it('drivers wish for speeds around the limit', () => {
  const random = seededRandom(1)
  const factors = Array.from({ length: 2000 }, () => wishedSpeedFactor(random))
  expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.8)
  expect(Math.max(...factors)).toBeLessThanOrEqual(1.2)
  expect(factors.reduce((a, b) => a + b, 0) / 2000).toBeCloseTo(1, 2)
})
