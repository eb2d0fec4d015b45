import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { InputError } from '@clearway/contracts'
import type { EvaluationResult } from './green-channel.ts'
import { type EvaluatedRun, resultsOf } from './results.ts'
import type { ControllerSpec, RunConditions } from './run-order.ts'

function refuse(file: string, reason: string): InputError {
  const message = `${file} ${reason}`
  return new InputError('results', message, [{ field: 'results', message }])
}

/**
 * Reads what `--json` has written.
 *
 * @throws InputError `results` for a file that is none, or one of an older version
 */
export function readResults(file: string): EvaluationResult {
  let result: EvaluationResult
  try {
    result = JSON.parse(readFileSync(file, 'utf8')) as EvaluationResult
  } catch (error) {
    throw refuse(file, `cannot be read: ${(error as Error).message}`)
  }
  const lists = ['controllers', 'runs', 'missions', 'freeFlowOfMissionsS'] as const
  const missing = lists.find((name) => !Array.isArray(result?.[name]))
  if (missing || typeof result.conditions?.scenario !== 'object') {
    throw refuse(file, `holds no results of an evaluation: ${missing ?? 'conditions'} is missing`)
  }
  if (result.runs.some((run) => !run.othersBySide || !run.absences || !run.passings)) {
    throw refuse(file, 'was written by an older version; run the evaluation again')
  }
  return result
}

/**
 * Joins results of the same case that were made apart, by controllers or by seeds.
 *
 * @throws InputError `results` when they are of different cases, or when the same run came out differently
 */
export function mergeResults(parts: readonly { file: string; result: EvaluationResult }[]): EvaluationResult {
  const [first, ...more] = parts
  if (!first) throw refuse('no file', 'was given')
  const { missions, conditions, freeFlowS, freeFlowOfMissionsS } = first.result
  const runs = new Map<string, EvaluatedRun>()
  const controllers = new Map<string, ControllerSpec>()
  for (const { file, result } of [first, ...more]) {
    const difference = differenceOf(first.result, result)
    if (difference) throw refuse(file, `is of another case than ${first.file}: ${difference} differs`)
    for (const { name, settings } of result.controllers) {
      // Only its name and its settings are asked for from here on.
      const spec: ControllerSpec = settings ? { name, kind: 'clearway', settings } : { name, kind: 'none' }
      if (!isDeepStrictEqual(controllers.get(name) ?? spec, spec)) throw refuse(file, `has other settings for ${name}`)
      controllers.set(name, spec)
    }
    for (const run of result.runs) {
      const key = `${run.controller}, seed ${run.seed}`
      const known = runs.get(key)
      if (known && known.digest !== run.digest) throw refuse(file, `has another run of ${key} than a file before it`)
      runs.set(key, known ?? run)
    }
  }
  const measured = { missions, freeFlowOfMissionsS, runs: [...runs.values()] }
  return { freeFlowS, controllers: resultsOf([...controllers.values()], measured), ...measured, conditions }
}

function differenceOf(a: EvaluationResult, b: EvaluationResult): string | undefined {
  if (!isDeepStrictEqual(a.missions, b.missions)) return 'missions'
  // The same net may lie in another folder.
  if (!isDeepStrictEqual(a.freeFlowOfMissionsS, b.freeFlowOfMissionsS)) return 'free flow'
  const [one, other] = [plain(a.conditions), plain(b.conditions)]
  return Object.keys({ ...one, ...other }).find((key) => !isDeepStrictEqual(one[key], other[key]))
}

/** As it stands in a file, without folders. The transport makes no difference to a run. */
function plain({ scenario, transport: _, ...rest }: RunConditions): Record<string, unknown> {
  const names = Object.entries(scenario).map(([key, value]) => [
    key,
    typeof value === 'string' ? basename(value) : value,
  ])
  return JSON.parse(JSON.stringify({ ...rest, ...Object.fromEntries(names) })) as Record<string, unknown>
}
