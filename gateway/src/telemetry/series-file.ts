import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { InputError } from '@clearway/contracts'
import { packQuarters, quarterMs, quarterReadings, readingHoldMs, unpackQuarters } from './quarter-readings.ts'
import { addQuarters, emptySums } from './quarter-sums.ts'
import { packSegment, unpackSegment } from './segment.ts'
import type { Point, QuarterSums, Sample, SeriesQuery, WeighedSeries } from './store.ts'

const dayMs = 86_400_000
/** Width of a rollup cell. Means over multiples of it never touch single readings. */
const cellMs = 300_000

const schema = `
create table if not exists series (
  id integer primary key, measurement text not null, tags text not null, field text not null,
  unique (measurement, tags, field)
);
-- Time first: appends stay at the end of the tree.
create table if not exists tail (
  at_ms integer not null, series integer not null, value real not null, primary key (at_ms, series)
) without rowid;
create table if not exists rollup (
  series integer not null, cell_ms integer not null, sum real not null, count integer not null,
  primary key (series, cell_ms)
) without rowid;
create table if not exists segment (
  series integer not null, day_ms integer not null, count integer not null, blob blob not null,
  primary key (series, day_ms)
);
-- Of packed days: quarters of an hour, weighted by time.
create table if not exists quarter_day (
  series integer not null, day_ms integer not null, blob blob not null, primary key (series, day_ms)
);`

interface TailRow {
  series: number
  at_ms: number
  value: number
}

/**
 * `series.sqlite`. New readings go to `tail`; finished days are packed into one blob a series and day; late readings
 * lie over them in `tail` until the day is packed again. `rollup` is kept in the transaction of the readings, so that
 * it always equals what adding them up would give.
 */
