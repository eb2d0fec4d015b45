import { seededRandom } from '@clearway/contracts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TrafficSimulator } from '../../src/traffic/traffic-simulator.ts'
import { drawNetwork } from '../drawn-network.ts'
import { fixedSignals, gridCity } from './grid-city.ts'

it('counts exactly what crossed each stop line', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const city = gridCity()
      let nowS = 0
      const sim = new TrafficSimulator({ network: city.network, signals: fixedSignals(city, () => nowS), seed })
      const random = seededRandom(seed)
      const { vehicles } = sim
      const crossed = new Int32Array(city.network.approaches.length)
      const counted = new Int32Array(city.network.approaches.length)
      const step = new Map<number, number>()
      for (let i = 0; i < 300; i++) {
        nowS = sim.nowS
        if (random.next() < 0.5) sim.send({ route: city.wander(random) })
        sim.step()
        // Nobody's trip ends at a stop line here, so whoever has left an approach has crossed its line.
        for (let k = 0; k < vehicles.activeCount; k++) {
          const slot = vehicles.active[k]!
          const trip = vehicles.trip[slot]!
          for (let s = step.get(trip) ?? 0; s < vehicles.routeStep[slot]!; s++) {
            const approach = city.network.approachOfArc[vehicles.route[slot]![s]!]!
            if (approach >= 0) crossed[approach]! += 1
          }
          step.set(trip, vehicles.routeStep[slot]!)
        }
        if (i % 30 === 29) {
          for (let a = 0; a < counted.length; a++) counted[a]! += sim.detectors.read(a, sim.nowS).count
        }
      }
      expect([...counted]).toEqual([...crossed])
      expect(crossed.reduce((a, b) => a + b, 0)).toBeGreaterThan(100)
    }),
    { numRuns: 8 },
  )
})

it('reports the queue, how long the loop was covered, and the speed at the line', () => {
  const { network, route } = drawNetwork({ A: [0, 0], M: [460, 0], B: [500, 0], C: [800, 0] }, [
    { from: 'A', to: 'M' },
    { from: 'M', to: 'B', stopLineOf: 'j-b' },
    { from: 'B', to: 'C' },
  ])
  let go = false
  const sim = new TrafficSimulator({ network, signals: { mayGo: () => (go ? 'go' : 'stop') }, seed: 1 })
  for (let i = 0; i < 10; i++) sim.send({ route: route('A M B C') })
  for (let i = 0; i < 120; i++) sim.step()
  sim.detectors.read(0, sim.nowS)
  for (let i = 0; i < 30; i++) sim.step()
  const red = sim.detectors.read(0, sim.nowS)
  expect(red).toMatchObject({ periodS: 30, count: 0, occupancy: 1 })
  expect(red.speedMps).toBeUndefined()
  // Ten cars of 5 m with 2.5 m between them, over the end of the 40 m arc before the line.
  expect(red.queueM).toBeGreaterThan(70)
  expect(red.queueM).toBeLessThan(80)
  go = true
  for (let i = 0; i < 60; i++) sim.step()
  const green = sim.detectors.read(0, sim.nowS)
  expect(green).toMatchObject({ periodS: 60, count: 10, queueM: 0 })
  expect(green.occupancy).toBeLessThan(0.5)
  expect(green.speedMps).toBeGreaterThan(3)
})
