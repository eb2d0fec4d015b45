/**
 * Measures how exits are matched to stays when cameras misread plates; docs/stay-matching.md.
 *
 *   npm run eval:matching                         the recorded stays of the repository, at 60 and at 500 open stays
 *   npm run eval:matching -- [--stays F.csv[.gz]] [--lots F.csv] [--open N] [--exits N] [--seeds N] [--json OUT]
 *
 * Exit code 1 when a file is not fit, 2 on wrong usage.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ClearwayError, InputError, WorldError } from '@clearway/contracts'
import { levelsOf, type Run, reportJson, reportText } from './report.ts'
import { readLotFile, readStayFile, type TimedStay } from './stay-file.ts'

const recorded = new URL('../../../simulators/data/parking/cn_bay_sessions_2017_2019.csv.gz', import.meta.url)
/** Of fewer stays no weekly course can be made. */
const fewestStays = 500

const options = {
  stays: { type: 'string', default: fileURLToPath(recorded) },
  lots: { type: 'string' },
  open: { type: 'string' },
  exits: { type: 'string', default: '2500' },
  seeds: { type: 'string', default: '2' },
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

function whole(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new UsageError(`--${name} ${text}: give a whole number from 1 to ${most}`)
  }
  return value
}

function chosenLots(stayFile: string, lotFile: string | undefined): Map<string, TimedStay[]> {
  const all = readStayFile(stayFile)
  const wanted = lotFile === undefined ? [...all.keys()] : readLotFile(lotFile)
  const lots = new Map<string, TimedStay[]>()
  for (const lot of wanted) {
    const stays = all.get(lot) ?? []
    if (stays.length >= fewestStays) lots.set(lot, stays)
    else
      console.error(
        `lot ${lot} is left out: ${stays.length} stays over 5 min in ${stayFile}, ${fewestStays} are needed`,
      )
  }
  if (lots.size === 0) {
    const message = `${stayFile}: no lot has ${fewestStays} stays over 5 min; give a longer record or other --lots`
    throw new InputError('too-few-stays', message, [{ field: 'stays', message }])
  }
  return lots
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(error as Error).message}`, error)
  }
}

function run(): void {
  const values = parsed()
  const lots = chosenLots(values.stays, values.lots)
  const seeds = whole('seeds', values.seeds, 100)
  const exits = whole('exits', values.exits, 1_000_000)
  const opens = values.open === undefined ? [60, 500] : [whole('open', values.open, 10_000)]
  const runs = opens.map((open, i): Run => {
    console.error(`${open} open stays, ${lots.size} lots, ${seeds} seeds …`)
    // What each part is worth is asked once.
    return { open, levels: levelsOf(lots, { open, exits, seeds, parts: i === 0 }) }
  })
  console.log(reportText(runs))
  if (values.json) write(values.json, `${JSON.stringify(reportJson(runs), null, 2)}\n`)
}

try {
  run()
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof ClearwayError)) throw error
  console.error(`eval:matching: ${error.message}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
