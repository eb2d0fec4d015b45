import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** One row of the recorded stays that ship with the simulators. */
export interface RecordedCharge {
  lot: string
  arrivalMs: number
  departureMs: number
  chargedFen: number
}

const file = new URL('../../../../simulators/data/parking/cn_bay_sessions_2017_2019.csv.gz', import.meta.url)

/** Every row, those of no length included. */
export function recordedCharges(): RecordedCharge[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n')
  return lines.slice(1).map((line) => {
    const [lot, arrival, departure, yuan] = line.split(',') as [string, string, string, string]
    return {
      lot,
      arrivalMs: Date.parse(`${arrival}+08:00`),
      departureMs: Date.parse(`${departure}+08:00`),
      chargedFen: Math.round(Number(yuan) * 100),
    }
  })
}

/** Which shipped tariff a recorded lot had in 2019. */
export const tariffOfRecordedLot: Record<string, string> = {
  P1: 'ningbo-haishu-hotel',
  P3: 'ningbo-yinzhou-mall',
  P5: 'ningbo-yinzhou-hotel',
  P6: 'changsha-yuelu-market',
  P7: 'changsha-yuelu-market',
}
