import { expect, it } from 'vitest'
import { createRouteEngine } from '../../src/search/route-engine.ts'
import { runLive } from './live-run.ts'
import { grid } from './synthetic-traffic.ts'

it('a day of live updates every five seconds takes no more memory at its end than at its beginning', async () => {
  const network = grid(8)
  const engine = createRouteEngine(network)
  // Profiles in use are weighed anew at each epoch.
  for (const profile of ['car', 'ambulance'] as const)
    engine.route({ from: network.at('N0'), to: network.at('N62'), profile })
  const heapMB: number[] = []
  const { epochs } = await runLive({
    network,
    engine,
    hours: 24,
    seed: 4,
    hourly: (_, memory) => heapMB.push(memory.heapMB),
  })
  expect(epochs).toBeGreaterThan(5_000)
  const [early, late] = [Math.max(...heapMB.slice(2, 8)), Math.max(...heapMB.slice(-6))]
  expect(late - early).toBeLessThan(1)
  expect(engine.route({ from: network.at('N0'), to: network.at('N62'), profile: 'car' })[0]!.epoch).toBe(epochs)
}, 120_000)
