import { fileURLToPath } from 'node:url'
import { dayNumber } from '../../src/parking/tariffs/calendar/calendar.ts'
import { zoneDays } from '../../src/parking/tariffs/zone-days.ts'
import { csvRows, readText, refusal } from '../csv-file.ts'

/** One recorded stay and what was charged for it. */
export interface RecordedStay {
  line: number
  lot: string
  arrivalMs: number
  departureMs: number
  chargedFen: number
}

export interface RecordedLot {
  lot: string
  bays: number
  /** Which tariff priced it; undefined: none is known. */
  tariff: string | undefined
}

const recorded = (name: string) => fileURLToPath(new URL(`../../../simulators/data/parking/${name}`, import.meta.url))
const recordedStaysFile = recorded('cn_bay_sessions_2017_2019.csv.gz')
const recordedLotsFile = recorded('cn_bay_lots.csv')
const recordedTariffsFile = fileURLToPath(new URL('../data/recorded-lots.csv', import.meta.url))

/** Wall clock of the recorded lots. */
const days = zoneDays('Asia/Shanghai')

function instantOf(text: string): number {
  const parts = /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?$/.exec(text)
  if (!parts) return Number.NaN
  return days.instant(dayNumber(parts[1] as string), Number(parts[2]) * 60 + Number(parts[3]))
}

/**
 * Stays with their charges: `lot,arrival,departure,cost_cny`, wall-clock times of Shanghai in whole minutes, yuan; more
 * columns may follow. Every row counts, those of no length included.
 *
 * @throws InputError naming file, line, field and value
 */
export function readRecordedStays(file: string = recordedStaysFile): RecordedStay[] {
  return csvRows(readText(file), file, ['lot', 'arrival', 'departure', 'cost_cny']).map(({ line, fields }) => {
    const { lot = '', arrival = '', departure = '', cost_cny: cost = '' } = fields
    const time = (field: string, text: string) => {
      const ms = instantOf(text)
      if (Number.isNaN(ms)) throw refusal(file, line, field, `"${text}" is no time; give one like 2019-04-01T08:30`)
      return ms
    }
    const arrivalMs = time('arrival', arrival)
    const departureMs = time('departure', departure)
    if (lot === '') throw refusal(file, line, 'lot', '"" is empty; name the lot')
    if (departureMs < arrivalMs) {
      throw refusal(file, line, 'departure', `"${departure}" is before arrival ${arrival}; mend or leave out the row`)
    }
    if (!/^\d+(\.\d+)?$/.test(cost)) throw refusal(file, line, 'cost_cny', `"${cost}" is no amount in yuan from 0 on`)
    return { line, lot, arrivalMs, departureMs, chargedFen: Math.round(Number(cost) * 100) }
  })
}

/**
 * Lots with their bays: `lot,declared_bays`, and `tariff` where the file has it. Without that column the recorded lots
 * have the tariffs of `eval/data/recorded-lots.csv`, and any other lot the tariff of its own name.
 *
 * @throws InputError naming file, line, field and value
 */
export function readRecordedLots(file: string = recordedLotsFile): Map<string, RecordedLot> {
  const known = new Map(
    csvRows(readText(recordedTariffsFile), recordedTariffsFile, ['lot', 'tariff']).map(({ fields }) => [
      fields.lot,
      fields.tariff,
    ]),
  )
  return new Map(
    csvRows(readText(file), file, ['lot', 'declared_bays']).map(({ line, fields }) => {
      const { lot = '', declared_bays: bays = '', tariff } = fields
      if (lot === '') throw refusal(file, line, 'lot', '"" is empty; name the lot')
      if (!/^[1-9]\d{0,5}$/.test(bays)) {
        throw refusal(file, line, 'declared_bays', `"${bays}" is no number of bays from 1 on`)
      }
      return [lot, { lot, bays: Number(bays), tariff: tariff || known.get(lot) || lot.toLowerCase() }]
    }),
  )
}

/** Whether these are the recorded stays of the repository, from whichever file. */
export function isRecordedStays(stays: readonly RecordedStay[]): boolean {
  const rowsOf = (some: readonly RecordedStay[]) =>
    some.map(({ lot, arrivalMs, departureMs, chargedFen }) => `${lot} ${arrivalMs} ${departureMs} ${chargedFen}`)
  const own = readRecordedStays()
  if (own.length !== stays.length) return false
  const [a, b] = [rowsOf(own), rowsOf(stays)]
  return a.every((row, i) => row === b[i])
}
