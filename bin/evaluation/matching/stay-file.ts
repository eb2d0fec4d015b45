import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { InputError, WorldError } from '@clearway/contracts'

/** One recorded stay, in minutes since 1970 of the file's own wall clock. */
export interface TimedStay {
  arrival: number
  departure: number
}

/** Shorter ones are lock tests and bounces, as those who published the data take them. */
const shortestMin = 5

/**
 * Recorded stays by lot, in order of arrival.
 *
 * @param file CSV with the columns `lot`, `arrival` and `departure` (others are passed over), plain or gzipped
 * @throws InputError naming file, line, field and value
 */
export function readStayFile(file: string): Map<string, TimedStay[]> {
  const { column, rows } = readCsv(file)
  const [lotAt, arrivalAt, departureAt] = [column('lot'), column('arrival'), column('departure')]
  const lots = new Map<string, TimedStay[]>()
  for (const [i, row] of rows.entries()) {
    const arrival = minuteOf(row[arrivalAt], file, i + 2, 'arrival')
    const departure = minuteOf(row[departureAt], file, i + 2, 'departure')
    if (departure < arrival) {
      throw refused(file, i + 2, 'departure', `${row[departureAt]} lies before the arrival ${row[arrivalAt]}`)
    }
    if (departure - arrival <= shortestMin) continue
    const lot = row[lotAt] as string
    const stays = lots.get(lot) ?? []
    lots.set(lot, stays)
    stays.push({ arrival, departure })
  }
  for (const stays of lots.values()) stays.sort((a, b) => a.arrival - b.arrival)
  return lots
}

/** The names in the column `lot` of a CSV file. */
export function readLotFile(file: string): string[] {
  const { column, rows } = readCsv(file)
  const at = column('lot')
  return rows.map((row) => row[at] as string)
}

function readCsv(file: string): { column: (name: string) => number; rows: string[][] } {
  const [head = '', ...lines] = textOf(file).trimEnd().split(/\r?\n/)
  const names = head.split(',')
  const column = (name: string) => {
    const at = names.indexOf(name)
    if (at === -1) throw refused(file, 1, name, `no such column among ${names.join(', ')}; add it to the header`)
    return at
  }
  return { column, rows: lines.map((line) => line.split(',')) }
}

function textOf(file: string): string {
  try {
    const bytes = readFileSync(file)
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (cause) {
    throw new WorldError('file-unreadable', `cannot read ${file}: ${(cause as Error).message}`, cause)
  }
}

function minuteOf(text: string | undefined, file: string, line: number, field: string): number {
  const ms = Date.parse(`${text}Z`)
  if (Number.isNaN(ms)) throw refused(file, line, field, `"${text}" is no time; give it as 2019-04-01T08:15`)
  return ms / 60_000
}

function refused(file: string, line: number, field: string, reason: string): InputError {
  const message = `${file} line ${line}: ${field} ${reason}`
  return new InputError('stay-file', message, [{ field, message }])
}
