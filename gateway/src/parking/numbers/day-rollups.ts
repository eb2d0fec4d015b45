import type { StatementSync } from 'node:sqlite'
import type { Records } from '../../records/records.ts'
import type { Stays } from '../stays/stays.ts'
import {
  type DayColumns,
  packColumns,
  type QuarterRow,
  quarterColumns,
  unpackColumns,
  wholeDay,
} from './day-columns.ts'
import { KeptDays } from './kept-days.ts'
import { LocalDays } from './local-days.ts'

const utcDayMs = 86_400_000
/** Days made anew in one transaction: a few milliseconds, for which the gates wait. */
const daysAtOnce = 24
/** Passages come between making days anew and reading them; then it is done again, so often at most. */
const mostTries = 5
/** Days of lots held in memory, 4 kB each: two months of 300 lots, which a manager looks at again and again. */
const daysKept = 20_000

/** A day as one entry of columns. */
export interface WholeDay {
  dayMs: number
  day: DayColumns
  /** Bay-time beyond the level at its start. */
  tailMs: number
  /** Start of the quarter in which the level was highest, first. */
  risenMs: number
}

export interface QuartersOfDay {
  dayMs: number
  quarters: DayColumns
}

/**
 * Rollups of local days, each packed into one row: what a month of quarters of all lots is read from. They are made of
 * `lot_quarter` and the stays; a change marks its days as stale, and whoever reads makes those anew first.
 */
export class DayRollups {
  readonly days: LocalDays
  readonly #records: Records
  readonly #stays: Stays
  readonly #zone: string
  readonly #wholes: StatementSync
  readonly #quarters: StatementSync
  readonly #kept = new KeptDays<QuartersOfDay>(daysKept)
  /** The newest day that was made when the store was last looked at. */
  #seenSeq = 0

