/**
 * Holds the routing engine against stored distances and Dijkstra's algorithm, beside ngraph.path; docs/routing.md.
 *
 *   npm run eval:routing                         New York, which is in the repository
 *   npm run eval:routing -- --graph F.gr.gz --coordinates F.co.gz --queries Q.tsv [--planar]
 *     [--update U.tsv.gz --queries-after Q2.tsv] [--forbidden-turns T.tsv] [--units U.tsv --best B.tsv] [--json OUT]
 *
 * Exit code 1 when anything does not match or a file is not fit, 2 on wrong usage.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ClearwayError, WorldError } from '@clearway/contracts'
import { readCase } from './case-files.ts'
import { evaluate } from './evaluate.ts'
import type { EvaluationCase } from './evaluation-case.ts'
import { hierarchySubject } from './hierarchy-subject.ts'
import { newYork } from './new-york.ts'
import { mismatchCount, reportJson, reportText } from './report.ts'
import { withSeededRest } from './seeded-rest.ts'

const options = {
  graph: { type: 'string' },
  coordinates: { type: 'string' },
  planar: { type: 'boolean', default: false },
  queries: { type: 'string' },
  update: { type: 'string' },
  'queries-after': { type: 'string' },
  'forbidden-turns': { type: 'string' },
  units: { type: 'string' },
  best: { type: 'string' },
  json: { type: 'string' },
  'judge-seconds': { type: 'string', default: '120' },
} as const

class UsageError extends Error {}

function parsed() {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

async function chosenCase(values: ReturnType<typeof parsed>): Promise<EvaluationCase> {
  const { graph, coordinates, planar, queries, update, units, best } = values
  const { 'queries-after': queriesAfter, 'forbidden-turns': forbiddenTurns } = values
  const needs = (option: string, other: string) => new UsageError(`--${option} needs --${other}`)
  if (queriesAfter !== undefined && update === undefined) throw needs('queries-after', 'update')
  if (best !== undefined && units === undefined) throw needs('best', 'units')
  if (graph !== undefined && coordinates !== undefined) {
    return withSeededRest(
      await readCase({ graph, coordinates, planar, queries, forbiddenTurns, units, best, update, queriesAfter }),
    )
  }
  if (graph !== undefined) throw needs('graph', 'coordinates')
  for (const option of ['coordinates', 'queries', 'update', 'forbidden-turns', 'units'] as const) {
    if (values[option] !== undefined) throw needs(option, 'graph')
  }
  return newYork()
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(error as Error).message}`, error)
  }
}

async function run(): Promise<number> {
  const values = parsed()
  const judgeS = Number(values['judge-seconds'])
  if (!(judgeS > 0)) throw new UsageError(`--judge-seconds ${values['judge-seconds']}: give a number above 0`)
  const evaluation = evaluate(await chosenCase(values), hierarchySubject, {
    judgeS,
    leastCpuMs: 200,
    tell: (line) => console.error(line),
  })
  console.log(reportText(evaluation))
  if (values.json) write(values.json, `${JSON.stringify(reportJson(evaluation), null, 2)}\n`)
  const count = mismatchCount(evaluation)
  console.log(count === 0 ? 'everything matches' : `${count} MISMATCHES`)
  return count === 0 ? 0 : 1
}

try {
  process.exitCode = await run()
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof ClearwayError)) throw error
  console.error(`eval:routing: ${error.message}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
