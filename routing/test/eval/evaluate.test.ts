import { describe, expect, it } from 'vitest'
import { readCase } from '../../eval/case-files.ts'
import { evaluate } from '../../eval/evaluate.ts'
import { mismatchCount, reportJson, reportText } from '../../eval/report.ts'
import { withSeededRest } from '../../eval/seeded-rest.ts'
import type { MakeSubject } from '../../eval/subject.ts'
import { type DrawnFiles, ring, written } from './drawn-files.ts'
import { liar, slowSubject } from './slow-subject.ts'

const options = { judgeS: 20, leastCpuMs: 0, tell: () => undefined }

async function judged(drawn: DrawnFiles, subject: MakeSubject = slowSubject, judgeS = options.judgeS) {
  const given = withSeededRest(await readCase(written(drawn)))
  const evaluation = evaluate(given, subject, { ...options, judgeS })
  const { mismatches, turnMismatches, bestUnitMismatches, afterUpdateMismatches } = reportJson(evaluation)
  return {
    found: { routes: mismatches, turns: turnMismatches, units: bestUnitMismatches, after: afterUpdateMismatches },
    count: mismatchCount(evaluation),
    text: reportText(evaluation),
    json: reportJson(evaluation),
  }
}

const nothing = { routes: 0, turns: 0, units: 0, after: 0 }

/** The ring with one text in one of its files changed. */
function ringWith(file: keyof DrawnFiles, from: string, to: string): DrawnFiles {
  expect(ring[file]).toContain(from)
  return { ...ring, [file]: ring[file].replace(from, to) }
}

it('finds nothing wrong with a right router and right files', async () => {
  const { found, count, json, text } = await judged(ring)
  expect(found, text).toEqual(nothing)
  expect(count).toBe(0)
  expect(json).toMatchObject({ nodes: 7, arcs: 12, ngraphMismatches: 0, updateDifferences: 0 })
  expect(json.judged.queries).toEqual({ answers: 5, byDijkstra: 5 })
  expect(json.judged.turns).toEqual({ answers: 5, byDijkstra: 5 })
  expect(json.judged.bestUnits).toEqual({ answers: 2, byDijkstra: 2 })
  expect(json.judged.afterUpdate).toEqual({ answers: 3, byDijkstra: 3 })
  expect(json.timesFasterThanNgraph).toBeGreaterThan(0)
})

describe('a planted wrong entry of a file is found', () => {
  it.each([
    ['a distance', ringWith('queries', '1\t3\t30', '1\t3\t31'), { routes: 1 }],
    ['a way where there is none', ringWith('queries', '1\t7\t-1', '1\t7\t9'), { routes: 1 }],
    ['none where there is a way', ringWith('queries', '7\t6\t17\t', '7\t6\t-1\t'), { routes: 1 }],
    ['a distance with turns', ringWith('queries', '30\t31', '30\t32'), { turns: 1 }],
    ['a distance after the update', ringWith('queriesAfter', '1\t2\t100', '1\t2\t101'), { after: 1 }],
    ['the distance of a best unit', ringWith('best', 'A:25', 'A:24'), { units: 1 }],
    ['a unit that is farther', ringWith('best', 'A:25', 'B:50'), { units: 1 }],
    ['a unit twice', ringWith('best', 'A:25', 'D:25'), { units: 1 }],
    ['the order of best units', ringWith('best', 'C:2\tD:25', 'D:25\tC:2'), { units: 1 }],
    ['a unit too few', ringWith('best', 'C:2\tD:25\tA:25', 'C:2\tD:25\t'), { units: 1 }],
  ])('%s', async (_what, drawn, wrong) => {
    const { found, count, text } = await judged(drawn)
    expect(found).toEqual({ ...nothing, ...wrong })
    expect(count).toBe(1)
    expect(text).toContain('MISMATCH')
  })
})

