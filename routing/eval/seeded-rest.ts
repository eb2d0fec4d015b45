import { type Random, seededRandom } from '@clearway/contracts'
import type { EvaluationCase, FileRoads, Incident, Query, Unit } from './evaluation-case.ts'

const PAIRS = 200
const INCIDENTS = 50

/** Draws what a case asks about but its files do not say; Dijkstra's algorithm alone judges that. */
export function withSeededRest(given: EvaluationCase): EvaluationCase {
  const { roads, units, incidents, update } = given
  const random = seededRandom(4)
  const queries = given.queries.length > 0 ? given.queries : seededPairs(roads, random.fork('pairs'))
  return {
    ...given,
    queries,
    incidents:
      units.length > 0 && incidents.length === 0 ? seededIncidents(roads, random.fork('incidents')) : incidents,
    update: update && {
      ...update,
      queries:
        update.queries.length > 0
          ? update.queries
          : queries.map(({ source, target, place }) => ({ source, target, place })),
    },
  }
}

function seededPairs({ nodeCount }: FileRoads, random: Random): Query[] {
  if (nodeCount === 0) return []
  return Array.from({ length: PAIRS }, (_, i) => ({
    source: random.integer(nodeCount),
    target: random.integer(nodeCount),
    place: `seeded pair ${i + 1}`,
  }))
}

function seededIncidents({ nodeCount }: FileRoads, random: Random): Incident[] {
  return Array.from({ length: INCIDENTS }, (_, i) => ({
    node: random.integer(nodeCount),
    place: `seeded incident ${i + 1}`,
  }))
}

export function seededUnits({ nodeCount }: FileRoads, count: number, random: Random): Unit[] {
  return Array.from({ length: count }, (_, i) => ({ name: `unit-${i + 1}`, node: random.integer(nodeCount) }))
}

/** Pairs of arcs that meet, U-turns aside. */
export function seededTurns({ nodeCount, tail, head }: FileRoads, count: number, random: Random): Int32Array {
  const outOf: number[][] = Array.from({ length: nodeCount }, () => [])
  tail.forEach((node, arc) => {
    outOf[node]!.push(arc)
  })
  const turns: number[] = []
  while (turns.length < 2 * count) {
    const from = random.integer(tail.length)
    const onward = outOf[head[from]!]!.filter((arc) => head[arc] !== tail[from])
    if (onward.length > 0) turns.push(from, random.pick(onward))
  }
  return Int32Array.from(turns)
}
