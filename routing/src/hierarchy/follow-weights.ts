import { customize, type Metric } from './metric.ts'
import type { MetricUpdate } from './metric-update.ts'
import type { Topology } from './topology.ts'

/** Above this share of changed input arcs a full customization is quicker than a partial one. */
const PARTIAL_SHARE = 0.001

/** What one metric follows from: the weights that it held for, and those that the next one is for. */
export interface Job {
  weightsBefore: Int32Array
  metricBefore: Metric
  weights: Int32Array
  metric: Metric
}

/** Fills `metric`, from the one before where little has changed. */
export function followNow(
  topology: Topology,
  update: MetricUpdate,
  weightsBefore: Int32Array,
  metricBefore: Metric,
  weights: Int32Array,
  metric: Metric,
): void {
  const most = weights.length * PARTIAL_SHARE
  const changed: number[] = []
  for (let arc = 0; arc < weights.length && changed.length <= most; arc++) {
    if (weights[arc] !== weightsBefore[arc]) changed.push(arc)
  }
  if (changed.length > most) {
    customize(topology, weights, metric)
    return
  }
  metric.set(metricBefore)
  update.apply(weights, changed, metric)
}