  /** @param zone IANA zone in which days begin */
  constructor(records: Records, stays: Stays, zone: string) {
    this.#records = records
    this.#stays = stays
    this.#zone = zone
    this.days = new LocalDays(zone)
    records.define(`
      create table if not exists lot_day_zone (zone text not null) strict;
      create table if not exists lot_day (
        lot text not null, day_ms integer not null, net integer not null, tail_ms integer not null,
        risen_ms integer not null, columns blob not null, primary key (lot, day_ms)) strict, without rowid;
      create index if not exists lot_day_net on lot_day (lot, day_ms, net);
      create table if not exists lot_day_quarters (
        seq integer primary key autoincrement, lot text not null, day_ms integer not null, columns blob not null,
        unique (lot, day_ms)) strict`)
    this.#wholes = records.db.prepare(
      `select day_ms as dayMs, tail_ms as tailMs, risen_ms as risenMs, columns from lot_day
         where lot = ? and day_ms >= ? and day_ms < ? order by day_ms`,
    )
    this.#quarters = records.db.prepare(
      'select day_ms as dayMs, columns from lot_day_quarters where lot = ? and day_ms >= ? and day_ms < ? order by day_ms',
    )
  }

  /**
   * Makes the stale days anew, a few in each transaction.
   *
   * @param told after each, how many days were made so far
   * @returns how many days were made
   */
  rebuild(told?: (days: number) => void): number {
    this.#followZone()
    const next = this.#records.db.prepare(
      'select lot, utc_day_ms as utcDay from lot_day_stale order by lot, utc_day_ms limit ?',
    )
    let made = 0
    while (this.#isStale()) {
      made += this.#records.transaction(() => {
        const marks = next.all(daysAtOnce) as unknown as { lot: string; utcDay: number }[]
        return this.#remake(marks)
      })
      told?.(made)
    }
    return made
  }

  /** Runs reads against one state of the store in which no day is stale. */
  read<T>(work: () => T): T {
    const { db } = this.#records
    for (let tries = 0; tries < mostTries; tries++) {
      this.rebuild()
      if (db.isTransaction) return this.#afresh(work)
      db.exec('BEGIN')
      try {
        if (!this.#isStale()) return this.#afresh(work)
      } finally {
        db.exec('COMMIT')
      }
    }
    // Gates that never pause: they wait this once.
    return this.#records.transaction(() => {
      this.rebuild()
      return this.#afresh(work)
    })
  }

  /** Drops from memory the days that were made anew since the last time, by whomever. */
  #afresh<T>(work: () => T): T {
    const { db } = this.#records
    if (this.#seenSeq === 0) {
      // Nothing is in memory yet.
      this.#seenSeq = (db.prepare('select max(seq) as seq from lot_day_quarters').get()?.seq as number | null) ?? 0
      return work()
    }
    const made = db
      .prepare('select seq, lot, day_ms as dayMs from lot_day_quarters where seq > ? order by seq')
      .all(this.#seenSeq) as unknown as { seq: number; lot: string; dayMs: number }[]
    for (const { lot, dayMs } of made) this.#kept.drop(lot, dayMs)
    this.#seenSeq = made.at(-1)?.seq ?? this.#seenSeq
    return work()
  }

  /** Days of a lot that begin in a half-open window, as one entry each. */
  wholes(lot: string, fromMs: number, toMs: number): WholeDay[] {
    const rows = this.#wholes.all(lot, fromMs, toMs) as unknown as (Omit<WholeDay, 'day'> & { columns: Uint8Array })[]
    return rows.map(({ columns, ...rest }) => ({ ...rest, day: unpackColumns(columns) }))
  }

  /** The same by quarter. */
  quarters(lot: string, fromMs: number, toMs: number): QuartersOfDay[] {
    return this.#kept.days(lot, fromMs, toMs, (beginMs, endMs) => {
      const rows = this.#quarters.all(lot, beginMs, endMs) as unknown as { dayMs: number; columns: Uint8Array }[]
      return rows.map(({ dayMs, columns }) => ({ dayMs, quarters: unpackColumns(columns) }))
    })
  }

  /** By lot, the vehicles of known course at a midnight. */
  levels(midnightMs: number): Map<string, number> {
    const rows = this.#records.db
      .prepare('select lot, sum(net) as level from lot_day where day_ms < ? group by lot')
      .all(midnightMs) as unknown as { lot: string; level: number }[]
    return new Map(rows.map(({ lot, level }) => [lot, level]))
  }

  #isStale(): boolean {
    return this.#records.db.prepare('select 1 from lot_day_stale limit 1').get() !== undefined
  }

  #remake(marks: readonly { lot: string; utcDay: number }[]): number {
    let made = 0
    const done = this.#records.db.prepare('delete from lot_day_stale where lot = ? and utc_day_ms = ?')
    for (const [lot, ofLot] of Map.groupBy(marks, (mark) => mark.lot)) {
      const days = new Set(ofLot.flatMap(({ utcDay }) => this.days.touching(utcDay, utcDay + utcDayMs)))
      for (const day of days) this.#make(lot, day)
      for (const { utcDay } of ofLot) done.run(lot, utcDay)
      made += days.size
    }
    return made
  }

  #make(lot: string, dayMs: number): void {
    const endMs = this.days.endOf(dayMs)
    const { db } = this.#records
    const rows = db
      .prepare(
        `select start_ms as startMs, arrivals, effective, ended, dwell_ms as dwellMs, net, tail_ms as tailMs, rise,
           revenue_fen as revenueFen from lot_quarter where lot = ? and start_ms >= ? and start_ms < ?`,
      )
      .all(lot, dayMs, endMs) as unknown as QuarterRow[]
    const passages = { changes: this.#stays.changes(lot, dayMs, endMs), ended: this.#stays.ended(lot, dayMs, endMs) }
    const quarters = quarterColumns(dayMs, endMs, rows, passages)
    const { day, tailMs, riseQuarter } = wholeDay(quarters)
    db.prepare('insert or replace into lot_day values (?, ?, ?, ?, ?, ?)').run(
      lot,
      dayMs,
      day.net[0] as number,
      tailMs,
      dayMs + riseQuarter * 900_000,
      packColumns(day),
    )
    db.prepare('insert or replace into lot_day_quarters (lot, day_ms, columns) values (?, ?, ?)').run(
      lot,
      dayMs,
      packColumns(quarters),
    )
  }

  /** In another zone days begin at other instants: all are made anew. So they are where there were none yet. */
  #followZone(): void {
    const { db } = this.#records
    const known = db.prepare('select zone from lot_day_zone').get()?.zone
    if (known === this.#zone) return
    this.#records.transaction(() => {
      db.exec('delete from lot_day_zone; delete from lot_day; delete from lot_day_quarters')
      this.#kept.clear()
      // A bound number would be a double, and the division exact.
      db.exec(
        `insert or ignore into lot_day_stale
           select distinct lot, start_ms / ${utcDayMs} * ${utcDayMs} from lot_quarter`,
      )
      db.prepare('insert into lot_day_zone values (?)').run(this.#zone)
    })
  }
}
