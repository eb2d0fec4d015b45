import { heidelberg, importCity } from '../src/index.ts'
import { createRouteEngine } from '../src/search/route-engine.ts'
import { runLive } from '../test/live/live-run.ts'

/**
 * A week of live updates every five seconds, as fast as it goes: `npm run soak:live -- [hours] [map]`. Heidelberg where no
 * map is given.
 */
const [, , givenHours, givenMap] = process.argv
const hours = Number(givenHours ?? 7 * 24)
if (!(hours > 0)) throw new Error(`"${process.argv[2]}" is no number of hours; give one above 0`)
const map = new URL('../../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname
const { network, city } = givenMap === undefined ? await importCity(map, heidelberg) : await importCity(givenMap)
console.log(`${network.nodeCount} nodes, ${network.arcCount} arcs`)
const engine = createRouteEngine(network, { junctions: city.junctions, search: 'hierarchy-with-worker' })
const [from, to] = [city.places[0]!.position, city.places.at(-1)!.position]
for (const profile of ['car', 'ambulance', 'fire'] as const) engine.route({ from, to, profile })
const startMs = performance.now()
const { epochs } = await runLive({
  ...{ network, engine, hours, seed: 1 },
  hourly(hour, { heapMB, residentMB }, epoch) {
    if (hour % 6 !== 0) return
    console.log(
      `${hour} h: epoch ${epoch}, heap and arrays ${heapMB.toFixed(1)} MB, resident ${residentMB.toFixed(0)} MB`,
    )
  },
})
const seconds = (performance.now() - startMs) / 1000
console.log(`${hours * 720} batches, ${epochs} epochs, ${((1000 * seconds) / (hours * 720)).toFixed(2)} ms a batch`)
await engine.close()
