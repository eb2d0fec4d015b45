/** The thread of `workerCustomizer`: takes one job after the other and answers each when its metric is filled. */
import { parentPort, workerData } from 'node:worker_threads'
import { followNow, type Job } from './follow-weights.ts'
import { MetricUpdate } from './metric-update.ts'
import type { Topology } from './topology.ts'

const topology: Topology = workerData
const update = new MetricUpdate(topology)
parentPort?.on('message', ({ weightsBefore, metricBefore, weights, metric }: Job) => {
  followNow(topology, update, weightsBefore, metricBefore, weights, metric)
  parentPort?.postMessage('done')
})
