/**
 * The long search for a scenario that breaks a safety property of the signal controllers, and the exhaustive exploration
 * of a small one.
 *
 *   npm run safety -- --scenarios 100000 --seed 1     all cores; exit code 1 when something was found
 *   npm run safety -- --replay SEED:PATH              exactly one scenario again, shrunk, told event by event
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Tally } from './rehearsal.ts'
import type { Part, PartDone } from './safety-worker.ts'
import { rehearsed } from './scenario.ts'
import { type Failure, search } from './search.ts'

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    replay: { type: 'string' },
  },
})

/** Scenarios a part: small enough that every thread is busy to the end. */
const partSize = 500

function tell({ found, shrunk, scenario, why }: Failure): void {
  console.log(`\nFAILED ${why}`)
  console.log(`junction ${rehearsed[scenario.table]?.().id}, a tick every ${scenario.tickMs} ms`)
  for (const { afterTicks, what, ...more } of scenario.happenings) {
    console.log(`  after ${afterTicks} ticks: ${what} ${JSON.stringify(more)}`)
  }
  if (scenario.replays.length > 0) console.log(`  after each of them, replays ${scenario.replays.join(', ')}`)
  console.log(`the scenario as it was found: npm run safety -- --replay ${found}`)
  console.log(`the smallest that fails:      npm run safety -- --replay ${shrunk}`)
}

function replay(place: string): Failure | undefined {
  const colon = place.indexOf(':')
  if (colon < 1) throw new Error(`--replay ${place}: give SEED:PATH as a failed run has printed it`)
  const path = place.slice(colon + 1)
  return search(1, Number(place.slice(0, colon)), { path })
}

async function searchAll(scenarios: number, seed: number, workers: number): Promise<Failure | undefined> {
  const parts: Part[] = []
  for (let done = 0; done < scenarios; done += partSize) {
    parts.push({ scenarios: Math.min(partSize, scenarios - done), seed: seed * 100_000 + parts.length })
  }
  const tally: Tally = {}
  const from = performance.now()
  let played = 0
  let failure: Failure | undefined
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./safety-worker.ts', import.meta.url))
      let part: Part | undefined
      const next = () => {
        part = failure ? undefined : parts.shift()
        if (part) worker.postMessage(part)
        else worker.terminate().then(() => resolve(), reject)
      }
      worker.on('error', reject)
      worker.on('message', (done: PartDone) => {
        for (const [what, count] of Object.entries(done.tally)) tally[what] = (tally[what] ?? 0) + count
        played += part?.scenarios ?? 0
        failure ??= done.failure
        if (played % (partSize * 20) === 0) console.log(`${played} scenarios, ${rate(played, from)}`)
        next()
      })
      next()
    })
  await Promise.all(Array.from({ length: workers }, work))
  console.log(`seed ${seed}: ${played} scenarios on ${workers} threads, ${rate(played, from)}`)
  for (const what of Object.keys(tally).sort()) console.log(`  ${what}: ${tally[what]}`)
  return failure
}

const rate = (scenarios: number, fromMs: number): string => {
  const durationS = (performance.now() - fromMs) / 1000
  return `${durationS.toFixed(0)} s, ${(scenarios / durationS).toFixed(0)} scenarios/s`
}

const found =
  values.replay === undefined
    ? await searchAll(Number(values.scenarios), Number(values.seed), Number(values.workers))
    : replay(values.replay)
if (found) {
  tell(found)
  process.exitCode = 1
} else console.log('no property was broken')
