/**
 * A week of live weights, a set every five seconds of city time, as fast as the machine can: readings of vehicles, a
 * closure every hour, routes in between, the second thread included. Memory must not grow.
 *
 *   node bin/bootstrap.mjs routing/bench/week-of-updates.ts --map CITY.osm.pbf [--updates 120960]
 *
 * Prints the memory a hundred times; exit code 1 when the last tenth holds more than the second.
 */
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Random, seededRandom } from '@clearway/contracts'
import { LiveSpeeds } from '../src/live/live-speeds.ts'
import { closure, type RoadConditions } from '../src/live/road-conditions.ts'
import { importCity } from '../src/network/import-city.ts'
import type { RoadNetwork } from '../src/network/road-network.ts'
import { createRouteEngine, type RouteEngine } from '../src/search/route-engine.ts'

const PERIOD_MS = 5000
const START_MS = Date.parse('2026-11-23T00:00:00Z')
/** Vehicles that report an arc in five seconds. */
const DRIVES = 100
const CLOSURE_EVERY = 720
const CLOSED_ARCS = 20
const ROUTE_EVERY = 12
const MOST_GROWTH = 0.02

const { values } = parseArgs({ options: { map: { type: 'string' }, updates: { type: 'string', default: '120960' } } })
const updates = Number(values.updates)
if (values.map === undefined || !(updates >= 100)) {
  console.error('usage: week-of-updates.ts --map CITY.osm.pbf [--updates at least 100]')
  process.exit(2)
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

interface Sample {
  /** Of this thread after a collection, and of the whole process with its second thread. */
  heapMB: number
  processMB: number
}

function sample(): Sample {
  collect()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { heapMB: (heapUsed + arrayBuffers) / 1e6, processMB: rss / 1e6 }
}

/** What a hundred vehicles tell: each passed one arc at a third of its speed or more. */
function drive(live: LiveSpeeds, { arcCount, lengthM, speedMps }: RoadNetwork, random: Random, nowMs: number): void {
  for (let i = 0; i < DRIVES; i++) {
    const arc = random.integer(arcCount)
    const ms = (lengthM[arc]! / speedMps[arc]!) * 1000 * (1 + 2 * random.next())
    const entryMs = Math.round(nowMs - ms)
    const whole = { arc, fromM: 0, toM: lengthM[arc]!, standingMs: 0, confidence: 1, speedFactor: 1 }
    live.drive({ ...whole, entryMs, exitMs: nowMs })
  }
}

function close(live: LiveSpeeds, { arcCount }: RoadNetwork, random: Random, nowMs: number): void {
  const arcs = Array.from({ length: CLOSED_ARCS }, () => random.integer(arcCount))
  const effect = { closed: closure.everyone, speedFactor: 1, delayS: 0 }
  live.disruptions.put({
    id: 'works',
    arcs,
    fromMs: nowMs,
    untilMs: nowMs + (CLOSURE_EVERY / 2) * PERIOD_MS,
    ...effect,
  })
}

/** Both profiles stay in use. There may be no way, since roads are closed. */
function route(engine: RouteEngine, { nodeCount, nodeLon, nodeLat }: RoadNetwork, random: Random): void {
  const [from, to] = [random.integer(nodeCount), random.integer(nodeCount)]
  const place = (node: number) => ({ lon: nodeLon[node]!, lat: nodeLat[node]! })
  for (const profile of ['car', 'ambulance'] as const) {
    try {
      engine.route({ from: place(from), to: place(to), profile })
    } catch (error) {
      if ((error as { code?: string }).code !== 'unreachable') throw error
    }
  }
}

const { network } = await importCity(values.map)
const engine = createRouteEngine(network, { search: 'hierarchy-with-worker' })
const live = new LiveSpeeds(network)
const random = seededRandom(3)
const samples: Sample[] = []
const started = performance.now()
let before: RoadConditions | undefined
console.log(`${network.nodeCount} nodes, ${network.arcCount} arcs, ${updates} updates`)
for (let update = 1; update <= updates; update++) {
  const nowMs = START_MS + update * PERIOD_MS
  drive(live, network, random, nowMs)
  if (update % CLOSURE_EVERY === 1) close(live, network, random, nowMs)
  before = live.conditions(nowMs, before)
  const epoch = await engine.update(before)
  if (epoch !== update) throw new Error(`update ${update} came into force as epoch ${epoch}`)
  if (update % ROUTE_EVERY === 1) route(engine, network, random)
  if (update % Math.floor(updates / 100) !== 0) continue
  const { heapMB, processMB } = sample()
  samples.push({ heapMB, processMB })
  const each = (performance.now() - started) / update
  console.log(
    `${update} updates, ${each.toFixed(1)} ms each: heap ${heapMB.toFixed(1)} MB, process ${processMB.toFixed(0)} MB`,
  )
}
await engine.close()

const tenth = Math.floor(samples.length / 10)
const mean = (part: Sample[], measure: keyof Sample) => part.reduce((sum, each) => sum + each[measure], 0) / part.length
let grows = false
for (const measure of ['heapMB', 'processMB'] as const) {
  const [early, late] = [mean(samples.slice(tenth, 2 * tenth), measure), mean(samples.slice(-tenth), measure)]
  grows ||= late > early * (1 + MOST_GROWTH)
  console.log(`${measure}: second tenth ${early.toFixed(1)}, last tenth ${late.toFixed(1)}`)
}
console.log(grows ? 'memory GROWS' : 'memory does not grow')
process.exitCode = grows ? 1 : 0
