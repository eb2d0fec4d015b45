import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CaseFiles } from '../../eval/case-files.ts'
import { ring, written } from './drawn-files.ts'

const command = join(import.meta.dirname, '..', '..', 'eval', 'run.ts')

function run(...given: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...given], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { status, stdout, stderr }
}

/** Every file of the ring as options. */
function allOptions(files: CaseFiles): string[] {
  const { graph, coordinates, queries, update, queriesAfter, forbiddenTurns, units, best } = files
  const given = { graph, coordinates, queries, update, 'queries-after': queriesAfter, units, best }
  const named = Object.entries({ ...given, 'forbidden-turns': forbiddenTurns })
  return ['--planar', ...named.flatMap(([name, path]) => [`--${name}`, path!])]
}

describe('npm run eval:routing', () => {
  it('judges the engine by every kind of file and writes what it found', () => {
    const files = written(ring)
    const json = join(dirname(files.graph), 'out.json')
    const { status, stdout, stderr } = run(...allOptions(files), '--json', json)
    expect(status, stdout + stderr).toBe(0)
    expect(stdout).toContain('everything matches')
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      nodes: 7,
      arcs: 12,
      mismatches: 0,
      bestUnitMismatches: 0,
      turnMismatches: 0,
      afterUpdateMismatches: 0,
      routeMedianMs: expect.any(Number),
      routeP99Ms: expect.any(Number),
      customizeMs: expect.any(Number),
      timesFasterThanNgraph: expect.any(Number),
      judged: {
        queries: { answers: 5, byDijkstra: 5 },
        turns: { answers: 5, byDijkstra: 5 },
        bestUnits: { answers: 2, byDijkstra: 2 },
        afterUpdate: { answers: 3, byDijkstra: 3 },
      },
    })
  })

  it('ends with 1 and names a planted wrong distance', () => {
    const files = written({ ...ring, queries: ring.queries.replace('1\t3\t30', '1\t3\t29') })
    const { status, stdout } = run(...allOptions(files))
    expect(status).toBe(1)
    expect(stdout).toMatch(/MISMATCH routes, .*queries\.gz:2: answered 30, the file says 29, Dijkstra says 30/)
  })

  it('ends with 1 and names what is wrong in a file', () => {
    const { status, stderr } = run(...allOptions(written({ ...ring, units: 'unit\tnode\nA\t99\n' })))
    expect(status).toBe(1)
    expect(stderr).toMatch(/^eval:routing: .*units\.gz:2, node: "99" is not a whole number from 1 to 7/m)
  })

  it.each([
    [['--graph', 'g.gr'], '--graph needs --coordinates'],
    [['--queries', 'q.tsv'], '--queries needs --graph'],
    [['--best', 'b.tsv'], '--best needs --units'],
    [['--queries-after', 'q.tsv'], '--queries-after needs --update'],
    [['--jason', 'x'], "Unknown option '--jason'"],
    [['--judge-seconds', 'long'], 'give a number above 0'],
  ])('ends with 2 on %j', (given, message) => {
    const { status, stderr } = run(...given)
    expect(status).toBe(2)
    expect(stderr).toContain(message)
  })
})
