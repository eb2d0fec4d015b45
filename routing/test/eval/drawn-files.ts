import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import type { CaseFiles } from '../../eval/case-files.ts'

/** The text of each file; nodes and arcs from 1. A name that ends in `.gz` is packed. */
export type DrawnFiles = Partial<
  Record<'graph' | 'coordinates' | 'queries' | 'forbiddenTurns' | 'units' | 'best' | 'update' | 'queriesAfter', string>
>

/**
 * A ring of five with a spur to 6, in no order of tails:
 *
 *     1 → 2 → 3 → 4 → 5 → 1, 3 ⇄ 1, 2 ⇄ 6, a heavy parallel of 1 → 2 and a loop at 4; nobody comes to 7.
 */
export const ring: Required<DrawnFiles> = {
  graph: `c small
p sp 7 12
a 3 4 30
a 1 2 10
a 2 3 20
a 5 1 50
a 4 5 40
a 1 2 11
a 3 1 25
a 1 3 31
a 2 6 5
a 6 2 6
a 4 4 1
a 7 1 2
`,
  coordinates: `p aux sp co 7
v 1 0 0
v 2 1 0
v 3 2 1
v 4 1 2
v 5 0 2
v 6 1 -1
v 7 -1 0
`,
  queries:
    'source\ttarget\tdistance_no_turns\tdistance_with_turns\n1\t3\t30\t31\n6\t6\t0\t0\n1\t7\t-1\t-1\n7\t6\t17\t17\n6\t3\t26\t-1\n',
  forbiddenTurns: 'in_arc\tout_arc\n2\t3\n6\t3\n10\t3\n',
  units: 'unit\tnode\nA\t3\nB\t5\nC\t7\nD\t3\n',
  best: 'incident\tfirst\tsecond\tthird\n1\tC:2\tD:25\tA:25\n7\tC:0\t\t-\n',
  update: 'tail\thead\tnew_weight\n1\t2\t100\n2\t6\t1073741823\n',
  queriesAfter: 'source\ttarget\tdistance\n1\t3\t31\n1\t2\t100\n2\t6\t-1\n',
}

/** Writes the files into a folder of the test's own. */
export function written(drawn: DrawnFiles): CaseFiles {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-eval-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const paths = Object.entries(drawn).map(([name, text]) => {
    const path = join(folder, `${name}.gz`)
    writeFileSync(path, gzipSync(text))
    return [name, path]
  })
  return { graph: '', coordinates: '', planar: true, ...Object.fromEntries(paths) }
}