describe('a planted wrong answer of the router is found', () => {
  const first = (arcs: ArrayLike<number>) => Array.from(arcs).slice(1)
  it.each<[string, MakeSubject, Partial<typeof nothing>]>([
    ['a distance', liar({ distance: (told) => told + (told > 0 ? 1 : 0) }), { routes: 3, after: 2 }],
    [
      'the cost of a route',
      liar({ route: (told) => ({ ...told, cost: told.cost - (told.cost > 30 ? 1 : 0) }) }),
      { after: 2 },
    ],
    [
      'a way without its first arc',
      liar({ route: (told) => ({ ...told, arcs: first(told.arcs) }) }),
      { routes: 3, after: 2 },
    ],
    [
      'a route where there is none',
      liar({ route: (told) => (told.cost < 0 ? { cost: 1, arcs: [] } : told) }),
      { routes: 1, after: 1 },
    ],
    ['turns', liar({ routeWithTurns: (told) => ({ ...told, cost: told.cost + 1 }) }), { turns: 5 }],
    ['a best unit', liar({ bestUnits: ([one, ...rest]) => [{ ...one!, unit: 1 }, ...rest] }), { units: 2 }],
    ['best units, one missing', liar({ bestUnits: ([, ...rest]) => rest }), { units: 2 }],
    [
      'an update that is forgotten',
      (...given) => ({ ...slowSubject(...given), update: () => undefined }),
      { after: 3 },
    ],
  ])('%s', async (_what, subject, wrong) => {
    const { found, count } = await judged(ring, subject)
    expect(found).toEqual({ ...nothing, ...wrong })
    expect(count).toBeGreaterThan(0)
  })

  it('turns that are driven although they are forbidden', async () => {
    const careless: MakeSubject = (...given) => {
      const subject = slowSubject(...given)
      return { ...subject, routeWithTurns: subject.route }
    }
    expect((await judged(ring, careless)).found).toEqual({ ...nothing, turns: 2 })
  })

  it('an index that a full customization makes otherwise', async () => {
    const { found, count } = await judged(ring, liar({ differencesFromFull: () => 3 }))
    expect(found).toEqual(nothing)
    expect(count).toBe(3)
  })
})

describe('where there is no time for Dijkstra the file alone judges', () => {
  const hurried = (drawn: DrawnFiles, subject = slowSubject) => judged(drawn, subject, 0)

  it('and finds nothing wrong where nothing is', async () => {
    const { found, json } = await hurried(ring)
    expect(found).toEqual(nothing)
    expect(json.judged.queries).toEqual({ answers: 5, byDijkstra: 1 })
    expect(json.judged.bestUnits).toEqual({ answers: 2, byDijkstra: 1 })
  })

  it.each<[string, DrawnFiles, MakeSubject, Partial<typeof nothing>]>([
    ['a distance', ringWith('queries', '1\t3\t30', '1\t3\t31'), slowSubject, { routes: 1 }],
    ['a best unit of the file', ringWith('best', 'C:2', 'A:2'), slowSubject, { units: 1 }],
    [
      'the distances of best units',
      ring,
      liar({ bestUnits: (told) => told.map((one) => ({ ...one, distance: 1 })) }),
      { units: 2 },
    ],
    [
      'a best unit of the answer',
      ring,
      liar({ bestUnits: ([one, ...rest]) => [{ ...one!, unit: 1 }, ...rest] }),
      { units: 2 },
    ],
  ])('but finds %s', async (_what, drawn, subject, wrong) => {
    expect((await hurried(drawn, subject)).found).toEqual({ ...nothing, ...wrong })
  })
})

describe('turns after an update', () => {
  const queriesAfter = 'source\ttarget\tdistance_no_turns\tdistance_with_turns\n1\t3\t31\t31\n7\t2\t102\t102\n'

  it('are judged where the file says them', async () => {
    const { found, json } = await judged({ ...ring, queriesAfter })
    expect(found).toEqual(nothing)
    expect(json.judged.afterUpdateTurns).toEqual({ answers: 2, byDijkstra: 2 })
  })

  it('are found when they are wrong', async () => {
    const { found, count } = await judged({ ...ring, queriesAfter: queriesAfter.replace('\t102\n', '\t103\n') })
    expect(found).toEqual({ ...nothing, after: 1 })
    expect(count).toBe(1)
  })
})

describe('any part of a case works alone, judged by Dijkstra where the file says nothing', () => {
  const { graph, coordinates, queries, forbiddenTurns, units, best, update, queriesAfter } = ring
  const plain = 'source\ttarget\tdistance\n1\t3\t30\n'
  it.each<[string, DrawnFiles, number[]]>([
    ['nothing but the graph', {}, [200, 0, 0, 0]],
    ['queries', { queries: plain }, [1, 0, 0, 0]],
    ['queries with turns but no turns', { queries }, [5, 0, 0, 0]],
    ['turns and queries without them', { queries: plain, forbiddenTurns }, [1, 1, 0, 0]],
    ['turns alone', { forbiddenTurns }, [200, 200, 0, 0]],
    ['units', { units }, [200, 0, 50, 0]],
    ['units with the best', { queries: plain, units, best }, [1, 0, 2, 0]],
    ['an update', { queries: plain, update }, [1, 0, 0, 1]],
    ['an update with queries', { queries: plain, update, queriesAfter }, [1, 0, 0, 3]],
  ])('%s', async (_what, files, answers) => {
    const { found, json } = await judged({ graph, coordinates, ...files })
    expect(found).toEqual(nothing)
    const { judged: counts } = json
    expect([counts.queries, counts.turns, counts.bestUnits, counts.afterUpdate].map((each) => each.answers)).toEqual(
      answers,
    )
  })
})
