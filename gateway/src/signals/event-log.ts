import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { fromTimestamp, type SignalEvents, WorldError } from '@clearway/contracts'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { JournalEntry, Projection } from '../ingest/entry.ts'
import { type LogEvent, packEvents, toLogEvent, unpackEvents } from './event-codec.ts'

/** A piece of one junction's log, as its agent told it: complete from `fromMs` to `toMs`, controller's clock. */
export interface Stretch {
  fromMs: number
  toMs: number
  /** Tells apart what begins at one instant; counts up. */
  seq: number
  /** In order of time, from `fromMs` to `toMs`, both included. */
  events: LogEvent[]
}

/** No stretch is longer, whatever a message claims: a reader knows how far back to look. */
const longestStretchMs = 600_000
/** Stretches read between two turns of the event loop: a few milliseconds of work. */
const readAtOnce = 100

const schema = `
create table if not exists junction (number integer primary key, id text not null unique) strict;
create table if not exists stretch (
  junction integer not null, from_ms integer not null, seq integer not null, to_ms integer not null, events blob not null,
  primary key (junction, from_ms, seq)
) strict, without rowid;`

interface Row {
  from_ms: number
  seq: number
  to_ms: number
  events: Uint8Array
}

/**
 * `signal-events.sqlite`: what signal controllers logged, a row a message, the events packed. A file of its own because
 * it outgrows all records together and is dropped day by day; docs/adr/0010 gives the figures.
 *
 * The projection's cursor is in the records, so a crash between the two files applies entries again: the journal's
 * position is part of the key, and what is there already stays as it is.
 */
export class SignalEventLog implements Projection {
  readonly name = 'signal-events'
  readonly channels = ['signal/events']
  readonly #dataDir: string
  readonly #junctionOf: (device: string) => string
  readonly #numbers = new Map<string, number>()
  readonly #counter: Counter
  #db: DatabaseSync | undefined

