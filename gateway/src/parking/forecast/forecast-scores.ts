import type { Records } from '../../records/records.ts'
import type { LotOutlook } from './lot-forecaster.ts'
import { slotMs } from './lot-grid.ts'

/** Horizons that are held against what happened, minutes. */
const scoredMinutes = [15, 30, 60, 120, 1440] as const

const dayMs = 86_400_000
/** A score is of this many days. */
const scoredDays = 28

/** How forecasts turned out. Errors are in percent of the capacity. */
export interface ForecastScore {
  minutes: number
  forecasts: number
  maePercent: number
  /** Of "it stays as it is", over the same forecasts. */
  persistence: number
  /** Share of those with an interval that fell within it; null when none had one. */
  interval90Coverage: number | null
}

/** Percent free, as the grid has it. */
export type LevelNow = ReadonlyMap<string, number>

/** Keeps what was forecast until it has come to pass, and what came of it, by day. */
export class ForecastScores {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists forecast_due (
        due_ms integer not null, lot text not null references lot, minutes integer not null, level real not null,
        median real not null, low real, high real, primary key (due_ms, lot, minutes)) strict, without rowid;
      create table if not exists forecast_score (
        day_ms integer not null, lot text not null references lot, minutes integer not null, forecasts integer not null,
        error real not null, persistence real not null, intervals integer not null, inside integer not null,
        primary key (lot, minutes, day_ms)) strict, without rowid`)
  }

  /** Notes what was forecast at a slot. */
  expect(outlooks: readonly LotOutlook[], now: LevelNow, slot: number): void {
    const insert = this.#records.db.prepare('insert or replace into forecast_due values (?, ?, ?, ?, ?, ?, ?)')
    for (const { lot, median, low, high } of outlooks) {
      const level = now.get(lot)
      if (level === undefined) continue
      for (const minutes of scoredMinutes) {
        const i = (minutes * 60_000) / slotMs - 1
        insert.run(slot + minutes * 60_000, lot, minutes, level, median[i]!, low?.[i] ?? null, high?.[i] ?? null)
      }
    }
  }

  /** Holds what was forecast for a slot against what is now. What fell due while nothing was known is dropped. */
  settle(now: LevelNow, slot: number): void {
    const { db } = this.#records
    const due = db.prepare('select * from forecast_due where due_ms = ?').all(slot) as unknown as DueRow[]
    const add = db.prepare(
      `insert into forecast_score values (?, ?, ?, 1, ?, ?, ?, ?) on conflict (lot, minutes, day_ms) do update set
         forecasts = forecasts + 1, error = error + excluded.error, persistence = persistence + excluded.persistence,
         intervals = intervals + excluded.intervals, inside = inside + excluded.inside`,
    )
    const day = Math.floor(slot / dayMs) * dayMs
    for (const { lot, minutes, level, median, low, high } of due) {
      const truth = now.get(lot)
      if (truth === undefined) continue
      const given = low !== null && high !== null
      const inside = given && truth >= low && truth <= high
      add.run(day, lot, minutes, Math.abs(median - truth), Math.abs(level - truth), Number(given), Number(inside))
    }
    db.prepare('delete from forecast_due where due_ms <= ?').run(slot)
    db.prepare('delete from forecast_score where day_ms < ?').run(day - scoredDays * dayMs)
  }

  /** Over the last four weeks; of one lot, or of all together. */
  of(lot?: string): ForecastScore[] {
    const rows = this.#records.db
      .prepare(
        `select minutes, sum(forecasts) as forecasts, sum(error) as error, sum(persistence) as persistence,
           sum(intervals) as intervals, sum(inside) as inside
         from forecast_score where ?1 is null or lot = ?1 group by minutes order by minutes`,
      )
      .all(lot ?? null) as unknown as (Record<'minutes' | 'forecasts' | 'error' | 'persistence', number> &
      Record<'intervals' | 'inside', number>)[]
    return rows.map(({ minutes, forecasts, error, persistence, intervals, inside }) => ({
      minutes,
      forecasts,
      maePercent: error / forecasts,
      persistence: persistence / forecasts,
      interval90Coverage: intervals === 0 ? null : inside / intervals,
    }))
  }
}

interface DueRow {
  lot: string
  minutes: number
  level: number
  median: number
  low: number | null
  high: number | null
}
