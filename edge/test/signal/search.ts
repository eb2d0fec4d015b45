import fc from 'fast-check'
import { judge } from './properties.ts'
import type { Planted, Tally } from './rehearsal.ts'
import { anything, type Scenario } from './scenario.ts'

/** A scenario that breaks a property, and how to play exactly it again. */
export interface Failure {
  /** `SEED:RUN`: the scenario as it was found. `--replay` shrinks it again. */
  found: string
  /** `SEED:PATH`: the smallest one that still fails. */
  shrunk: string
  scenario: Scenario
  why: string
}

const words = (scenario: Scenario, planted: Planted, tally: Tally): string | undefined => {
  const [first] = judge(scenario, planted, tally)
  return first && `${first.rule} at ${first.atS} s: ${first.text}`
}

/**
 * Searches `scenarios` random ones for one that breaks a property, and shrinks what it finds.
 *
 * @param seed the same seed searches the same scenarios
 * @param path where to begin, as `SEED:PATH` names it; then only that scenario and what it shrinks to are played
 */
export function search(
  scenarios: number,
  seed: number,
  { path, planted = {}, tally = {} }: { path?: string; planted?: Planted; tally?: Tally } = {},
): Failure | undefined {
  const property = fc.property(anything, (scenario) => {
    const why = words(scenario, planted, tally)
    if (why !== undefined) throw new Error(why)
  })
  const result = fc.check(property, { seed, numRuns: scenarios, ...(path === undefined ? {} : { path }) })
  const scenario = result.counterexample?.[0]
  if (!result.failed || !scenario) return undefined
  const shrunk = result.counterexamplePath ?? '0'
  const [run] = (path ?? shrunk).split(':')
  return { found: `${seed}:${run}`, shrunk: `${seed}:${shrunk}`, scenario, why: words(scenario, planted, {}) ?? '' }
}
