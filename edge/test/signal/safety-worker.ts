import { parentPort } from 'node:worker_threads'
import type { Tally } from './rehearsal.ts'
import { type Failure, search } from './search.ts'

/** A part of the search, in a thread of its own. */
export interface Part {
  scenarios: number
  seed: number
}

export interface PartDone {
  tally: Tally
  failure: Failure | undefined
}

parentPort?.on('message', ({ scenarios, seed }: Part) => {
  const tally: Tally = {}
  const failure = search(scenarios, seed, { tally })
  parentPort?.postMessage({ tally, failure } satisfies PartDone)
})
