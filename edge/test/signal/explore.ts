import { Worker } from 'node:worker_threads'
import type { Bound, Explored } from './exploration.ts'

/** Explores in a thread of its own, where the private state of the product shows. */
export function exploreApart(bound: Bound): Promise<Explored> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./explore-worker.ts', import.meta.url), {
      workerData: bound,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
