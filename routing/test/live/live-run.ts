import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Random, seededRandom } from '@clearway/contracts'
import { conditionsDiffer, LiveSpeeds } from '../../src/live/live-speeds.ts'
import { closure, type RoadConditions } from '../../src/live/road-conditions.ts'
import { UsualSpeeds } from '../../src/live/usual-speeds.ts'
import type { RoadNetwork } from '../../src/network/road-network.ts'

const BATCH_S = 5
const LEARN_BATCHES = 60
/** Of all arcs every so many-th has a detector, which reports once a minute. */
const DETECTOR_EVERY = 20
const MINUTE_BATCHES = 12

export interface LiveRun {
  network: RoadNetwork
  engine: { update(conditions: RoadConditions): Promise<number> }
  hours: number
  seed: number
  /** After each hour of the run. */
  hourly?(hour: number, memory: { heapMB: number; residentMB: number }, epoch: number): void
}

/** Live updates every five seconds of virtual time: detectors, driven arcs, closures and incidents that come and go. */
export async function runLive({ network, engine, hours, seed, hourly }: LiveRun): Promise<{ epochs: number }> {
  const usual = new UsualSpeeds(network, 'Europe/Berlin')
  const live = new LiveSpeeds(network, usual)
  const random = seededRandom(seed)
  const startMs = Date.UTC(2026, 10, 23)
  let inForce: RoadConditions | undefined
  let epoch = 0
  for (let batch = 0; batch < (hours * 3600) / BATCH_S; batch++) {
    const atMs = startMs + batch * BATCH_S * 1000
    read(network, live, random, batch, atMs)
    if (random.next() < 0.01) disrupt(network, live, random, atMs)
    const next = live.conditions(atMs, inForce)
    if (batch % LEARN_BATCHES === 0) {
      for (const [arc, share] of next.confidence.entries())
        if (share >= 0.5) usual.learn(arc, next.speedMps[arc]!, atMs)
    }
    if (!inForce || conditionsDiffer(inForce, next)) {
      epoch = await engine.update(next)
      inForce = next
    }
    if (hourly && (batch + 1) % (3600 / BATCH_S) === 0) hourly(((batch + 1) * BATCH_S) / 3600, memory(), epoch)
  }
  return { epochs: epoch }
}

function read(network: RoadNetwork, live: LiveSpeeds, random: Random, batch: number, atMs: number): void {
  const hour = (atMs / 3_600_000) % 24
  const slow = 1 + 1.5 * Math.exp(-0.5 * ((hour - 8) / 1) ** 2) + 1.2 * Math.exp(-0.5 * ((hour - 17) / 1.5) ** 2)
  for (let at = batch % MINUTE_BATCHES; DETECTOR_EVERY * at < network.arcCount; at += MINUTE_BATCHES) {
    const arc = DETECTOR_EVERY * at
    const speedMps = (network.speedMps[arc]! / slow) * (0.7 + 0.6 * random.next())
    live.flow({
      arc,
      atMs,
      periodS: 60,
      count: random.integer(15),
      speedMps,
      occupancy: 0.2,
      queueM: 40 * random.next(),
    })
  }
  for (let i = 0; i < 5; i++) {
    const arc = random.integer(network.arcCount)
    const seconds = ((network.lengthM[arc]! * slow) / network.speedMps[arc]!) * (0.8 + 0.6 * random.next())
    const times = { entryMs: Math.round(atMs - seconds * 1000), exitMs: atMs, standingMs: 0 }
    const speedFactor = random.next() < 0.3 ? 1.2 : 1
    live.drive({ arc, fromM: 0, toM: network.lengthM[arc]!, ...times, confidence: 1, speedFactor })
  }
}

/** Ids come again: what has ended is replaced. */
function disrupt(network: RoadNetwork, live: LiveSpeeds, random: Random, atMs: number): void {
  const first = random.integer(network.arcCount - 10)
  live.disruptions.put({
    id: `d-${random.integer(30)}`,
    arcs: Array.from({ length: 10 }, (_, i) => first + i),
    ...{ fromMs: atMs, untilMs: atMs + 7_200_000 * random.next() },
    closed: random.next() < 0.5 ? closure.everyone : closure.open,
    ...{ speedFactor: 0.2 + 0.8 * random.next(), delayS: 0 },
  })
}

/** What is left after a full collection. */
function memory(): { heapMB: number; residentMB: number } {
  v8.setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { heapMB: (heapUsed + arrayBuffers) / 2 ** 20, residentMB: rss / 2 ** 20 }
}
