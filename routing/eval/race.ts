import type { FileRoads, Query } from './evaluation-case.ts'
import { judgeDistance } from './judge.ts'
import { ngraphPeer } from './ngraph-peer.ts'
import type { Subject } from './subject.ts'
import { cpuMs, quantile, sorted, type Times, timed, warm } from './timing.ts'

/** The subject and ngraph.path on the same queries in the same run. */
export interface Race {
  /** The distance alone. */
  distance: Times
  /** With the way. */
  route: Times
  ngraph: Times
  /** Answers of ngraph.path that are not the true distance. */
  ngraphMismatches: number
  /** Median of ngraph.path divided by the subject's, over the queries that both have answered. */
  timesFaster: number
  /** The same as processor time of all these queries together. */
  timesFasterByCpu: number
}

const WARM_UP = 20

export interface RaceLimits {
  /** ngraph.path is asked for at most so long. */
  ngraphS: number
  /** Processor time is counted in steps of about 4 ms: shorter runs are repeated until they have taken so much. */
  leastCpuMs: number
}

/**
 * @param queries in the order in which they are run
 * @param truth the distance of each query, where it is known
 */
export function race(
  roads: FileRoads,
  subject: Subject,
  queries: readonly Query[],
  truth: (query: Query) => number | undefined,
  { ngraphS, leastCpuMs }: RaceLimits,
): Race {
  const apart = queries.filter(({ source, target }) => source !== target)
  const distance = warm(apart, ({ source, target }) => subject.distance(source, target))
  const route = warm(apart, ({ source, target }) => subject.route(source, target))

  const peer = ngraphPeer(roads, roads.weight)
  for (const { source, target } of apart.slice(0, WARM_UP)) peer.find(source, target)
  const ngraph: number[] = []
  let ngraphMismatches = 0
  const until = performance.now() + ngraphS * 1000
  const ngraphCpuMs = cpuMs(() => {
    for (const query of apart) {
      const { ms, result } = timed(() => peer.find(query.source, query.target))
      ngraph.push(ms)
      if (judgeDistance(peer.costOf(result), { stored: truth(query), computed: undefined })) ngraphMismatches++
      if (performance.now() > until) break
    }
  })
  const same = apart.slice(0, ngraph.length)
  let rounds = 0
  let oursCpuMs = 0
  while (same.length > 0 && (oursCpuMs < leastCpuMs || oursCpuMs === 0)) {
    oursCpuMs += cpuMs(() => {
      for (const { source, target } of same) subject.route(source, target)
    })
    rounds++
  }
  return {
    distance: sorted(distance),
    route: sorted(route),
    ngraph: sorted(ngraph),
    ngraphMismatches,
    timesFaster: quantile(sorted(ngraph), 0.5) / quantile(sorted(route.slice(0, ngraph.length)), 0.5),
    timesFasterByCpu: ngraphCpuMs / (oursCpuMs / rounds),
  }
}
