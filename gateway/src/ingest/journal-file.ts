import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'

/** A message that has passed its checks, as it goes into the journal. */
export interface EntryRow {
  receivedMs: number
  district: string
  kind: string
  device: string
  channel: string
  id: string
  atMs: number
  /** 1 when the device's clock was too far off to be trusted. */
  skewed: number
  /** The payload as it was sent, JSON. */
  body: string
}

/** A message that failed its checks. Identical ones share a row and count up. */
export interface QuarantineRow {
  receivedMs: number
  device: string
  topic: string
  id: string | null
  reason: string
  detail: string
  /** Of topic and payload: recognises a message that is sent again. */
  digest: string
  body: Uint8Array
}

/** One waiting row: either a message or something for quarantine. */
export type JournalRow = EntryRow | QuarantineRow

/** An entry as it lies on disk. */
export interface StoredEntry extends EntryRow {
  seq: number
  crc: number
}

/** A record that is not what was written. */
export interface Damage {
  seq: number
  device: string
  id: string
}

/** `seq` of rows that were inserted; these two for the others. */
export const duplicate = 0
export const quarantined = -1

/** CRC-32 over every field of an entry but `seq`, which the key of the table already pins. */
export const checksum = (row: EntryRow): number =>
  crc32(
    `${row.receivedMs}|${row.district}|${row.kind}|${row.device}|${row.channel}|${row.id}|${row.atMs}|${row.skewed}|${row.body}`,
  )

const schema = `
create table if not exists entries (
  seq integer primary key autoincrement,
  received_ms integer not null, district text not null, kind text not null, device text not null,
  channel text not null, id text not null, at_ms integer not null, skewed integer not null,
  body text, crc integer not null,
  unique (device, id)
);
create table if not exists latest (
  kind text not null, channel text not null, device text not null, seq integer not null,
  received_ms integer not null, district text not null, id text not null, at_ms integer not null,
  skewed integer not null, body text not null, crc integer not null,
  primary key (kind, channel, device)
) without rowid;
create table if not exists quarantine (
  seq integer primary key autoincrement,
  received_ms integer not null, device text not null, topic text not null, id text, reason text not null,
  detail text not null, digest text not null, body blob not null, times integer not null default 1,
  unique (device, digest)
);`

/** Opens the journal for reading; a second connection never blocks the writer (WAL). */
export function openJournal(dataDir: string, readOnly: boolean): DatabaseSync {
  if (!readOnly) mkdirSync(dataDir, { recursive: true })
  const db = new DatabaseSync(join(dataDir, 'journal.sqlite'), { readOnly })
  db.exec('PRAGMA busy_timeout=5000')
  if (!readOnly) {
    // FULL syncs the write-ahead log at every commit: what is acknowledged survives a loss of power.
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000')
    db.exec(schema)
  }
  return db
}

/** The writing side of `journal.sqlite`. Lives in the worker thread; every method is one transaction. */
export class JournalFile {
  readonly #dataDir: string
  #db: DatabaseSync | undefined
  #insert!: StatementSync
  #latest!: StatementSync
  #quarantine!: StatementSync
  #limitBytes = 0
  /** Bodies up to here are known to be empty: trimming goes on from there. */
  #emptiedUpToSeq = 0

  constructor(dataDir: string) {
    this.#dataDir = dataDir
    this.#open()
  }

