/**
 * Lets cameras that miss two to five vehicles in a hundred watch recorded stays, and tells how far each way of counting is
 * from what was inside; docs/counts.md.
 *
 *   npm run eval:counts                          the recorded lots of 2017–2019, which are in the repository
 *   npm run eval:counts -- [--stays S.csv[.gz]] [--lots L.csv] [--seed N] [--json OUT]
 *
 * Exit code 1 when a file is not fit, 2 on wrong usage.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ClearwayError, InputError, WorldError } from '@clearway/contracts'
import { readRecordedLots, readRecordedStays } from '../tariffs/recorded-stays.ts'
import { LotReplay, type LotScore, methods } from './replay.ts'

const options = {
  stays: { type: 'string' },
  lots: { type: 'string' },
  seed: { type: 'string', default: '7' },
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

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(error as Error).message}`, error)
  }
}

function table(scores: readonly LotScore[]): string {
  const header = ['lot', 'days', 'vehicles', 'bays', 'most', 'missed in', 'out', ...methods, '90 % holds', 'a day']
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const rows = scores.map((score) => [
    score.lot,
    `${score.days}`,
    `${score.stays}`,
    `${score.bays}`,
    `${score.peak}`,
    percent(score.missedEntries),
    percent(score.missedExits),
    ...methods.map((method) => score.maeVehicles[method].toFixed(2)),
    percent(score.interval90Coverage),
    (score.corrections / score.days).toFixed(1),
  ])
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i]?.length ?? 0)))
  return [header, ...rows].map((row) => row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ')).join('\n')
}

function run(): void {
  const values = parsed()
  const seed = Number(values.seed)
  if (!Number.isInteger(seed)) throw new UsageError(`--seed ${values.seed}: give a whole number`)
  const lots = readRecordedLots(values.lots)
  const byLot = Map.groupBy(readRecordedStays(values.stays), ({ lot }) => lot)
  const scores = [...byLot].map(([lot, stays]) => {
    const bays = lots.get(lot)?.bays
    if (bays !== undefined) return new LotReplay(lot, stays, bays, seed).score()
    const message = `"${lot}" has stays and no row in the file of lots; add it to --lots`
    throw new InputError('lot', `lot ${message}`, [{ field: 'lot', message }])
  })
  console.log('mean absolute error in vehicles, by time; corrections a day of `corrected`')
  console.log(table(scores))
  if (values.json) write(values.json, `${JSON.stringify({ seed, lots: scores }, null, 2)}\n`)
}

try {
  run()
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof ClearwayError)) throw error
  console.error(`eval:counts: ${error.message}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
