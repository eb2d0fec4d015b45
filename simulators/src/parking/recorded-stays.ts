import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const file = new URL('../../data/parking/cn_bay_sessions_2017_2019.csv.gz', import.meta.url)

/** Recorded Shanghai wall-clock time, as minutes since Monday 2019-01-07 00:00. */
type RecordedMinute = number

export const weekMin = 7 * 1440
/** Monday 2019-01-07 to Sunday 2019-05-26: whole weeks under one set of tariffs. */
export const recordedWeeks = 20
/** Spring Festival 2019: nobody parks as in any other week. */
const festivalWeek = 4
export const ordinaryWeeks = Array.from({ length: recordedWeeks }, (_, week) => week).filter(
  (week) => week !== festivalWeek,
)

/** One car on one bay. */
export interface RecordedStay {
  arrival: RecordedMinute
  /** After `arrival`: rows of no length are bounces of the lock, not visits. */
  departure: RecordedMinute
}

const firstMonday = Date.parse('2019-01-07T00:00Z')
/** The file has wall-clock times without a zone; read as UTC they keep weekday and hour. */
const minuteOf = (text: string): RecordedMinute => (Date.parse(`${text}Z`) - firstMonday) / 60_000

/** Visits of the recorded weeks by recorded lot, in order of arrival. */
export function readRecordedStays(): Map<string, RecordedStay[]> {
  const stays = new Map<string, RecordedStay[]>()
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n')
  for (const line of lines.slice(1)) {
    const [lot, from, to] = line.split(',') as [string, string, string]
    const arrival = minuteOf(from)
    const departure = minuteOf(to)
    if (arrival < 0 || arrival >= recordedWeeks * weekMin || departure <= arrival) continue
    const ofLot = stays.get(lot) ?? []
    stays.set(lot, ofLot)
    ofLot.push({ arrival, departure })
  }
  return stays
}