  /**
   * Commits all rows or none.
   *
   * @returns per row its `seq`, `duplicate` or `quarantined`
   * @throws the error of SQLite when space or sync fails; the next call begins with a freshly opened file
   */
  commit(rows: readonly JournalRow[]): number[] {
    return this.#transaction(() => {
      const newest = new Map<string, StoredEntry>()
      const outcomes = rows.map((row) => {
        if ('digest' in row) {
          const { receivedMs, device, topic, id, reason, detail, digest, body } = row
          this.#quarantine.run(receivedMs, device, topic, id, reason, detail, digest, body)
          return quarantined
        }
        const { receivedMs, district, kind, device, channel, id, atMs, skewed, body } = row
        const crc = checksum(row)
        const done = this.#insert.run(receivedMs, district, kind, device, channel, id, atMs, skewed, body, crc)
        if (done.changes === 0) return duplicate
        const seq = Number(done.lastInsertRowid)
        newest.set(`${kind}/${channel}/${device}`, { ...row, seq, crc })
        return seq
      })
      // Once a batch and channel: a device that catches up overwrites its last value a hundred times over.
      for (const row of newest.values()) {
        const { kind, channel, device, seq, receivedMs, district, id, atMs, skewed, body, crc } = row
        this.#latest.run(kind, channel, device, seq, receivedMs, district, id, atMs, skewed, body, crc)
      }
      return outcomes
    })
  }

  /**
   * Empties bodies up to `belowSeq` that are older than `bodiesBeforeMs`, and forgets ids older than `idsBeforeMs`.
   * An id outlives its body, so that a late resend is still recognised. At most `limit` rows a call.
   *
   * @returns rows touched; fewer than `limit` means that nothing is left to do
   */
  trim(belowSeq: number, bodiesBeforeMs: number, idsBeforeMs: number, limit: number): number {
    return this.#transaction((db) => {
      // Rows are in the order of their arrival, so each condition holds for a first stretch of the table.
      const emptied = db
        .prepare(
          `update entries set body = null where seq in (
             select seq from entries where seq > ? and seq <= ? and body is not null and received_ms < ?
             order by seq limit ?) returning seq`,
        )
        .all(this.#emptiedUpToSeq, belowSeq, bodiesBeforeMs, limit)
      this.#emptiedUpToSeq = emptied.reduce((upTo, { seq }) => Math.max(upTo, seq as number), this.#emptiedUpToSeq)
      const forgotten = db
        .prepare(
          `delete from entries where seq in (
             select seq from entries where body is null and seq <= ? and received_ms < ? order by seq limit ?)`,
        )
        .run(belowSeq, idsBeforeMs, limit).changes
      const released = db
        .prepare('delete from quarantine where received_ms < ? or seq <= (select max(seq) from quarantine) - 10000')
        .run(bodiesBeforeMs).changes
      return emptied.length + Number(forgotten) + Number(released)
    })
  }

  /** Bounds the file. Beyond it commits fail as on a full disk; 0 lifts the bound. */
  limit(bytes: number): void {
    this.#limitBytes = bytes
    this.#applyLimit()
  }

  close(): void {
    this.#db?.close()
    this.#db = undefined
  }

  #open(): DatabaseSync {
    const db = openJournal(this.#dataDir, false)
    this.#insert = db.prepare(
      'insert into entries (received_ms, district, kind, device, channel, id, at_ms, skewed, body, crc) ' +
        'values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing',
    )
    this.#latest = db.prepare('insert or replace into latest values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#quarantine = db.prepare(
      'insert into quarantine (received_ms, device, topic, id, reason, detail, digest, body) ' +
        'values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (device, digest) do update set times = times + 1',
    )
    this.#db = db
    this.#applyLimit()
    return db
  }

  #transaction<T>(work: (db: DatabaseSync) => T): T {
    const db = this.#db ?? this.#open()
    try {
      db.exec('BEGIN IMMEDIATE')
      const result = work(db)
      db.exec('COMMIT')
      return result
    } catch (error) {
      // After a failed write or sync the state of this connection cannot be trusted: the next commit opens anew,
      // which replays the log up to its last complete transaction.
      this.close()
      throw error
    }
  }

  #applyLimit(): void {
    const db = this.#db
    if (!db) return
    const { page_size: pageSize } = db.prepare('PRAGMA page_size').get() as { page_size: number }
    const pages = this.#limitBytes > 0 ? Math.max(1, Math.floor(this.#limitBytes / pageSize)) : 0xfffffffe
    db.exec(`PRAGMA max_page_count=${pages}`)
  }
}
