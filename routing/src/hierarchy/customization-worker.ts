/** The thread of `workerCustomizer`: takes one job after the other and answers each when its metric is filled. */
import { parentPort, workerData } from 'node:worker_threads'
import { followNow } from './customizer.ts'
import type { Metric } from './metric.ts'
import { MetricUpdate } from './metric-update.ts'
import type { Topology } from './topology.ts'

export interface Job {
  weightsBefore: Int32Array
  metricBefore: Metric
  weights: Int32Array
  metric: Metric
}

const topology: Topology = workerData
const update = new MetricUpdate(topology)
parentPort?.on('message', ({ weightsBefore, metricBefore, weights, metric }: Job) => {
  followNow(topology, update, weightsBefore, metricBefore, weights, metric)
  parentPort?.postMessage('done')
})
