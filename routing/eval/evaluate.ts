import { seededRandom } from '@clearway/contracts'
import { BEST_UNITS, type EvaluationCase, type Query } from './evaluation-case.ts'
import { type Complaint, judgeBestUnits, judgeDistance, judgeRoute } from './judge.ts'
import { free, movementRule, PlainDijkstra } from './plain-dijkstra.ts'
import { type Race, race } from './race.ts'
import type { MakeSubject, Subject } from './subject.ts'
import { sorted, type Times, timed, warm } from './timing.ts'

/** What one check has found. */
export interface Verdict {
  /** Answers held against the file or against Dijkstra's algorithm. */
  answers: number
  /** Of these, answers that Dijkstra's algorithm has judged too. */
  byDijkstra: number
  mismatches: readonly string[]
}

export interface Evaluation {
  name: string
  nodes: number
  arcs: number
  indexMs: number
  customize: Times
  routes: Verdict
  race: Race
  turns: Verdict
  turn: Times
  bestUnits: Verdict
  bestUnit: Times
  update: UpdateEvaluation | undefined
}

interface UpdateEvaluation {
  arcs: number
  ms: number
  routes: Verdict
  /** Where the file of the queries says distances with turns. */
  turns: Verdict
  /** Numbers of the index that a full customization of the same weights makes otherwise. */
  differences: number
}

export interface EvaluateOptions {
  /** Each check asks Dijkstra's algorithm, and ngraph.path, for at most so long, in seeded order. */
  judgeS: number
  /** @see RaceLimits */
  leastCpuMs: number
  tell: (line: string) => void
}

const CUSTOMIZATIONS = 5
const NOTHING: Verdict = { answers: 0, byDijkstra: 0, mismatches: [] }

/** Asks the subject all that the case asks, holds each answer against its judges, and times it beside ngraph.path. */
export function evaluate(given: EvaluationCase, make: MakeSubject, options: EvaluateOptions): Evaluation {
  const { roads, forbiddenTurns, units, incidents, update } = given
  const unitNodes = Int32Array.from(units, ({ node }) => node)
  const queries = shuffled(given.queries)
  const { ms: indexMs, result: subject } = timed(() => make(roads, forbiddenTurns ?? new Int32Array(0), unitNodes))
  options.tell(`index built in ${(indexMs / 1000).toFixed(1)} s`)
  const customize = sorted(warm(new Array(CUSTOMIZATIONS).fill(roads.weight), (weights) => subject.customize(weights)))
  const dijkstra = new PlainDijkstra(roads, roads.weight)
  const computed = distances(queries, options, 'queries', ({ source, target }) => dijkstra.distance(source, target))
  const routes = judgeRoutes(given, subject, roads.weight, queries, computed)
  const turns = forbiddenTurns ? judgeTurns({ ...given, queries }, subject, dijkstra, forbiddenTurns, options) : NOTHING
  const bestUnits = units.length > 0 ? judgeUnits(given, subject, dijkstra, options) : NOTHING
  options.tell('timing, beside ngraph.path')
  return {
    name: given.name,
    nodes: roads.nodeCount,
    arcs: roads.tail.length,
    indexMs,
    customize,
    routes,
    race: race(roads, subject, queries, (query) => query.distance ?? computed.get(query), {
      ngraphS: options.judgeS,
      leastCpuMs: options.leastCpuMs,
    }),
    turns,
    turn: forbiddenTurns ? sorted(warm(queries, (query) => subject.routeWithTurns(query.source, query.target))) : [],
    bestUnits,
    bestUnit: units.length > 0 ? sorted(warm(incidents, ({ node }) => subject.bestUnits(node, BEST_UNITS))) : [],
    update: update && judgeUpdate(given, subject, update, options),
  }
}

/** Seeded, so that what a time limit leaves is a fair sample. */
function shuffled<T>(items: readonly T[]): T[] {
  const order = [...items]
  const random = seededRandom(1)
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}

/** The distances of queries until the time is over. */
function distances(
  queries: readonly Query[],
  { judgeS, tell }: EvaluateOptions,
  what: string,
  distance: (query: Query) => number,
): Map<Query, number> {
  const known = new Map<Query, number>()
  const until = performance.now() + judgeS * 1000
  for (const query of queries) {
    known.set(query, distance(query))
    if (performance.now() > until) break
  }
  tell(`Dijkstra has judged ${known.size} of ${queries.length} ${what}`)
  return known
}

