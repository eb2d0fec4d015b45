import { seededRandom } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wishedSpeedFactor } from '../../src/traffic/demand.ts'
import { driver } from '../../src/traffic/krauss.ts'
import type { Aspect } from '../../src/traffic/signal-heads.ts'
import { TrafficSimulator } from '../../src/traffic/traffic-simulator.ts'
import { drawNetwork } from '../drawn-network.ts'
import { fixedSignals, gridCity } from './grid-city.ts'

/** A street of 600 m, a stop line, and 400 m behind it; 40 km/h as in the SUMO calibration. */
const street = (lanes = 1) =>
  drawNetwork({ A: [0, 0], B: [600, 0], C: [1000, 0] }, [
    { from: 'A', to: 'B', lanes, speedMps: 11.111, stopLineOf: 'j-b' },
    { from: 'B', to: 'C', lanes, speedMps: 11.111 },
  ])

/** Seconds at which the cars of a standing queue of `cars` cross the stop line, counted from the start of green. */
function discharge(seed: number, cars: number): number[] {
  const { network, route } = street()
  let aspect: Aspect = 'stop'
  const sim = new TrafficSimulator({ network, signals: { mayGo: () => aspect }, seed })
  const random = seededRandom(seed)
  // In the calibration nobody drives faster than the limit, and drivers differ by 8 %.
  for (let i = 0; i < cars; i++)
    sim.send({ route: route('A B C'), speedFactor: Math.min(1, wishedSpeedFactor(random)) })
  while (sim.nowS < 400) sim.step()
  aspect = 'go'
  const times: number[] = []
  while (times.length < 50 && sim.nowS < 700) {
    sim.step()
    const { count } = sim.detectors.read(0, sim.nowS)
    for (let i = 0; i < count; i++) times.push(sim.nowS - 400)
  }
  return times
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

describe('a queue at a stop line', () => {
  it('discharges 1,656 vehicles per hour and lane within 5 %', () => {
    const headways = Array.from({ length: 20 }, (_, seed) => {
      const times = discharge(seed, 70)
      return (times[49]! - times[4]!) / 45
    })
    const flow = 3600 / mean(headways)
    expect(flow).toBeGreaterThan(1656 * 0.95)
    expect(flow).toBeLessThan(1656 * 1.05)
  })

  it('starts with longer headways, as observed', () => {
    const runs = Array.from({ length: 40 }, (_, seed) => discharge(seed, 40))
    const headway = (n: number) => mean(runs.map((times) => times[n]! - times[n - 1]!))
    expect(headway(1)).toBeGreaterThan(headway(4))
    expect(headway(1)).toBeLessThan(4)
  })
})

/** Runs the grid city with a car every other second, on average, and calls `after` each step. */
function runGrid(seed: number, durationS: number, after: (sim: TrafficSimulator) => void, stepS: 1 | 0.5 = 1) {
  const city = gridCity()
  let nowS = 0
  const sim = new TrafficSimulator({
    network: city.network,
    signals: fixedSignals(city, () => nowS),
    seed,
    stepS,
    patienceS: 300,
  })
  const random = seededRandom(seed)
  while (sim.nowS < durationS) {
    nowS = sim.nowS
    if (random.next() < 0.5 * stepS) sim.send({ route: city.wander(random), speedFactor: 0.9 + 0.2 * random.next() })
    sim.step()
    after(sim)
  }
  return sim
}

describe('traffic in a grid with signals', () => {
  it('never lets two vehicles overlap in a lane, drives backwards or passes red, and loses nobody', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(1 as const, 0.5 as const), (seed, stepS) => {
        const sim = runGrid(
          seed,
          400,
          ({ vehicles, counts }) => {
            for (let k = 0; k < vehicles.activeCount; k++) {
              const slot = vehicles.active[k]!
              expect(vehicles.speedMps[slot]).toBeGreaterThanOrEqual(0)
              const leader = vehicles.ahead[slot]!
              if (leader < 0) continue
              expect(vehicles.positionM[leader]! - vehicles.positionM[slot]!).toBeGreaterThanOrEqual(driver.lengthM)
            }
            expect(counts.sent).toBe(counts.outside + counts.onRoad + counts.arrived + counts.abandoned)
            expect(counts.passedRed).toBe(0)
          },
          stepS,
        )
        expect(sim.counts.arrived).toBeGreaterThan(50)
        expect(sim.counts.stoppedHard).toBeLessThan(sim.counts.arrived / 50)
      }),
      { numRuns: 15 },
    )
  })

  it('gives the same bytes for the same seed, and others for another', () => {
    const trace = (seed: number) => {
      const rows: number[] = []
      runGrid(seed, 300, ({ vehicles }) => {
        for (let k = 0; k < vehicles.activeCount; k++) {
          const slot = vehicles.active[k]!
          rows.push(vehicles.trip[slot]!, vehicles.arc[slot]!, vehicles.positionM[slot]!, vehicles.speedMps[slot]!)
        }
      })
      return Buffer.from(Float64Array.from(rows).buffer)
    }
    expect(trace(7).equals(trace(7))).toBe(true)
    expect(trace(7).equals(trace(8))).toBe(false)
  })

  it('lets a car that can never go give up after its patience, counted', () => {
    const { network, route } = street()
    const sim = new TrafficSimulator({ network, signals: { mayGo: () => 'stop' }, seed: 1, patienceS: 60 })
    sim.send({ route: route('A B C') })
    for (let i = 0; i < 200; i++) sim.step()
    expect(sim.counts).toMatchObject({ sent: 1, onRoad: 0, arrived: 0, abandoned: 1 })
  })
})

