/**
 * The long search for a scenario that breaks a safety property of the signal controllers, and the exhaustive exploration
 * of a small one.
 *
 *   npm run safety -- --scenarios 100000 --seed 1     all cores; exit code 1 when something was found
 *   npm run safety -- --replay SEED:PATH              exactly one scenario again, shrunk, told event by event
 *   npm run safety -- --explore --happenings 3        every run of a small junction in which so many things happen
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { exploreApart } from './explore.ts'
import type { Tally } from './rehearsal.ts'
import type { Part, PartDone } from './safety-worker.ts'
import { rehearsed } from './scenario.ts'
import { type Failure, search } from './search.ts'
import type { Line } from './small-junction.ts'

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    replay: { type: 'string' },
    explore: { type: 'boolean', default: false },
    happenings: { type: 'string', default: '3' },
    states: { type: 'string', default: '5000000' },
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

async function exploreBoth(happenings: number, states: number): Promise<boolean> {
  const lines: readonly Line[] = ['centre', 'controller']
  const fromMs = performance.now()
  const explored = await Promise.all(lines.map((line) => exploreApart({ line, happenings, states })))
  explored.forEach(({ states: tried, transitions, ticks, complete, longestToLocal, longestToPlan, wrong }, index) => {
    console.log(`line to the ${lines[index]} cut and mended, at most ${happenings} happenings`)
    console.log(`  ${tried} states, ${transitions} transitions, the last new state after ${ticks} s of virtual time`)
    console.log(
      `  ${complete ? 'the frontier emptied: every such run was tried' : `stopped at the bound of ${states} states`}`,
    )
    console.log(
      `  once nothing more is heard: local control within ${longestToLocal} s, the plan within ${longestToPlan} s`,
    )
    if (wrong) console.log(`  FAILED ${wrong}`)
  })
  console.log(`${((performance.now() - fromMs) / 1000).toFixed(0)} s`)
  return explored.every(({ wrong, complete }) => wrong === undefined && complete)
}

async function look(): Promise<boolean> {
  const { explore, happenings, states, replay: place, scenarios, seed, workers } = values
  if (explore) return exploreBoth(Number(happenings), Number(states))
  const failure = place ? replay(place) : await searchAll(Number(scenarios), Number(seed), Number(workers))
  if (failure) tell(failure)
  else console.log('no property was broken')
  return failure === undefined
}

if (!(await look())) process.exitCode = 1