function verdict<T extends { place: string }>(
  items: readonly T[],
  byDijkstra: number,
  complaint: (item: T, at: number) => Complaint,
): Verdict {
  const mismatches: string[] = []
  for (const [at, item] of items.entries()) {
    const wrong = complaint(item, at)
    if (wrong !== undefined) mismatches.push(`${item.place}: ${wrong}`)
  }
  return { answers: items.length, byDijkstra, mismatches }
}

/** The distance, the route and its way, against both judges. */
function judgeRoutes(
  { roads }: EvaluationCase,
  subject: Subject,
  weights: Int32Array,
  queries: readonly Query[],
  computed: ReadonlyMap<Query, number>,
): Verdict {
  const judged = queries.filter((query) => query.distance !== undefined || computed.has(query))
  return verdict(judged, computed.size, (query) => {
    const truth = { stored: query.distance, computed: computed.get(query) }
    const { source, target } = query
    return (
      judgeDistance(subject.distance(source, target), truth) ??
      judgeRoute(roads, weights, query, subject.route(source, target), truth)
    )
  })
}

function judgeTurns(
  { roads, queries }: EvaluationCase,
  subject: Subject,
  dijkstra: PlainDijkstra,
  forbiddenTurns: Int32Array,
  options: EvaluateOptions,
): Verdict {
  const allowed = movementRule(roads, forbiddenTurns)
  const computed = distances(queries, options, 'queries with turns', ({ source, target }) =>
    dijkstra.distanceOverMovements(source, target, free(allowed)),
  )
  const judged = queries.filter((query) => query.distanceWithTurns !== undefined || computed.has(query))
  return verdict(judged, computed.size, (query) => {
    const truth = { stored: query.distanceWithTurns, computed: computed.get(query) }
    return judgeRoute(roads, roads.weight, query, subject.routeWithTurns(query.source, query.target), truth, allowed)
  })
}

function judgeUnits(
  { units, incidents }: EvaluationCase,
  subject: Subject,
  dijkstra: PlainDijkstra,
  { judgeS, tell }: EvaluateOptions,
): Verdict {
  const until = performance.now() + judgeS * 1000
  const asked = shuffled(incidents)
  const complaints: Complaint[] = []
  let byDijkstra = 0
  for (const incident of asked) {
    const inTime = byDijkstra === 0 || performance.now() < until
    if (!inTime && !incident.best) break
    if (inTime) byDijkstra++
    const answer = subject.bestUnits(incident.node, BEST_UNITS)
    complaints.push(judgeBestUnits(units, incident, answer, inTime ? dijkstra : undefined))
  }
  tell(`Dijkstra has judged the best units of ${byDijkstra} of ${incidents.length} incidents`)
  return verdict(asked.slice(0, complaints.length), byDijkstra, (_, at) => complaints[at])
}

function judgeUpdate(
  given: EvaluationCase,
  subject: Subject,
  { arcs, weights, queries }: NonNullable<EvaluationCase['update']>,
  options: EvaluateOptions,
): UpdateEvaluation {
  const after = given.roads.weight.slice()
  arcs.forEach((arc, i) => {
    after[arc] = weights[i]!
  })
  const { ms } = timed(() => subject.update(arcs, weights))
  const dijkstra = new PlainDijkstra(given.roads, after)
  const asked = shuffled(queries)
  const computed = distances(asked, options, 'queries after the update', ({ source, target }) =>
    dijkstra.distance(source, target),
  )
  const routes = judgeRoutes(given, subject, after, asked, computed)
  const withTurns = asked.filter(({ distanceWithTurns }) => distanceWithTurns !== undefined)
  const changed = { ...given, roads: { ...given.roads, weight: after }, queries: withTurns }
  const turns =
    given.forbiddenTurns && withTurns.length > 0
      ? judgeTurns(changed, subject, dijkstra, given.forbiddenTurns, options)
      : NOTHING
  return { arcs: arcs.length, ms, routes, turns, differences: subject.differencesFromFull() }
}
