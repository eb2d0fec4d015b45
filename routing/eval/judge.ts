import {
  BEST_UNITS,
  type FileRoads,
  type Incident,
  type Query,
  type Unit,
  type UnitDistance,
} from './evaluation-case.ts'
import { type MovementRule, type PlainDijkstra, UNREACHABLE } from './plain-dijkstra.ts'
import type { FoundRoute } from './subject.ts'

/** What is wrong with one answer, in words; undefined when nothing is. */
export type Complaint = string | undefined

/** What an answer is held against. Both judges must agree with it. */
export interface Truth {
  /** Of the file. */
  stored: number | undefined
  /** Of Dijkstra's algorithm, where it was asked. */
  computed: number | undefined
}

/** A route has the length that both judges say, and is a way of that length from source to target. */
export function judgeRoute(
  roads: FileRoads,
  weights: Int32Array,
  { source, target }: Pick<Query, 'source' | 'target'>,
  route: FoundRoute,
  truth: Truth,
  allowed?: MovementRule,
): Complaint {
  return judgeDistance(route.cost, truth) ?? brokenWay(roads, weights, source, target, route, allowed)
}

export function judgeDistance(distance: number, { stored, computed }: Truth): Complaint {
  const isRight = (judge: number | undefined) => judge === undefined || judge === distance
  if (isRight(stored) && isRight(computed)) return undefined
  return `answered ${distance}, the file says ${stored ?? 'nothing'}, Dijkstra says ${computed ?? 'nothing'}`
}

function brokenWay(
  { tail, head }: FileRoads,
  weights: Int32Array,
  source: number,
  target: number,
  { cost, arcs }: FoundRoute,
  allowed: MovementRule | undefined,
): Complaint {
  if (cost === UNREACHABLE) return arcs.length > 0 ? 'a way without a cost' : undefined
  let node = source
  let sum = 0
  for (let i = 0; i < arcs.length; i++) {
    const arc = arcs[i]!
    if (tail[arc] !== node) return `arc ${arc + 1} does not start at node ${node + 1}, where the way has come to`
    if (i > 0 && allowed && !allowed(arcs[i - 1]!, arc)) return `turns from arc ${arcs[i - 1]! + 1} into ${arc + 1}`
    node = head[arc]!
    sum += weights[arc]!
  }
  if (node !== target) return `ends at node ${node + 1} instead of ${target + 1}`
  return sum === cost ? undefined : `says ${cost}, its arcs cost ${sum}`
}

/**
 * The nearest units by the answer and by the file, against the distances of all units by Dijkstra's algorithm. Units
 * equally far may stand in any order.
 *
 * @param dijkstra undefined where it is not asked: then the answer is held against the file alone
 */
export function judgeBestUnits(
  units: readonly Unit[],
  { node, best }: Incident,
  answer: readonly UnitDistance[],
  dijkstra: PlainDijkstra | undefined,
): Complaint {
  if (!dijkstra) return best && unlike(units, best, answer)
  const toIncident = dijkstra.distancesTo(node)
  const distance = units.map((unit) => toIncident[unit.node]!)
  const nearest = distance
    .filter((each) => each !== UNREACHABLE)
    .sort((a, b) => a - b)
    .slice(0, BEST_UNITS)
  const wrong = (who: string, ranked: readonly UnitDistance[]): Complaint => {
    if (ranked.length !== nearest.length || new Set(ranked.map(({ unit }) => unit)).size !== ranked.length) {
      return `${who} ${told(units, ranked)} are not ${nearest.length} different units`
    }
    const at = ranked.findIndex((each, i) => each.distance !== nearest[i] || each.distance !== distance[each.unit])
    return at < 0 ? undefined : `${who} ${told(units, ranked)}: Dijkstra says ${nearest[at]} for place ${at + 1}`
  }
  return (best && wrong('the file says', best)) ?? wrong('answered', answer)
}

/** The same distances at the same places, and the same units but for those as far as the last, of which there may be more. */
function unlike(units: readonly Unit[], best: readonly UnitDistance[], answer: readonly UnitDistance[]): Complaint {
  const last = best[BEST_UNITS - 1]?.distance
  const before = (ranked: readonly UnitDistance[]) => ranked.filter(({ distance }) => distance !== last)
  const known = new Set(before(best).map(({ unit }) => unit))
  const isLike =
    `${answer.map(({ distance }) => distance)}` === `${best.map(({ distance }) => distance)}` &&
    before(answer).every(({ unit }) => known.has(unit)) &&
    new Set(answer.map(({ unit }) => unit)).size === answer.length
  return isLike ? undefined : `answered ${told(units, answer)}, the file says ${told(units, best)}`
}

const told = (units: readonly Unit[], ranked: readonly UnitDistance[]): string =>
  ranked.map(({ unit, distance }) => `${units[unit]?.name}:${distance}`).join(' ')
