import type { Evaluation, Verdict } from './evaluate.ts'
import { quantile, type Times } from './timing.ts'

const MISMATCHES_SHOWN = 10

/** Everything that any judge or comparison has found wrong. */
export function mismatchCount({ routes, turns, bestUnits, update }: Evaluation): number {
  const verdicts = [routes, turns, bestUnits, ...(update ? [update.routes, update.turns] : [])]
  return verdicts.reduce((sum, { mismatches }) => sum + mismatches.length, update?.differences ?? 0)
}

/** As `--json` writes it. Times in milliseconds of wall clock, null where nothing was timed. */
export function reportJson(evaluation: Evaluation) {
  const { routes, race, turns, bestUnits, update } = evaluation
  const median = (times: Times) => rounded(quantile(times, 0.5), times)
  const p99 = (times: Times) => rounded(quantile(times, 0.99), times)
  return {
    case: evaluation.name,
    nodes: evaluation.nodes,
    arcs: evaluation.arcs,
    mismatches: routes.mismatches.length,
    routeMedianMs: median(race.route),
    routeP99Ms: p99(race.route),
    customizeMs: median(evaluation.customize),
    bestUnitMismatches: bestUnits.mismatches.length,
    turnMismatches: turns.mismatches.length,
    afterUpdateMismatches: update ? update.routes.mismatches.length + update.turns.mismatches.length : 0,
    timesFasterThanNgraph: race.ngraph.length > 0 ? race.timesFaster : null,
    timesFasterThanNgraphByCpu: race.ngraph.length > 0 ? race.timesFasterByCpu : null,
    ngraphMedianMs: median(race.ngraph),
    ngraphP99Ms: p99(race.ngraph),
    ngraphMismatches: race.ngraphMismatches,
    distanceMedianMs: median(race.distance),
    indexMs: evaluation.indexMs,
    turnMedianMs: median(evaluation.turn),
    turnP99Ms: p99(evaluation.turn),
    bestUnitMedianMs: median(evaluation.bestUnit),
    updatedArcs: update?.arcs ?? 0,
    updateMs: update?.ms ?? null,
    updateDifferences: update?.differences ?? 0,
    judged: {
      queries: counts(routes),
      turns: counts(turns),
      bestUnits: counts(bestUnits),
      afterUpdate: counts(update?.routes),
      afterUpdateTurns: counts(update?.turns),
      ngraph: race.ngraph.length,
    },
  }
}

const rounded = (ms: number, times: Times): number | null => (times.length > 0 ? Number(ms.toPrecision(6)) : null)
const counts = (verdict: Verdict | undefined) => ({
  answers: verdict?.answers ?? 0,
  byDijkstra: verdict?.byDijkstra ?? 0,
})

/** For people: what was judged, how long it took, and the first mismatches in words. */
export function reportText(evaluation: Evaluation): string {
  const { routes, race, turns, bestUnits, update } = evaluation
  const judged = ({ answers, byDijkstra, mismatches }: Verdict) =>
    `${mismatches.length} mismatches in ${answers} answers, ${byDijkstra} of them judged by Dijkstra too`
  const times = (list: Times) => `median ${shown(quantile(list, 0.5))} ms, p99 ${shown(quantile(list, 0.99))} ms`
  const rows: [string, string][] = [
    ['graph', `${evaluation.name}: ${evaluation.nodes} nodes, ${evaluation.arcs} arcs`],
    ['index', `${shown(evaluation.indexMs)} ms; full customization ${times(evaluation.customize)}`],
    ['routes', judged(routes)],
    ['distance alone', times(race.distance)],
    ['route with path', times(race.route)],
    ['ngraph.path NBA*', `${times(race.ngraph)}, ${race.ngraph.length} queries, ${race.ngraphMismatches} not exact`],
    ['times faster', `${shown(race.timesFaster)} by the medians, ${shown(race.timesFasterByCpu)} by processor time`],
  ]
  if (turns.answers > 0) rows.push(['with turns', judged(turns)], ['route with turns', times(evaluation.turn)])
  if (bestUnits.answers > 0)
    rows.push(['best units', judged(bestUnits)], ['best units of all', times(evaluation.bestUnit)])
  if (update) {
    rows.push(
      ['update', `${update.arcs} arcs in ${shown(update.ms)} ms, ${update.differences} differences from a full one`],
      ['after the update', judged(update.routes)],
    )
    if (update.turns.answers > 0) rows.push(['its turns', judged(update.turns)])
  }
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
  const named = { routes, turns, bestUnits, afterUpdate: update?.routes, turnsAfterUpdate: update?.turns }
  for (const [name, verdict] of Object.entries(named)) {
    const mismatches = verdict?.mismatches ?? []
    for (const each of mismatches.slice(0, MISMATCHES_SHOWN)) lines.push(`MISMATCH ${name}, ${each}`)
    if (mismatches.length > MISMATCHES_SHOWN) lines.push(`  and ${mismatches.length - MISMATCHES_SHOWN} more`)
  }
  return lines.join('\n')
}

const shown = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 })
