import { seededRandom } from '@clearway/contracts'
import { SimulatedController } from '@clearway/edge'
import { createRouteEngine, heidelberg, importCity } from '@clearway/routing'
import { CityTraffic } from '../src/traffic/city-traffic.ts'
import { DisplayedSignals } from '../src/traffic/displayed-signals.ts'

const map = new URL('../cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname
/** Monday, eight in the morning in Heidelberg: the busiest hour. */
const START_MS = Date.parse('2026-11-23T07:00:00.000Z')
const MINUTES = 10

/** Ten minutes of Heidelberg's busiest hour as fast as they go: all signal controllers, all cars, no network. */
export async function bench() {
  const { city, network } = await importCity(map, heidelberg)
  const controllers = new Map(city.junctions.map((table) => [table.id, new SimulatedController(table)]))
  const displayed = new DisplayedSignals(network, city.junctions, controllers)
  const engine = createRouteEngine(network, { junctions: city.junctions })
  const traffic = new CityTraffic(city, network, engine, displayed, seededRandom(7))
  await traffic.begin(START_MS, new AbortController().signal)
  const secondsMs: number[] = []
  let vehicles = 0
  for (let s = 0; s < MINUTES * 60; s++) {
    const nowMs = START_MS + s * 1000
    for (const controller of controllers.values()) {
      controller.demand([])
      controller.step(nowMs)
    }
    displayed.look()
    const { onRoad } = traffic.simulator.counts
    vehicles += onRoad
    const before = performance.now()
    traffic.simulator.step()
    secondsMs.push(performance.now() - before)
    traffic.supply(nowMs)
  }
  secondsMs.sort((a, b) => a - b)
  const meanMs = secondsMs.reduce((sum, ms) => sum + ms, 0) / secondsMs.length
  return [
    { name: 'traffic of Heidelberg, mean vehicles', value: vehicles / secondsMs.length, unit: 'vehicles' },
    { name: 'traffic of Heidelberg, one second', value: meanMs, unit: 'ms' },
    {
      name: 'traffic of Heidelberg, one second, p99',
      value: secondsMs[Math.floor(secondsMs.length * 0.99)]!,
      unit: 'ms',
    },
  ]
}
