/**
 * Prices recorded stays and compares with what was charged for them; docs/tariffs.md.
 *
 *   npm run eval:tariffs                         the recorded lots of 2019, which are in the repository
 *   npm run eval:tariffs -- [--stays S.csv[.gz]] [--lots L.csv] [--tariffs FOLDER] [--mismatches M.csv] [--json OUT]
 *
 * Of the recorded stays, from wherever they are read, the figures of April 2019 are held against the published ones as
 * well. Exit code 1 when a file is not fit, a figure differs or a share is below its mark, 2 on wrong usage.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ClearwayError, WorldError } from '@clearway/contracts'
import { readTariffFolder } from '../../src/parking/tariffs/tariff-file.ts'
import { shippedTariffs } from '../../src/parking/tariffs/tariffs.ts'
import { aprilFigures } from './check-values.ts'
import { isRecordedStays, readRecordedLots, readRecordedStays } from './recorded-stays.ts'
import { mismatchKinds, replayCharges } from './replay.ts'
import { checksOf, mismatchCsv, reportText, shortfalls } from './report.ts'

const options = {
  stays: { type: 'string' },
  lots: { type: 'string' },
  tariffs: { type: 'string' },
  mismatches: { type: 'string' },
  json: { type: 'string' },
} as const

class UsageError extends Error {}

function parsed() {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function write(option: string, file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new WorldError('unwritable', `--${option} ${file} cannot be written: ${(error as Error).message}`, error)
  }
}

function run(): number {
  const values = parsed()
  const stays = readRecordedStays(values.stays)
  const lots = readRecordedLots(values.lots)
  const tariffs = values.tariffs === undefined ? shippedTariffs : readTariffFolder(values.tariffs)
  const replay = replayCharges(stays, lots, tariffs)
  // Marks and published figures are those of the recorded stays, by the tariffs that ship.
  const known = isRecordedStays(stays)
  const checks = known ? checksOf(aprilFigures(stays, lots)) : []
  const short = known && values.tariffs === undefined ? shortfalls(replay) : []
  const classified = Object.fromEntries(
    mismatchKinds.map((kind) => [kind, replay.mismatches.filter((mismatch) => mismatch.kind === kind).length]),
  )
  console.log(reportText(replay, checks))
  for (const each of short) console.log(`BELOW THE MARK ${each}`)
  if (values.mismatches) write('mismatches', values.mismatches, mismatchCsv(replay.mismatches))
  if (values.json) {
    const report = { lots: replay.lots, mismatches: classified, left: replay.left, checks, belowMark: short }
    write('json', values.json, `${JSON.stringify(report, null, 2)}\n`)
  }
  return short.length === 0 && checks.every(({ ok }) => ok) ? 0 : 1
}

try {
  process.exitCode = run()
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof ClearwayError)) throw error
  console.error(`eval:tariffs: ${error.message}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
