import { clauses as allClauses, type Clause, scenes } from './clauses.ts'
import type { ConformanceReport } from './conformance.ts'
import type { Finding } from './verdicts.ts'

/** One finding as one line, for progress and report. */
export const lineOf = ({ result, id, durationS, seen }: Finding): string =>
  `${result.padEnd(14)} ${id.padEnd(21)} ${durationS.toFixed(1).padStart(6)} s  ${seen}`

/** The report for people: every clause, then what failed in full, then the sum. */
export function textOf(report: ConformanceReport): string {
  const { device, district, junction, startedAt, durationS, clauses, passed, failed, notRun, doNotApply } = report
  const details = clauses.flatMap(({ id, result, text, expected, seen, at, message }) => {
    if (result !== 'fail') return []
    const shown = message === undefined ? [] : [`  message   ${JSON.stringify(message)}`]
    return ['', `FAILED ${id}: ${text}`, `  expected  ${expected}`, `  seen      ${at} ${seen}`, ...shown]
  })
  const list = (title: string, ids: readonly string[]) => (ids.length > 0 ? [`${title}: ${ids.join(', ')}`] : [])
  return [
    `Signal device ${device} in ${district}, junction ${junction}, ${startedAt}, ${durationS} s`,
    '',
    ...clauses.map(lineOf),
    ...details,
    '',
    `${passed} passed, ${failed.length} failed, ${notRun.length} not run, ${doNotApply.length} do not apply`,
    ...list('Failed', failed),
    ...list('Not run', notRun),
    ...list('Do not apply', doNotApply),
  ].join('\n')
}

const needed: Record<NonNullable<Clause['needs']>, string> = {
  line: 'its line',
  'clear line': 'its line, in clear text',
}

/** Every clause as a table of Markdown, by scene: what docs/conformance.md prints. */
export function clauseTable(): string {
  const row = ({ id, text, scene, needs }: Clause) =>
    `| ${scene} | \`${id}\` | ${text} | ${needs ? needed[needs] : ''} |`
  const rows = [...scenes, 'watch'].flatMap((name) => allClauses.filter(({ scene }) => scene === name).map(row))
  return ['| scene | clause | what the device must do | needs |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
