import { lotReads } from './lot-reads.ts'
import { type MatcherKind, matcherKinds } from './matchers.ts'
import { noScore, type Score, score } from './score.ts'
import type { TimedStay } from './stay-file.ts'

/** Injected plate noise, errors per character. */
const characterErrors = [0.005, 0.01, 0.02] as const

/** What one kind of matcher makes of one level of noise, over all lots and seeds. */
export interface Level {
  characterError: number
  matcher: string
  score: Score
}

export interface Run {
  open: number
  levels: Level[]
}

export interface RunOptions {
  open: number
  exits: number
  seeds: number
  /** Whether the matcher is also run without each of its parts. */
  parts: boolean
}

/** Every level of noise with every kind of matcher. The same reads for each of them. */
export function levelsOf(lots: ReadonlyMap<string, readonly TimedStay[]>, options: RunOptions): Level[] {
  const kinds = options.parts ? matcherKinds : matcherKinds.slice(0, 1)
  return characterErrors.flatMap((characterError) => {
    const levels = kinds.map(({ name }): Level => ({ characterError, matcher: name, score: noScore() }))
    for (const [lot, recorded] of lots) {
      for (let seed = 1; seed <= options.seeds; seed++) {
        const reads = lotReads(lot, recorded, { ...options, characterError, seed })
        for (const [i, kind] of kinds.entries()) {
          score(reads, (kind as MatcherKind).make(), (levels[i] as Level).score)
        }
      }
    }
    return levels
  })
}

const share = (count: number, { exits }: Score): number => Number((count / Math.max(1, exits)).toFixed(6))

const figures = (score: Score) => ({
  exits: score.exits,
  correct: share(score.correct, score),
  wrong: share(score.wrong, score),
  review: share(score.review, score),
  exact: share(score.exact, score),
  proposed: share(score.proposed, score),
  wrongExact: share(score.wrongExact, score),
  meanOpen: Number((score.openSum / Math.max(1, score.exits)).toFixed(1)),
  withoutEntry: { exits: score.others, assigned: score.othersAssigned },
})

const own = matcherKinds[0]?.name

/** As `--json` writes it. Shares are 0–1 of the exits whose entry was read. */
export function reportJson(runs: readonly Run[]) {
  const levels = ({ open, levels }: Run, wanted: (level: Level) => boolean) =>
    levels
      .filter(wanted)
      .map(({ characterError, matcher, score }) => ({ characterError, matcher, open, ...figures(score) }))
  const [first, ...more] = runs as [Run, ...Run[]]
  return {
    levels: levels(first, ({ matcher }) => matcher === own),
    parts: levels(first, ({ matcher }) => matcher !== own),
    crowded: more.flatMap((run) => levels(run, () => true)),
  }
}

const head = ['open', 'noise', 'matcher', 'exits', 'correct', 'wrong', 'review', 'exact', 'proposed']

/** A table for people, in percent. */
export function reportText(runs: readonly Run[]): string {
  const percent = (count: number, score: Score) => (100 * share(count, score)).toFixed(3)
  const rows = runs.flatMap(({ open, levels }) =>
    levels.map(({ characterError, matcher, score }) => [
      String(open),
      `${100 * characterError} %`,
      matcher,
      String(score.exits),
      ...[score.correct, score.wrong, score.review, score.exact, score.proposed].map((count) => percent(count, score)),
    ]),
  )
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] as string).length)))
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
