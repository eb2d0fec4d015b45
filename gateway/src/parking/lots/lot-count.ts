import type { Records } from '../../records/records.ts'

/** After a correction the count is marked for this long, so that somebody looks. */
const suspectForMs = 3_600_000

export interface Count {
  /** Within 0…capacity. */
  occupied: number
  /** Entries less exits since the start, never corrected: its distance from `occupied` is the drift. */
  counted: number
  /** Device time of the newest passage, 0 when none. */
  updatedMs: number
  /** When the count was last forced back into 0…capacity. */
  clampedMs: number | null
}

const never: Count = { occupied: 0, counted: 0, updatedMs: 0, clampedMs: null }

/**
 * How many vehicles are in each lot, counted at the gates apart from the stays: a plate that was not or wrongly read is
 * still a vehicle. Errors add up, so the count is held within 0…capacity and each correction shows as `suspect`.
 */
export class LotCounts {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
    records.define(`create table if not exists lot_count (
      lot text primary key references lot, occupied integer not null, counted integer not null,
      updated_ms integer not null, clamped_ms integer) strict`)
  }

  of(lot: string): Count {
    const row = this.#records.db
      .prepare(
        'select occupied, counted, updated_ms as updatedMs, clamped_ms as clampedMs from lot_count where lot = ?',
      )
      .get(lot)
    return (row as unknown as Count | undefined) ?? never
  }

  /**
   * @param change vehicles in less vehicles out
   * @param atMs when they passed
   */
  add(lot: string, capacity: number, change: number, atMs: number): Count {
    const before = this.of(lot)
    const wanted = before.occupied + change
    const occupied = Math.min(Math.max(wanted, 0), capacity)
    const count: Count = {
      occupied,
      counted: before.counted + change,
      updatedMs: Math.max(before.updatedMs, atMs),
      clampedMs: occupied === wanted ? before.clampedMs : atMs,
    }
    this.#records.db
      .prepare('insert or replace into lot_count values (?, ?, ?, ?, ?)')
      .run(lot, count.occupied, count.counted, count.updatedMs, count.clampedMs)
    return count
  }
}

export const isSuspect = (count: Count, nowMs: number): boolean =>
  count.clampedMs !== null && nowMs - count.clampedMs < suspectForMs
