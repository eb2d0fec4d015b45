/**
 * Scores the forecast of free bays on a recorded series, beside persistence, last week and the rolling profile;
 * docs/forecast.md.
 *
 *   npm run eval:forecast                        ten car parks of Málaga, 2024, which are in the repository
 *   npm run eval:forecast -- --series F.csv.gz [--lots L.csv] [--zone IANA] [--calendar C.yaml] [--split yyyy-mm-dd]
 *     [--seed N] [--json OUT]
 *
 * Exit code 1 when a file is not fit, 2 on wrong usage.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ClearwayError, InputError, WorldError } from '@clearway/contracts'
import { DateTime } from 'luxon'
import { calendarOf, readCalendar } from '../src/parking/tariffs/calendar/calendar.ts'
import { readCapacities, readSeries, type SeriesFile } from './readings-file.ts'
import { type Replay, replay } from './replay.ts'

const options = {
  series: { type: 'string' },
  lots: { type: 'string' },
  zone: { type: 'string', default: 'Europe/Madrid' },
  calendar: { type: 'string' },
  split: { type: 'string', default: '2024-11-01' },
  seed: { type: 'string', default: '7' },
  json: { type: 'string' },
} as const

const dayMs = 86_400_000
/** A week of profiles, the days on which intervals are calibrated, and as many again to fit on. */
const leastDaysBeforeSplit = 63

class UsageError extends Error {}

const shipped = (file: string) => fileURLToPath(new URL(`../../simulators/data/parking/${file}`, import.meta.url))

function parsed() {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** Midnight of the split; the series must reach far enough to both sides of it. */
function splitOf(split: string, zone: string, { atMs }: SeriesFile): number {
  const day = DateTime.fromFormat(split, 'yyyy-MM-dd', { zone })
  if (!day.isValid) throw new UsageError(`--split ${split}: write a date as yyyy-mm-dd`)
  const splitMs = day.toMillis()
  const days = (splitMs - atMs[0]!) / dayMs
  const refuse = (message: string) => new InputError('split', `--split ${message}`, [{ field: '--split', message }])
  if (days < leastDaysBeforeSplit) {
    throw refuse(`${split} leaves ${Math.max(0, Math.floor(days))} days to fit on; ${leastDaysBeforeSplit} are needed`)
  }
  if (atMs.at(-1)! < splitMs + dayMs) throw refuse(`${split} leaves less than a day to score; choose an earlier date`)
  return splitMs
}

/** As published, else the largest number of free bays that was seen before the split. */
function capacitiesOf({ lots, atMs, free }: SeriesFile, published: ReadonlyMap<string, number>, splitMs: number) {
  return lots.map((lot, i) => {
    const given = published.get(lot)
    if (given !== undefined) return { lot, capacity: given, source: 'published' as const }
    const seen = free[i]!.reduce((most, value, j) => (atMs[j]! < splitMs && value > most ? value : most), 0)
    if (seen > 0) return { lot, capacity: seen, source: 'largest free count before the split' as const }
    const message = `${lot} never had a free bay before the split: give its capacity in --lots`
    throw new InputError('capacity', message, [{ field: lot, message }])
  })
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(error as Error).message}`, error)
  }
}

function table({ horizons, frozen, frozenSlotsScored }: Replay): string {
  const header = ['min', 'MAE %', 'persistence', 'last week', 'profile', '90 % holds', 'width %', 'points']
  const rows = horizons.map((row) => [
    `${row.minutes}`,
    row.maePercent.toFixed(2),
    row.persistence.toFixed(2),
    row.lastWeek.toFixed(2),
    row.rollingProfile.toFixed(2),
    `${(100 * row.interval90Coverage).toFixed(1)} %`,
    row.interval90WidthPercent.toFixed(1),
    `${row.points}`,
  ])
  const lines = [header, ...rows].map((cells) => cells.map((cell) => cell.padStart(11)).join(' '))
  const hours = frozen.reduce((sum, { from, to }) => sum + (Date.parse(to) - Date.parse(from)) / 3_600_000, 0)
  return [
    ...lines,
    `frozen feed: ${frozen.length} times, ${hours} h in all, ${frozenSlotsScored} slots of them in the scored time`,
  ].join('\n')
}

function run(): void {
  const values = parsed()
  const { zone } = values
  if (!DateTime.local({ zone }).isValid) throw new UsageError(`--zone ${zone}: give an IANA zone like Europe/Madrid`)
  const seed = Number(values.seed)
  if (!Number.isInteger(seed)) throw new UsageError(`--seed ${values.seed}: give a whole number`)
  // What ships belongs together: a series from elsewhere has its own lots and calendar.
  const own = values.series === undefined
  const file = (given: string | undefined, ours: string) => given ?? (own ? shipped(ours) : undefined)
  const series = readSeries(values.series ?? shipped('malaga_free_spaces_2024.csv.gz'), zone)
  const lotsFile = file(values.lots, 'malaga_lots.csv')
  const calendarFile = file(values.calendar, 'malaga_calendar_2024.yaml')
  const splitMs = splitOf(values.split, zone, series)
  const capacities = capacitiesOf(series, lotsFile === undefined ? new Map() : readCapacities(lotsFile), splitMs)
  const readings = capacities.map(({ lot, capacity }, i) => ({
    lot,
    capacity,
    atMs: series.atMs,
    free: series.free[i]!,
  }))
  const result = replay(readings, series.atMs[0]!, series.atMs.at(-1)!, {
    zone,
    calendar: calendarFile === undefined ? calendarOf({ base: 'none' }, 'no calendar') : readCalendar(calendarFile),
    splitMs,
    seed,
    tell: (line) => console.error(line),
  })
  console.log(table(result))
  const { split } = values
  if (values.json) write(values.json, `${JSON.stringify({ split, zone, capacities, ...result }, null, 2)}\n`)
}

try {
  run()
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof ClearwayError)) throw error
  console.error(`eval:forecast: ${error.message}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