  /** @param dataDir the gateway's data folder; `:memory:` for a log that lives as long as the process */
  constructor(dataDir: string, junctionOf: (device: string) => string, metrics: Registry) {
    this.#dataDir = dataDir
    this.#junctionOf = junctionOf
    this.#counter = new Counter({
      name: 'clearway_signal_events_total',
      help: 'events of signal controllers: stored, stored under our time, refused as outside their message',
      labelNames: ['outcome'],
      registers: [metrics],
    })
    const bytes = () => this.#bytes()
    new Gauge({
      name: 'clearway_signal_events_bytes',
      help: 'size of the log of signal controllers',
      registers: [metrics],
      collect() {
        this.set(bytes())
      },
    })
  }

  /** @throws WorldError `signal-events-open` naming the file that cannot be used */
  start(): void {
    const inMemory = this.#dataDir === ':memory:'
    const path = inMemory ? this.#dataDir : join(this.#dataDir, 'signal-events.sqlite')
    try {
      if (!inMemory) mkdirSync(this.#dataDir, { recursive: true, mode: 0o700 })
      this.#db = new DatabaseSync(path)
      this.#db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; ${schema}`)
    } catch (cause) {
      const message = `${path} cannot be used: ${(cause as Error).message}; put back a copy, or remove it to begin anew`
      throw new WorldError('signal-events-open', message, cause)
    }
  }

  stop(): void {
    this.#db?.close()
    this.#db = undefined
    this.#numbers.clear()
  }

  apply(entries: readonly JournalEntry[]): void {
    const db = this.#open
    const insert = db.prepare('insert into stretch values (?, ?, ?, ?, ?) on conflict do nothing')
    let stored = 0
    let shifted = 0
    let refused = 0
    db.exec('BEGIN IMMEDIATE')
    try {
      for (const entry of entries) {
        const { stretch, outside, ahead } = stretchOf(entry)
        const { fromMs, seq, toMs, events } = stretch
        const junction = this.#numberOf(this.#junctionOf(entry.device))
        if (insert.run(junction, fromMs, seq, toMs, packEvents(fromMs, events)).changes === 0) continue
        refused += outside
        if (ahead) shifted += events.length
        else stored += events.length
      }
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      // Numbers that were given inside are gone with it.
      this.#numbers.clear()
      throw error
    }
    this.#counter.inc({ outcome: 'stored' }, stored)
    this.#counter.inc({ outcome: 'shifted' }, shifted)
    this.#counter.inc({ outcome: 'refused' }, refused)
  }

  /**
   * What is known of a junction between two instants, in order of its begin; stretches that overlap the edges are given
   * whole. Gives way to other work between slices.
   *
   * @param after begins behind this stretch, or with it where it is to be read again
   */
  async *read(
    junction: string,
    fromMs: number,
    toMs: number,
    after?: { fromMs: number; seq: number },
  ): AsyncGenerator<Stretch> {
    const number = this.#find(junction)
    if (number === undefined) return
    const select = this.#open.prepare(
      `select from_ms, seq, to_ms, events from stretch
       where junction = ? and (from_ms, seq) >= (?, ?) and from_ms < ? and to_ms >= ? order by from_ms, seq limit ?`,
    )
    let next = after ?? { fromMs: fromMs - longestStretchMs, seq: 0 }
    for (;;) {
      const rows = select.all(number, next.fromMs, next.seq, toMs, fromMs, readAtOnce) as unknown as Row[]
      for (const { from_ms, seq, to_ms, events } of rows) {
        yield { fromMs: from_ms, seq, toMs: to_ms, events: unpackEvents(from_ms, events) }
      }
      const last = rows.at(-1)
      if (!last || rows.length < readAtOnce) return
      next = { fromMs: last.from_ms, seq: last.seq + 1 }
      await setImmediate()
    }
  }

  /** Drops what began before `beforeMs`, junction by junction. @returns rows dropped */
  async dropBefore(beforeMs: number): Promise<number> {
    let dropped = 0
    for (const { number } of this.#open.prepare('select number from junction').all()) {
      // Closed while the loop gave way.
      if (!this.#db) break
      const result = this.#db
        .prepare('delete from stretch where junction = ? and from_ms < ?')
        .run(number as number, beforeMs)
      dropped += Number(result.changes)
      await setImmediate()
    }
    return dropped
  }

  get #open(): DatabaseSync {
    if (this.#db) return this.#db
    throw new WorldError('signal-events-open', 'the log of signal controllers is not open')
  }

  #bytes(): number {
    if (!this.#db) return 0
    const pragma = (name: string) => Object.values(this.#open.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number
    return pragma('page_count') * pragma('page_size')
  }

  #numberOf(junction: string): number {
    const known = this.#find(junction)
    if (known !== undefined) return known
    this.#open.prepare('insert into junction (id) values (?)').run(junction)
    return this.#find(junction) as number
  }

  #find(junction: string): number | undefined {
    const known = this.#numbers.get(junction)
    if (known !== undefined) return known
    const number = this.#open.prepare('select number from junction where id = ?').get(junction)?.number
    if (number !== undefined) this.#numbers.set(junction, number as number)
    return number as number | undefined
  }
}

/** A message as it is kept: bounded, in order, and by our clock where the controller's is far ahead. */
function stretchOf({ seq, atMs, receivedMs, skewed, body }: JournalEntry) {
  const { since, events } = body as SignalEvents
  // Behind our clock it may be late news; ahead of it, it can only be wrong.
  const ahead = skewed === true && atMs > receivedMs
  const shiftMs = ahead ? receivedMs - atMs : 0
  const toMs = atMs + shiftMs
  const fromMs = Math.min(toMs, Math.max(fromTimestamp(since) + shiftMs, toMs - longestStretchMs))
  const told = events.map(toLogEvent).map((event) => ({ ...event, atMs: event.atMs + shiftMs }))
  // Entries are told to the tenth of a second, the message's own times to the millisecond.
  const inside = told.filter((event) => event.atMs > fromMs - 100 && event.atMs <= toMs)
  const sorted = inside
    .map((event) => ({ ...event, atMs: Math.max(event.atMs, Math.floor(fromMs / 100) * 100) }))
    .sort((a, b) => a.atMs - b.atMs)
  return {
    stretch: { fromMs, seq, toMs, events: sorted } satisfies Stretch,
    outside: told.length - inside.length,
    ahead,
  }
}
