import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const quarterMs = 900_000

/** One curve of all lots, worked out from the stays alone, as the rollups' peer. */
export interface RawCurve {
  /** Vehicle-time by quarter, ms. */
  occupiedMs: Float64Array
  arrivals: Float64Array
  stays: number
}

/** Reads every stay that touches a window of whole quarters and spreads it over them. */
export function rawCurve(dataDir: string, fromMs: number, toMs: number): RawCurve {
  const db = new DatabaseSync(join(dataDir, 'records.sqlite'), { readOnly: true })
  const size = (toMs - fromMs) / quarterMs
  const curve: RawCurve = { occupiedMs: new Float64Array(size), arrivals: new Float64Array(size), stays: 0 }
  try {
    const rows = db
      .prepare(
        `select entered_ms as enteredMs, coalesce(left_ms, ?2) as leftMs from stay
           where anchor_ms < ?2 and (left_ms > ?1 or left_ms is null) and state in ('open', 'closed')`,
      )
      .iterate(fromMs, toMs)
    for (const row of rows) {
      const { enteredMs, leftMs } = row as unknown as { enteredMs: number; leftMs: number }
      curve.stays++
      if (enteredMs >= fromMs) curve.arrivals[Math.floor((enteredMs - fromMs) / quarterMs)]!++
      const begin = Math.max(enteredMs, fromMs)
      const end = Math.min(leftMs, toMs)
      for (let i = Math.floor((begin - fromMs) / quarterMs); i < size && fromMs + i * quarterMs < end; i++) {
        const start = fromMs + i * quarterMs
        curve.occupiedMs[i]! += Math.min(end, start + quarterMs) - Math.max(begin, start)
      }
    }
  } finally {
    db.close()
  }
  return curve
}
