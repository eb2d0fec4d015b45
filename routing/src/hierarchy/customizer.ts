import { Worker } from 'node:worker_threads'
import { followNow, type Job } from './follow-weights.ts'
import { customize, type Metric } from './metric.ts'
import { MetricUpdate } from './metric-update.ts'
import type { Topology } from './topology.ts'

/** Makes metrics: at once, or from the one before while searches go on under it. */
export interface Customizer {
  /** An empty metric, and empty weights of all input arcs, that this customizer can fill. */
  metric(): Metric
  weights(): Int32Array
  customizeNow(weights: Int32Array, metric: Metric): void
  /** Fills `metric` for `weights`, knowing that `metricBefore` holds for `weightsBefore`. */
  follow(weightsBefore: Int32Array, metricBefore: Metric, weights: Int32Array, metric: Metric): Promise<void>
  close(): Promise<void>
}

/** Works in the caller's thread: for small maps, commands and tests. */
export function localCustomizer(topology: Topology): Customizer {
  let update: MetricUpdate | undefined
  return {
    metric: () => new Int32Array(2 * topology.arcCount),
    weights: () => new Int32Array(topology.placeOf.length),
    customizeNow: (weights, metric) => customize(topology, weights, metric),
    async follow(weightsBefore, metricBefore, weights, metric) {
      update ??= new MetricUpdate(topology)
      followNow(topology, update, weightsBefore, metricBefore, weights, metric)
    },
    close: async () => {},
  }
}

/** A second thread follows the weights; topology, weights and metrics lie in memory that both see. */
export function workerCustomizer(topology: Topology): Customizer {
  const shared = sharedTopology(topology)
  const jobs: { done(): void; failed(error: Error): void }[] = []
  let worker: Worker | undefined
  const fail = (error: Error) => {
    worker = undefined
    for (const job of jobs.splice(0)) job.failed(error)
  }
  const started = (): Worker => {
    if (worker) return worker
    const made = new Worker(new URL('./customization-worker.ts', import.meta.url), { workerData: shared })
    made.unref()
    made.on('message', () => jobs.shift()?.done())
    made.on('error', fail)
    made.on('exit', () => fail(new Error('the customization thread has ended')))
    worker = made
    return made
  }
  return {
    metric: () => sharedInts(2 * topology.arcCount),
    weights: () => sharedInts(topology.placeOf.length),
    customizeNow: (weights, metric) => customize(topology, weights, metric),
    follow: (weightsBefore, metricBefore, weights, metric) =>
      new Promise((done, failed) => {
        const job: Job = { weightsBefore, metricBefore, weights, metric }
        started().postMessage(job)
        jobs.push({ done, failed })
      }),
    async close() {
      const ending = worker
      worker = undefined
      ending?.removeAllListeners('exit')
      await ending?.terminate()
      fail(new Error('the customizer is closed'))
    },
  }
}

const sharedInts = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length))

function sharedTopology(topology: Topology): Topology {
  const entries = Object.entries(topology).map(([name, value]) => {
    if (typeof value === 'number') return [name, value]
    const copy = sharedInts(value.length)
    copy.set(value)
    return [name, copy]
  })
  return Object.fromEntries(entries)
}
