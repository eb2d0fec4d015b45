import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { ClearwayError, type Clock, type Random, WorldError } from '@clearway/contracts'
import type { Report } from './report.ts'

/** One event that waits for its PUBACK. `seq` orders the events of all devices in this file. */
export interface OutboxEvent {
  seq: number
  channel: string
  payload: string
}

export interface OutboxLimits {
  /** Older events are dropped and counted. Longer than the longest allowed outage. */
  maxAgeS: number
  /** Payload bytes over all devices; above it the oldest events are dropped and counted. */
  maxBytes: number
}

const defaultLimits: OutboxLimits = { maxAgeS: 30 * 86_400, maxBytes: 512 * 1024 * 1024 }

// A lost deletion only means a resend under the same id, so acknowledgements may wait for company.
const acknowledgeWithinMs = 200
const acknowledgeAtOnce = 200
const retryMs = 1000
const ageCheckMs = 60_000

interface Waiting extends OutboxEvent {
  device: string
  bornMs: number
}

/**
 * The durable half of every uplink in this process: one file, rows per device. An event is on stable storage (WAL,
 * `synchronous=FULL`) before its first send and stays until its PUBACK. Everything kept in one turn of the event loop
 * shares one transaction, so a thousand devices cost one fsync. Whoever constructs it closes it.
 */
export class Outbox {
  /** Unique to this opening of the file; message ids and sequence numbers count within it. */
  readonly bootId: string
  /** Events given up since opening, each also reported. Anything but 0 is an alarm. */
  readonly dropped = { byAge: 0, byBytes: 0 }

  readonly #db: DatabaseSync
  readonly #clock: Clock
  readonly #limits: OutboxLimits
  readonly #report: Report
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #select: StatementSync
  readonly #oldest: StatementSync
  readonly #listeners = new Map<string, () => void>()
  /** Newest committed event per device, so that an idle device costs no query. */
  readonly #newest = new Map<string, number>()
  #waiting: Waiting[] = []
  #acknowledged: number[] = []
  #nextSeq: number
  #bytes: number
  #ageCheckedMs: number
  #turn: NodeJS.Immediate | undefined
  #later: NodeJS.Timeout | undefined

