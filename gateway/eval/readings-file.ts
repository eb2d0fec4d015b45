import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { InputError } from '@clearway/contracts'
import { DateTime } from 'luxon'

/** One scrape after another: for each lot the free bays, NaN where the field is empty. */
export interface SeriesFile {
  lots: readonly string[]
  atMs: readonly number[]
  /** By lot, as many as instants. */
  free: readonly (readonly number[])[]
}

const hourMs = 3_600_000

/**
 * A comma-separated series, gzip or not: `local_time` (wall clock, in order of time), then a column for each lot.
 *
 * @param zone IANA zone of the wall clock; the hour that repeats in autumn is told by the order of the lines
 * @throws InputError `series-file` naming line and column
 */
export function readSeries(file: string, zone: string): SeriesFile {
  const [header, ...lines] = linesOf(file, 'series-file')
  const [first, ...lots] = header!.split(',')
  if (first !== 'local_time' || lots.length === 0) {
    throw refusal('series-file', file, 1, `the header is "${header}"; expected local_time and a column for each lot`)
  }
  const twice = lots.find((lot, i) => lots.indexOf(lot) !== i)
  if (twice !== undefined) throw refusal('series-file', file, 1, `the column "${twice}" is there twice`)
  const atMs: number[] = []
  const free: number[][] = lots.map(() => [])
  for (const [i, line] of lines.entries()) {
    const fields = line.split(',')
    if (fields.length !== lots.length + 1) {
      throw refusal('series-file', file, i + 2, `has ${fields.length} fields, the header has ${lots.length + 1}`)
    }
    atMs.push(instantOf(fields[0]!, zone, atMs.at(-1), (reason) => refusal('series-file', file, i + 2, reason)))
    for (const [j, lot] of lots.entries()) {
      const text = fields[j + 1]!.trim()
      const value = text === '' ? Number.NaN : Number(text)
      if (text !== '' && !(value >= 0 && value <= 1_000_000)) {
        throw refusal('series-file', file, i + 2, `${lot}: "${text}" is not a number of free bays; empty means unknown`)
      }
      free[j]!.push(value)
    }
  }
  if (atMs.length === 0) throw refusal('series-file', file, 1, 'no lines follow the header')
  return { lots, atMs, free }
}

/**
 * Capacities that somebody has published, by lot: a table with `lot` and `capacity` (or `declared_bays`), empty where
 * nothing was published.
 *
 * @throws InputError `lots-file` naming line and column
 */
export function readCapacities(file: string): Map<string, number> {
  const [header, ...lines] = linesOf(file, 'lots-file')
  const columns = header!.split(',')
  const lotColumn = columns.indexOf('lot')
  const capacityColumn = ['capacity', 'declared_bays'].map((name) => columns.indexOf(name)).find((at) => at >= 0)
  if (lotColumn < 0 || capacityColumn === undefined) {
    throw refusal('lots-file', file, 1, `the header is "${header}"; expected lot and capacity`)
  }
  const capacities = new Map<string, number>()
  for (const [i, line] of lines.entries()) {
    const fields = line.split(',')
    const text = fields[capacityColumn]?.trim() ?? ''
    if (text === '') continue
    const capacity = Number(text)
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 100_000) {
      throw refusal('lots-file', file, i + 2, `capacity "${text}" is not a whole number from 1 to 100000`)
    }
    capacities.set(fields[lotColumn]!, capacity)
  }
  return capacities
}

function instantOf(
  text: string,
  zone: string,
  beforeMs: number | undefined,
  refused: (reason: string) => InputError,
): number {
  const local = DateTime.fromISO(text, { zone })
  if (!local.isValid) throw refused(`local_time "${text}" is not a time like 2024-11-01T08:15`)
  const atMs = local.toMillis()
  if (beforeMs === undefined || atMs >= beforeMs) return atMs
  // luxon takes the first of two hours with the same name.
  const again = DateTime.fromMillis(atMs + hourMs, { zone })
  if (again.hour === local.hour && atMs + hourMs >= beforeMs) return atMs + hourMs
  throw refused(`local_time "${text}" is before the line above; put the lines in order of time`)
}

function linesOf(file: string, code: string): string[] {
  try {
    const bytes = readFileSync(file)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    const text = (isGzip ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '')
    return text.split(/\r?\n/).filter((line, i) => i === 0 || line.trim() !== '')
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}`
    throw new InputError(code, message, [{ field: file, message }])
  }
}

function refusal(code: string, file: string, line: number, reason: string): InputError {
  const field = `${file}:${line}`
  return new InputError(code, `${field}: ${reason}`, [{ field, message: reason }])
}