describe('a car', () => {
  it('reaches the speed limit on an empty street and needs about the free travel time', () => {
    const { network, route } = street()
    let endS = 0
    const sim = new TrafficSimulator({
      network,
      signals: { mayGo: () => 'go' },
      seed: 3,
      onEnd: (end) => {
        endS = end.endS
      },
    })
    sim.send({ route: route('A B C') })
    while (sim.counts.arrived === 0) sim.step()
    expect(endS).toBeGreaterThan(1000 / 11.2)
    expect(endS).toBeLessThan((1000 / 11.111) * 1.1)
  })

  it('waits outside while the entry is full, and the wait is counted', () => {
    const { network, route } = street()
    const ends: number[] = []
    const sim = new TrafficSimulator({
      network,
      signals: { mayGo: () => 'go' },
      seed: 3,
      onEnd: ({ departS, enteredS }) => ends.push(enteredS - departS),
    })
    for (let i = 0; i < 10; i++) sim.send({ route: route('A B C') })
    sim.step()
    expect(sim.counts.outside).toBe(9)
    while (sim.counts.arrived < 10) sim.step()
    expect(ends[0]).toBe(0)
    expect(ends[9]).toBeGreaterThan(15)
  })

  it('stops at the line before yellow when it can and goes on when it cannot', () => {
    const { network, route } = street()
    const crossedAfterYellowAt = (distanceM: number) => {
      let aspect: Aspect = 'go'
      const sim = new TrafficSimulator({ network, signals: { mayGo: () => aspect }, seed: 5 })
      const trip = sim.send({ route: route('A B C') })
      while ((sim.view(trip)?.positionM ?? 0) < 600 - distanceM) sim.step()
      aspect = 'yellow'
      for (let i = 0; i < 4; i++) sim.step()
      aspect = 'stop'
      for (let i = 0; i < 30; i++) sim.step()
      return { arc: sim.view(trip)?.arc, red: sim.counts.passedRed }
    }
    expect(crossedAfterYellowAt(60)).toEqual({ arc: 0, red: 0 })
    expect(crossedAfterYellowAt(10)).toEqual({ arc: 1, red: 0 })
  })
})