export class SeriesFile {
  readonly #db: DatabaseSync
  readonly #ids = new Map<string, number>()

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true })
    this.#db = new DatabaseSync(join(dataDir, 'series.sqlite'))
    this.#db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000')
    this.#db.exec(schema)
  }

  /** All points or none, synced when it returns. */
  write(points: readonly Point[]): void {
    const insert = this.#db.prepare('insert into tail values (?, ?, ?) on conflict do nothing')
    const add = this.#db.prepare(
      'insert into rollup values (?, ?, ?, 1) on conflict do update set sum = sum + excluded.sum, count = count + 1',
    )
    const replace = this.#db.prepare('insert or replace into tail values (?, ?, ?)')
    const packed = new Map<string, Set<number>>()
    /** Times of a series that are packed already; empty for a day that is not. */
    const packedTimes = (series: number, day: number) => {
      const key = `${series} ${day}`
      let times = packed.get(key)
      if (!times) {
        times = new Set(this.#segment(series, day).map(({ atMs }) => atMs))
        packed.set(key, times)
      }
      return times
    }
    const changed = new Map<string, { series: number; cellMs: number }>()
    this.#transaction(() => {
      for (const { measurement, tags, atMs, fields } of points) {
        for (const [field, value] of Object.entries(fields)) {
          const series = this.#idOf(measurement, tags, field)
          const cell = atMs - (atMs % cellMs)
          const known = packedTimes(series, atMs - (atMs % dayMs)).has(atMs)
          if (!known && insert.run(atMs, series, value).changes === 1) {
            add.run(series, cell, value)
          } else {
            // A replaced reading: its cell is added up again rather than corrected, so that no rounding creeps in.
            replace.run(atMs, series, value)
            changed.set(`${series} ${cell}`, { series, cellMs: cell })
          }
        }
      }
      const recount = this.#db.prepare('insert or replace into rollup values (?, ?, ?, ?)')
      for (const { series, cellMs: cell } of changed.values()) {
        const samples = this.#samples(series, cell, cell + cellMs)
        recount.run(
          series,
          cell,
          samples.reduce((sum, { value }) => sum + value, 0),
          samples.length,
        )
      }
    })
  }

  /**
   * Takes in a finished day of one series at once, packed as `sealDay` would.
   *
   * @param dayMs start of the day, UTC
   * @param samples of that day, in time order
   * @throws InputError `series-taken` when the series has readings of that day
   */
  loadDay({ measurement, tags, field }: Omit<SeriesQuery, 'fromMs' | 'toMs'>, day: number, samples: Sample[]): void {
    if (samples.length === 0) return
    const taken = this.range({ measurement, tags, field, fromMs: day, toMs: day + dayMs }).length
    if (taken > 0) {
      const message = `has ${taken} readings of ${measurement} ${canonicalTags(tags)} on ${new Date(day).toISOString().slice(0, 10)}; load into a folder that has none`
      throw new InputError('series-taken', `series.sqlite ${message}`, [{ field: 'data', message }])
    }
    const cells = this.#db.prepare('insert into rollup values (?, ?, ?, ?)')
    this.#transaction(() => {
      const series = this.#idOf(measurement, tags, field)
      this.#db
        .prepare('insert into segment values (?, ?, ?, ?)')
        .run(series, day, samples.length, packSegment(day, samples))
      this.#packQuarters(series, day)
      for (const [cell, inside] of Map.groupBy(samples, ({ atMs }) => atMs - (atMs % cellMs))) {
        const sum = inside.reduce((total, { value }) => total + value, 0)
        cells.run(series, cell, sum, inside.length)
      }
    })
  }

  /** Runs several `loadDay` as one: all or nothing, synced once. */
  together(work: () => void): void {
    this.#transaction(work)
  }

  /** In time order. */
  range(query: SeriesQuery): Sample[] {
    const series = this.#find(query)
    return series === undefined ? [] : this.#samples(series, query.fromMs, query.toMs)
  }

  /** One mean per bucket that has readings inside the window, stamped with the bucket's start. */
  means(query: SeriesQuery, bucketS: number): Sample[] {
    const series = this.#find(query)
    if (series === undefined) return []
    const bucketMs = bucketS * 1000
    const buckets = new Map<number, { sum: number; count: number }>()
    const add = (atMs: number, sum: number, count: number) => {
      const start = Math.floor(atMs / bucketMs) * bucketMs
      const bucket = buckets.get(start)
      if (bucket) {
        bucket.sum += sum
        bucket.count += count
      } else buckets.set(start, { sum, count })
    }
    const raw = (fromMs: number, toMs: number) => {
      for (const { atMs, value } of this.#samples(series, fromMs, toMs)) add(atMs, value, 1)
    }
    const { fromMs, toMs } = query
    // Whole cells come from the rollup, what the window cuts at either end from single readings.
    const firstCell = Math.ceil(fromMs / cellMs) * cellMs
    const lastCell = Math.floor(toMs / cellMs) * cellMs
    if (bucketMs % cellMs !== 0 || firstCell >= lastCell) raw(fromMs, toMs)
    else {
      raw(fromMs, firstCell)
      const cells = this.#db
        .prepare(
          `select cell_ms / ?1 * ?1 as start, sum(sum) as sum, sum(count) as count from rollup
             where series = ?2 and cell_ms >= ?3 and cell_ms < ?4 group by 1`,
        )
        .all(bucketMs, series, firstCell, lastCell)
      for (const { start, sum, count } of cells) add(start as number, sum as number, count as number)
      raw(lastCell, toMs)
    }
    return [...buckets].sort(([a], [b]) => a - b).map(([atMs, { sum, count }]) => ({ atMs, value: sum / count }))
  }

  /** Packed days from their quarters, days that have readings in the tail from single readings. */
  quarters(wanted: readonly WeighedSeries[], fromMs: number, toMs: number): QuarterSums {
    this.#packMissing(fromMs, toMs)
    const sums = emptySums(fromMs, toMs)
    const loose = this.#looseDays(fromMs, toMs)
    const packed = this.#db.prepare(
      'select day_ms as dayMs, blob from quarter_day where series = ? and day_ms > ? and day_ms < ? order by day_ms',
    )
    for (const { measurement, tags, field, weight } of wanted) {
      const series = this.#find({ measurement, tags, field, fromMs, toMs })
      if (series === undefined) continue
      const fresh = loose.get(series)
      for (const { dayMs: day, blob } of packed.all(series, fromMs - dayMs, toMs)) {
        if (fresh?.has(day as number)) continue
        addQuarters(sums, ((day as number) - fromMs) / quarterMs, unpackQuarters(blob as Uint8Array), weight)
      }
      for (const day of fresh ?? []) {
        addQuarters(sums, (day - fromMs) / quarterMs, this.#dayQuarters(series, day), weight)
      }
    }
    return sums
  }

  /** Days that were packed before quarters were. */
  #packMissing(fromMs: number, toMs: number): void {
    const missing = this.#db
      .prepare(
        `select series, day_ms as day from segment where day_ms > ?1 and day_ms < ?2
           except select series, day_ms from quarter_day where day_ms > ?1 and day_ms < ?2`,
      )
      .all(fromMs - dayMs, toMs) as unknown as { series: number; day: number }[]
    if (missing.length === 0) return
    this.#transaction(() => {
      for (const { series, day } of missing) this.#packQuarters(series, day)
    })
  }

  /** By series, the days whose quarters the packed ones do not tell: with readings in the tail, and those after them. */
  #looseDays(fromMs: number, toMs: number): Map<number, Set<number>> {
    const rows = this.#db
      .prepare(`select distinct series, at_ms - at_ms % ${dayMs} as day from tail where at_ms >= ? and at_ms < ?`)
      .all(fromMs - (fromMs % dayMs) - dayMs, toMs)
    const days = new Map<number, Set<number>>()
    for (const { series, day } of rows as unknown as { series: number; day: number }[]) {
      const ofSeries = days.get(series) ?? new Set<number>()
      days.set(series, ofSeries.add(day))
      if (day + dayMs < toMs) ofSeries.add(day + dayMs)
    }
    return days
  }

  #dayQuarters(series: number, day: number) {
    return quarterReadings(day, day + dayMs, this.#samples(series, day - readingHoldMs, day + dayMs))
  }

  /** Of a packed day, and of the one after it, into which its last reading holds. */
  #packQuarters(series: number, packedDay: number): void {
    for (const day of [packedDay, packedDay + dayMs]) {
      const quarters = this.#dayQuarters(series, day)
      if (quarters.knownMs.some((ms) => ms > 0)) {
        this.#db.prepare('insert or replace into quarter_day values (?, ?, ?)').run(series, day, packQuarters(quarters))
      } else this.#db.prepare('delete from quarter_day where series = ? and day_ms = ?').run(series, day)
    }
  }

  /**
   * Packs the oldest day (UTC) that ended before `beforeMs` and still has readings in the tail.
   *
   * @returns the start of that day, undefined when there is none
   */
  sealDay(beforeMs: number): number | undefined {
    const end = beforeMs - (beforeMs % dayMs)
    const oldest = this.#db.prepare('select min(at_ms) as ms from tail where at_ms < ?').get(end)?.ms as number | null
    if (oldest === null) return undefined
    const start = oldest - (oldest % dayMs)
    const save = this.#db.prepare('insert or replace into segment values (?, ?, ?, ?)')
    this.#transaction(() => {
      const rows = this.#db
        .prepare('select series, at_ms, value from tail where at_ms >= ? and at_ms < ? order by series, at_ms')
        .all(start, start + dayMs) as unknown as TailRow[]
      for (let from = 0; from < rows.length; ) {
        const { series } = rows[from] as TailRow
        let to = from
        while (rows[to]?.series === series) to++
        const fresh = rows.slice(from, to).map(({ at_ms: atMs, value }) => ({ atMs, value }))
        const samples = overlay(this.#segment(series, start), fresh)
        save.run(series, start, samples.length, packSegment(start, samples))
        from = to
      }
      this.#db.prepare('delete from tail where at_ms >= ? and at_ms < ?').run(start, start + dayMs)
      for (const series of new Set(rows.map((row) => row.series))) this.#packQuarters(series, start)
    })
    return start
  }

  /** Drops packed days that ended before `beforeMs`; their rollups stay. */
  dropBefore(beforeMs: number): void {
    this.#db.prepare('delete from segment where day_ms + ? <= ?').run(dayMs, beforeMs)
  }

  close(): void {
    this.#db.close()
  }

  /** Single readings of `[fromMs, toMs)` in time order, late ones over packed ones. */
  #samples(series: number, fromMs: number, toMs: number): Sample[] {
    if (fromMs >= toMs) return []
    const packed: Sample[] = []
    const segments = this.#db
      .prepare('select day_ms, blob from segment where series = ? and day_ms > ? and day_ms < ? order by day_ms')
      .all(series, fromMs - dayMs, toMs)
    for (const { day_ms: day, blob } of segments) {
      for (const sample of unpackSegment(day as number, blob as Uint8Array)) {
        if (sample.atMs >= fromMs && sample.atMs < toMs) packed.push(sample)
      }
    }
    const fresh = this.#db
      .prepare('select at_ms as atMs, value from tail where at_ms >= ? and at_ms < ? and series = ? order by at_ms')
      .all(fromMs, toMs, series) as unknown as Sample[]
    return overlay(
      packed,
      fresh.map(({ atMs, value }) => ({ atMs, value })),
    )
  }

  #segment(series: number, day: number): Sample[] {
    const row = this.#db.prepare('select blob from segment where series = ? and day_ms = ?').get(series, day)
    return row ? unpackSegment(day, row.blob as Uint8Array) : []
  }

  #idOf(measurement: string, tags: Record<string, string>, field: string): number {
    const key = seriesKey(measurement, tags, field)
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    this.#db
      .prepare('insert into series (measurement, tags, field) values (?, ?, ?) on conflict do nothing')
      .run(measurement, canonicalTags(tags), field)
    const id = this.#lookUp(measurement, tags, field) as number
    this.#ids.set(key, id)
    return id
  }

  #find({ measurement, tags, field }: SeriesQuery): number | undefined {
    return this.#ids.get(seriesKey(measurement, tags, field)) ?? this.#lookUp(measurement, tags, field)
  }

  #lookUp(measurement: string, tags: Record<string, string>, field: string): number | undefined {
    return this.#db
      .prepare('select id from series where measurement = ? and tags = ? and field = ?')
      .get(measurement, canonicalTags(tags), field)?.id as number | undefined
  }

  #transaction(work: () => void): void {
    if (this.#db.isTransaction) {
      work()
      return
    }
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#db.exec('COMMIT')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      // Ids that were given inside are gone with it.
      this.#ids.clear()
      throw error
    }
  }
}

const canonicalTags = (tags: Record<string, string>): string =>
  JSON.stringify(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)))

const seriesKey = (measurement: string, tags: Record<string, string>, field: string): string =>
  `${measurement}\0${field}\0${canonicalTags(tags)}`

/** Two lists in time order made one; where both have a time, `over` wins. */
function overlay(under: readonly Sample[], over: readonly Sample[]): Sample[] {
  if (under.length === 0) return [...over]
  const merged: Sample[] = []
  let next = 0
  for (const sample of under) {
    while (next < over.length && (over[next] as Sample).atMs < sample.atMs) merged.push(over[next++] as Sample)
    if (over[next]?.atMs !== sample.atMs) merged.push(sample)
  }
  merged.push(...over.slice(next))
  return merged
}
