import { InputError } from '@clearway/contracts'
import type { SeriesOutbox } from '../core.ts'
import type { Records } from '../records/records.ts'
import type { Point } from './store.ts'

/** A stretch of the outbox. */
export interface Waiting {
  points: Point[]
  /** Everything up to here may be removed once the store has the points. */
  upToSeq: number
}

/** Points on their way to the telemetry store: committed together with the state that they describe, or not at all. */
export class RecordsOutbox implements SeriesOutbox {
  readonly #records: Records
  readonly #listeners = new Set<() => void>()

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists series_outbox (seq integer primary key autoincrement, point text not null);
      create table if not exists series_refused (
        seq integer primary key autoincrement, at_ms integer not null, reason text not null, point text not null)`)
  }

  /** @throws InputError `point` for a point that no store could take: it would block all that come after it */
  append(points: readonly Point[]): void {
    for (const point of points) requirePoint(point)
    const insert = this.#records.db.prepare('insert into series_outbox (point) values (?)')
    this.#records.transaction(() => {
      for (const point of points) insert.run(JSON.stringify(point))
    })
    if (points.length > 0) for (const listener of this.#listeners) listener()
  }

  onAppend(listener: () => void): void {
    this.#listeners.add(listener)
  }

  waiting(limit: number): Waiting {
    const rows = this.#records.db.prepare('select seq, point from series_outbox order by seq limit ?').all(limit)
    return { points: rows.map((row) => JSON.parse(row.point as string)), upToSeq: (rows.at(-1)?.seq as number) ?? 0 }
  }

  remove(upToSeq: number): void {
    this.#records.transaction(() => {
      this.#records.db.prepare('delete from series_outbox where seq <= ?').run(upToSeq)
    })
  }

  /** Keeps a point that the store will never take. */
  refuse(point: Point, reason: string, nowMs: number): void {
    this.#records.transaction(() => {
      this.#records.db
        .prepare('insert into series_refused (at_ms, reason, point) values (?, ?, ?)')
        .run(nowMs, reason, JSON.stringify(point))
    })
  }

  get size(): number {
    return this.#records.db.prepare('select count(*) as n from series_outbox').get()?.n as number
  }
}

/** @throws InputError `point` naming the part that is wrong */
export function requirePoint({ measurement, tags, atMs, fields }: Point): void {
  const wrong = (field: string, message: string) =>
    new InputError('point', `point of "${measurement}": ${field} ${message}`, [{ field, message }])
  if (measurement === '') throw wrong('measurement', 'is empty')
  if (!Number.isSafeInteger(atMs) || atMs < 0) throw wrong('atMs', `must be whole milliseconds ≥ 0, got ${atMs}`)
  const entries = Object.entries(fields)
  if (entries.length === 0) throw wrong('fields', 'has no field')
  for (const [name, value] of entries) {
    if (!Number.isFinite(value)) throw wrong(`fields.${name}`, `must be a finite number, got ${value}`)
  }
  for (const [name, value] of Object.entries(tags)) {
    // Line protocol has no way to write a backslash before a separator.
    if (value === '' || /[\n\r\\]/.test(value)) {
      throw wrong(`tags.${name}`, `must be one line of text without a backslash, got "${value}"`)
    }
  }
}
