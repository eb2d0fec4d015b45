import type { FileRoads } from '../../eval/evaluation-case.ts'
import type { FoundRoute, MakeSubject, Subject } from '../../eval/subject.ts'

const CLOSED = 2 ** 30 - 1

/** A router that is right, slow and unlike Dijkstra's algorithm: it relaxes every arc until nothing gets better. */
export const slowSubject: MakeSubject = (roads, forbiddenTurns, unitNodes) => {
  let weights = roads.weight
  const route = (source: number, target: number) => overNodes(roads, weights, source, target)
  return {
    customize: (given) => {
      weights = given.slice()
    },
    update: (arcs, given) => {
      weights = weights.slice()
      arcs.forEach((arc, i) => {
        weights[arc] = given[i]!
      })
    },
    differencesFromFull: () => 0,
    distance: (source, target) => route(source, target).cost,
    route,
    routeWithTurns: (source, target) => overMovements(roads, weights, forbiddenTurns, source, target),
    bestUnits: (incident, count) =>
      [...unitNodes]
        .map((node, unit) => ({ unit, distance: route(node, incident).cost }))
        .filter((each) => each.distance >= 0)
        .sort((a, b) => a.distance - b.distance)
        .slice(0, count),
  }
}

type Lies = Partial<{ [K in keyof Subject]: (told: ReturnType<Subject[K]>) => ReturnType<Subject[K]> }>

/** The slow router, but with some of its answers changed. */
export function liar(lies: Lies): MakeSubject {
  return (...given) => {
    const subject = slowSubject(...given)
    const changed = Object.entries(lies).map(([name, lie]) => {
      const honest = subject[name as keyof Subject] as (...asked: unknown[]) => never
      return [name, (...asked: unknown[]) => lie(honest(...asked))]
    })
    return { ...subject, ...Object.fromEntries(changed) }
  }
}

function overNodes({ nodeCount, tail, head }: FileRoads, weights: Int32Array, source: number, target: number) {
  const cost = new Array<number>(nodeCount).fill(CLOSED)
  const by = new Array<number>(nodeCount).fill(-1)
  cost[source] = 0
  for (let changed = true; changed; ) {
    changed = false
    weights.forEach((weight, arc) => {
      const there = cost[tail[arc]!]! + weight
      if (there >= cost[head[arc]!]!) return
      cost[head[arc]!] = there
      by[head[arc]!] = arc
      changed = true
    })
  }
  return traced(cost[target]!, by[target]!, (arc) => by[tail[arc]!]!)
}

/** The same over pairs of arcs. */
function overMovements(
  { tail, head }: FileRoads,
  weights: Int32Array,
  forbiddenTurns: Int32Array,
  source: number,
  target: number,
): FoundRoute {
  if (source === target) return { cost: 0, arcs: [] }
  const arcs = [...tail.keys()]
  const banned = new Set<string>()
  for (let i = 0; i < forbiddenTurns.length; i += 2) banned.add(`${forbiddenTurns[i]} ${forbiddenTurns[i + 1]}`)
  const cost = arcs.map((arc) => (tail[arc] === source ? weights[arc]! : CLOSED))
  const by = arcs.map(() => -1)
  for (let changed = true; changed; ) {
    changed = false
    for (const from of arcs) {
      for (const into of arcs) {
        if (head[from] !== tail[into] || cost[from]! + weights[into]! >= cost[into]!) continue
        const isTurnBack = head[into] === tail[from] && tail.filter((node) => node === head[from]).length > 1
        if (isTurnBack || banned.has(`${from} ${into}`)) continue
        cost[into] = cost[from]! + weights[into]!
        by[into] = from
        changed = true
      }
    }
  }
  const last = arcs.filter((arc) => head[arc] === target).sort((a, b) => cost[a]! - cost[b]!)[0]
  return last === undefined ? { cost: -1, arcs: [] } : traced(cost[last]!, last, (arc) => by[arc]!)
}

function traced(cost: number, last: number, before: (arc: number) => number): FoundRoute {
  if (cost >= CLOSED) return { cost: -1, arcs: [] }
  const arcs: number[] = []
  for (let arc = last; arc >= 0; arc = before(arc)) arcs.unshift(arc)
  return { cost, arcs }
}