  /** @param path file, made when absent; `:memory:` for one that forgets */
  constructor(path: string, clock: Clock, random: Random, report: Report, limits: Partial<OutboxLimits> = {}) {
    this.#clock = clock
    this.#report = report
    this.#limits = { ...defaultLimits, ...limits }
    this.#db = new DatabaseSync(path)
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS event (
        seq INTEGER PRIMARY KEY, device TEXT NOT NULL, channel TEXT NOT NULL, payload TEXT NOT NULL,
        born_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS event_by_device ON event (device, seq);
      CREATE TABLE IF NOT EXISTS boot (count INTEGER NOT NULL) STRICT;
      INSERT INTO boot SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM boot);
      UPDATE boot SET count = count + 1;
    `)
    this.#insert = this.#db.prepare('INSERT INTO event (seq, device, channel, payload, born_ms) VALUES (?, ?, ?, ?, ?)')
    this.#delete = this.#db.prepare('DELETE FROM event WHERE seq = ? RETURNING length(CAST(payload AS BLOB)) AS bytes')
    this.#select = this.#db.prepare(
      'SELECT seq, channel, payload FROM event WHERE device = ? AND seq > ? ORDER BY seq LIMIT ?',
    )
    this.#oldest = this.#db.prepare('SELECT seq, born_ms AS bornMs FROM event ORDER BY seq LIMIT 1')

    const { count } = this.#db.prepare('SELECT count FROM boot').get() as { count: number }
    const nowMs = clock.now()
    // Time, count and chance together: a device whose file was lost and whose clock starts at 1970 must not reuse an id.
    this.bootId = `${nowMs.toString(36)}-${count.toString(36)}-${random.integer(36 ** 4).toString(36)}`
    const { next, bytes } = this.#db
      .prepare(
        'SELECT coalesce(max(seq), 0) + 1 AS next, coalesce(sum(length(CAST(payload AS BLOB))), 0) AS bytes FROM event',
      )
      .get() as { next: number; bytes: number }
    this.#nextSeq = next
    this.#bytes = bytes
    this.#ageCheckedMs = nowMs
    for (const { device, seq } of this.#db.prepare('SELECT device, max(seq) AS seq FROM event GROUP BY device').all()) {
      this.#newest.set(device as string, seq as number)
    }
  }

  /** Takes an event in; it is on stable storage after this turn of the event loop, or after `commit()`. */
  keep(device: string, channel: string, payload: string): void {
    this.#waiting.push({ seq: this.#nextSeq++, device, channel, payload, bornMs: this.#clock.now() })
    this.#bytes += Buffer.byteLength(payload)
    this.#turn ??= setImmediate(() => this.commit())
  }

  /** Events of one device that are on stable storage and newer than `seq`, oldest first. */
  after(device: string, seq: number, limit: number): OutboxEvent[] {
    if ((this.#newest.get(device) ?? 0) <= seq) return []
    return this.#select.all(device, seq, limit) as unknown as OutboxEvent[]
  }

  /** The PUBACK of an event has come: its row goes with the next batch. */
  acknowledge(seq: number): void {
    this.#acknowledged.push(seq)
    if (this.#acknowledged.length >= acknowledgeAtOnce) this.#turn ??= setImmediate(() => this.commit())
    else this.#later ??= setTimeout(() => this.commit(), acknowledgeWithinMs)
  }

  /** Calls `listener` after each commit that holds new events of `device`. One listener a device. */
  onKept(device: string, listener: () => void): void {
    this.#listeners.set(device, listener)
  }

  /** Writes what waits in one transaction. A failure is reported, loses nothing and is tried again a second later. */
  commit(): void {
    clearImmediate(this.#turn)
    clearTimeout(this.#later)
    this.#turn = undefined
    this.#later = undefined
    const waiting = this.#waiting
    const acknowledged = this.#acknowledged
    let freed = 0
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      for (const { seq, device, channel, payload, bornMs } of waiting) {
        this.#insert.run(seq, device, channel, payload, bornMs)
      }
      for (const seq of acknowledged) freed += (this.#delete.get(seq)?.bytes as number | undefined) ?? 0
      this.#db.exec('COMMIT')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      this.#report(new WorldError('outbox-write', `outbox: ${waiting.length} events wait for the disk`, error))
      this.#later = setTimeout(() => this.commit(), retryMs)
      return
    }
    this.#waiting = []
    this.#acknowledged = []
    this.#bytes -= freed
    const devices = new Set<string>()
    for (const { device, seq } of waiting) {
      this.#newest.set(device, seq)
      devices.add(device)
    }
    this.#bound()
    for (const device of devices) this.#listeners.get(device)?.()
  }

  /** Writes what waits and closes the file. Unacknowledged events stay in it for the next opening. */
  close(): void {
    this.commit()
    clearTimeout(this.#later)
    this.#db.close()
  }

  #bound(): void {
    const nowMs = this.#clock.now()
    const checkAge = nowMs - this.#ageCheckedMs >= ageCheckMs
    if (!checkAge && this.#bytes <= this.#limits.maxBytes) return
    if (checkAge) this.#ageCheckedMs = nowMs
    const before = this.dropped.byAge + this.dropped.byBytes
    for (;;) {
      const oldest = this.#oldest.get() as { seq: number; bornMs: number } | undefined
      if (!oldest) break
      const tooOld = checkAge && nowMs - oldest.bornMs > this.#limits.maxAgeS * 1000
      const tooMuch = this.#bytes > this.#limits.maxBytes
      if (!tooOld && !tooMuch) break
      this.#bytes -= this.#delete.get(oldest.seq)?.bytes as number
      if (tooMuch) this.dropped.byBytes++
      else this.dropped.byAge++
    }
    const lost = this.dropped.byAge + this.dropped.byBytes - before
    if (lost > 0) {
      const { maxAgeS, maxBytes } = this.#limits
      this.#report(
        new ClearwayError(
          'world',
          'outbox-dropped',
          `outbox: ${lost} unsent events dropped (limits: maxAgeS ${maxAgeS}, maxBytes ${maxBytes})`,
        ),
      )
    }
  }
}
