import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRoads } from '../../eval/evaluation-case.ts'
import { hierarchySubject } from '../../eval/hierarchy-subject.ts'
import { judgeBestUnits, judgeDistance, judgeRoute } from '../../eval/judge.ts'
import { free, movementRule, PlainDijkstra } from '../../eval/plain-dijkstra.ts'
import type { Subject } from '../../eval/subject.ts'

const CLOSED = 2 ** 30 - 1
const RUNS = 300

/** Roads of all kinds: short ones so that ways differ by one or not at all, ordinary, of six days so that two come near the limit, closed. */
const weight = fc.oneof(
  { weight: 8, arbitrary: fc.nat(9) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 1000 }) },
  { weight: 1, arbitrary: fc.constantFrom(CLOSED - 1, 2 ** 29 - 1, 2 ** 29) },
  { weight: 1, arbitrary: fc.constant(CLOSED) },
)

interface Drawn {
  roads: FileRoads
  /** Each round changes some arcs. */
  updates: { arc: number; weight: number }[][]
  turns: Int32Array
  units: Int32Array
}

/** A few nodes anywhere (also all at one place), arcs in any order: one-way, parallel, loops, islands. */
const drawn: fc.Arbitrary<Drawn> = fc.integer({ min: 1, max: 24 }).chain((nodeCount) => {
  const node = fc.nat(nodeCount - 1)
  const place = fc.oneof(fc.constant(0), fc.integer({ min: -50, max: 50 }))
  return fc
    .record({
      arcs: fc.array(fc.record({ tail: node, head: node, weight }), { maxLength: 4 * nodeCount, size: 'max' }),
      places: fc.array(fc.tuple(place, place), { minLength: nodeCount, maxLength: nodeCount }),
      changes: fc.array(fc.array(fc.record({ at: fc.nat(), weight }), { maxLength: 6 }), { maxLength: 4 }),
      turns: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 }),
      units: fc.array(node, { maxLength: 6 }),
    })
    .map(({ arcs, places, changes, turns, units }) => ({
      roads: {
        nodeCount,
        tail: Int32Array.from(arcs, (arc) => arc.tail),
        head: Int32Array.from(arcs, (arc) => arc.head),
        weight: Int32Array.from(arcs, (arc) => arc.weight),
        x: Float64Array.from(places, ([x]) => x),
        y: Float64Array.from(places, ([, y]) => y),
      },
      updates:
        arcs.length === 0
          ? []
          : changes.map((round) => round.map(({ at, weight }) => ({ arc: at % arcs.length, weight }))),
      turns: Int32Array.from(turns.flatMap(([from, into]) => turnOf(arcs, from, into))),
      units: Int32Array.from(units),
    }))
})

/** A pair of arcs that meet, or nothing. */
function turnOf(arcs: { tail: number; head: number }[], from: number, into: number): number[] {
  if (arcs.length === 0) return []
  const first = from % arcs.length
  const next = [...arcs.keys()].filter((arc) => arcs[arc]!.tail === arcs[first]!.head)
  return next.length === 0 ? [] : [first, next[into % next.length]!]
}

/** Every distance, every way and every best unit, against Dijkstra's algorithm on the same weights. */
function expectRight({ roads, units }: Drawn, weights: Int32Array, subject: Subject): void {
  const dijkstra = new PlainDijkstra(roads, weights)
  const nodes = Array.from({ length: roads.nodeCount }, (_, node) => node)
  for (const source of nodes) {
    const computed = dijkstra.distancesFrom(source)
    for (const target of nodes) {
      const truth = { stored: undefined, computed: computed[target] }
      expect(judgeDistance(subject.distance(source, target), truth)).toBeUndefined()
      expect(judgeRoute(roads, weights, { source, target }, subject.route(source, target), truth)).toBeUndefined()
    }
    const named = Array.from(units, (node, i) => ({ name: `${i}`, node }))
    const incident = { node: source, place: '' }
    expect(judgeBestUnits(named, incident, subject.bestUnits(source, 3), dijkstra)).toBeUndefined()
  }
}

describe('the hierarchy on any graph', () => {
  it('equals Dijkstra, and after every partial update too, which makes the same numbers as a full one', () => {
    fc.assert(
      fc.property(drawn, (graph) => {
        const subject = hierarchySubject(graph.roads, graph.turns, graph.units)
        expectRight(graph, graph.roads.weight, subject)
        const weights = graph.roads.weight.slice()
        for (const round of graph.updates) {
          for (const { arc, weight } of round) weights[arc] = weight
          const arcs = Int32Array.from(round, ({ arc }) => arc)
          subject.update(
            arcs,
            arcs.map((arc) => weights[arc]!),
          )
          expect(subject.differencesFromFull()).toBe(0)
          expectRight(graph, weights, subject)
        }
      }),
      { numRuns: RUNS, seed: 1 },
    )
  })

  it('equals Dijkstra after a full customization, all arcs closed and opened again', () => {
    fc.assert(
      fc.property(drawn, (graph) => {
        const subject = hierarchySubject(graph.roads, graph.turns, graph.units)
        const closed = graph.roads.weight.map(() => CLOSED)
        subject.customize(closed)
        expectRight(graph, closed, subject)
        subject.customize(graph.roads.weight)
        expectRight(graph, graph.roads.weight, subject)
      }),
      { numRuns: RUNS / 4, seed: 2 },
    )
  })

  it('equals Dijkstra over movements, with forbidden turns and U-turns', () => {
    fc.assert(
      fc.property(drawn, ({ roads, turns, units }) => {
        const subject = hierarchySubject(roads, turns, units)
        const dijkstra = new PlainDijkstra(roads, roads.weight)
        const allowed = movementRule(roads, turns)
        for (let source = 0; source < roads.nodeCount; source++) {
          for (let target = 0; target < roads.nodeCount; target++) {
            const computed = dijkstra.distanceOverMovements(source, target, free(allowed))
            const route = subject.routeWithTurns(source, target)
            const truth = { stored: undefined, computed }
            expect(judgeRoute(roads, roads.weight, { source, target }, route, truth, allowed)).toBeUndefined()
          }
        }
      }),
      { numRuns: RUNS, seed: 3 },
    )
  })
})
