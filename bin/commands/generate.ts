import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, systemClock, toTimestamp, WorldError } from '@clearway/contracts'
import {
  AuditLog,
  DayRollups,
  importStays,
  Lots,
  loadConfig,
  Records,
  SeriesFile,
  Stays,
  Tariffs,
} from '@clearway/gateway'
import { generateLots, historyOf, MinuteReadings, StayReplay } from '@clearway/simulators'
import { Command } from 'commander'
import { wholeFrom } from '../option-values.ts'

interface ParkingOptions {
  lots: number
  days: number
  readingsDays: number
  seed: number
  until?: string
  data?: string
  json?: string
}

const dayMs = 86_400_000
const operator = { name: 'command-line', roles: ['admin'] } as const

export function generateCommand(): Command {
  const generate = new Command('generate').description('makes data to measure with')
  generate
    .command('parking')
    .description('lots, stays and readings of a made-up city into an empty data folder')
    .option('--lots <n>', 'how many, in six districts', wholeFrom(1), 300)
    .option('--days <n>', 'of stays, drawn from the recorded ones', wholeFrom(1), 365)
    .option('--readings-days <n>', 'of readings, one a lot and minute', wholeFrom(0), 30)
    .option('--seed <n>', 'the same seed makes the same city', wholeFrom(0), 20261129)
    .option('--until <time>', 'where history ends, RFC 3339; now if absent')
    .option('--data <folder>', 'must not hold records yet; the configured dataDir if absent')
    .option('--json <file>', 'writes what was made and how long it took')
    .action(generateParking)
  return generate
}

async function generateParking(options: ParkingOptions): Promise<void> {
  const config = loadConfig()
  const dataDir = options.data ?? config.dataDir
  requireEmpty(dataDir)
  const untilMs = untilOf(options.until)
  const zone = config.city.timeZone ?? 'Asia/Shanghai'
  const lots = generateLots(options.lots, options.seed)
  const records = Records.open(dataDir)
  try {
    // Nothing is lost when a load that breaks off has to be made anew, so it need not wait for the disk.
    records.db.exec('PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000')
    records.transaction(() => {
      const table = new Lots(records, new Tariffs(records))
      for (const { id, busy: _, ...settings } of lots) table.put(id, settings, untilMs)
      new AuditLog(records, systemClock).record(operator, 'generate.parking', 'parking', { ...options, until: untilMs })
    })
    const replay = new StayReplay(
      lots.map(({ id, busy }) => ({ id, capacity: busy })),
      zone,
      options.seed,
    )
    const readings = new MinuteReadings(lots, untilMs - options.readingsDays * dayMs, untilMs)
    const stays = measured('stays', (told) => {
      const history = historyOf(replay, untilMs - options.days * dayMs, untilMs)
      return importStays(records, readings.watch(history), { nowMs: untilMs, onProgress: told }).stays
    })
    const days = measured('days of lots rolled up', (told) =>
      new DayRollups(records, new Stays(records), zone).rebuild(told),
    )
    const samples = measured('readings', (told) => loadReadings(dataDir, readings, told))
    records.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    const bays = lots.reduce((sum, { capacity }) => sum + capacity, 0)
    const made = { lots: lots.length, bays, until: toTimestamp(untilMs), stays, days, readings: samples }
    console.log(JSON.stringify(made, null, 2))
    if (options.json !== undefined) write(options.json, made)
  } finally {
    records.close()
  }
}

/** Every lot's readings a day at a time, in the series to which the gates append. */
function loadReadings(dataDir: string, readings: MinuteReadings, told: (readings: number) => void): number {
  const file = new SeriesFile(dataDir)
  let count = 0
  try {
    for (const lot of readings.lots) {
      // One transaction a lot: 30 days of both fields.
      file.together(() => {
        for (const { dayMs: day, occupied } of readings.days(lot)) {
          const vacant = occupied.map(({ atMs, value }) => ({
            atMs,
            value: Math.max(0, readings.capacity(lot) - value),
          }))
          const series = { measurement: 'lot_occupancy', tags: { lot } }
          file.loadDay({ ...series, field: 'occupied' }, day, occupied)
          file.loadDay({ ...series, field: 'vacant' }, day, vacant)
          count += occupied.length
        }
      })
      told(count)
    }
  } finally {
    file.close()
  }
  return count
}

/** Runs a step and tells, every ten seconds, how far it is and how fast. */
function measured(what: string, step: (told: (count: number) => void) => number) {
  const begunMs = performance.now()
  let nextMs = begunMs + 10_000
  const rate = (count: number) => Math.round(count / ((performance.now() - begunMs) / 1000))
  const count = step((soFar) => {
    if (performance.now() < nextMs) return
    nextMs = performance.now() + 10_000
    console.error(`${soFar} ${what}, ${rate(soFar)} a second`)
  })
  const seconds = Number(((performance.now() - begunMs) / 1000).toFixed(1))
  console.error(`${count} ${what} in ${seconds} s, ${rate(count)} a second`)
  return { count, seconds }
}

function requireEmpty(dataDir: string): void {
  for (const file of ['records.sqlite', 'series.sqlite']) {
    if (!existsSync(join(dataDir, file))) continue
    const message = `${dataDir} already holds ${file}; name an empty folder`
    throw new InputError('data-taken', `--data ${message}`, [{ field: '--data', message }])
  }
}

function untilOf(text: string | undefined): number {
  const untilMs = text === undefined ? systemClock.now() : Date.parse(text)
  if (Number.isFinite(untilMs)) return untilMs - (untilMs % 60_000)
  const message = `${text} is no time; write it as 2026-11-23T00:00:00.000+08:00`
  throw new InputError('until', `--until ${message}`, [{ field: '--until', message }])
}

function write(file: string, made: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`)
  } catch (cause) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(cause as Error).message}`, cause)
  }
}
