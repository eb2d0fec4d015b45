import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { WorldError } from '@clearway/contracts'

/**
 * The transactional store: devices, people, lots, stays, bills, dispatches, audit, and the cursors of the projections.
 * One SQLite file, WAL, every commit synced. A feature creates its own tables with `define`.
 */
export class Records {
  readonly db: DatabaseSync
  #depth = 0

  private constructor(db: DatabaseSync) {
    this.db = db
  }

  /**
   * @param dataDir the gateway's data folder, made if missing; `:memory:` for a store that lives as long as the process
   * @throws WorldError `records-open` naming the folder that cannot be made, or the file that is no such store
   */
  static open(dataDir: string): Records {
    if (dataDir === ':memory:') return new Records(opened(dataDir))
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    } catch (cause) {
      const message = `dataDir ${dataDir} cannot be made: ${(cause as Error).message}; name another folder`
      throw new WorldError('records-open', message, cause)
    }
    const file = join(dataDir, 'records.sqlite')
    try {
      return new Records(opened(file))
    } catch (cause) {
      const message = `${file} cannot be used: ${(cause as Error).message}; put back a copy of the data folder`
      throw new WorldError('records-open', message, cause)
    }
  }

  /** Runs `create … if not exists` statements. */
  define(sql: string): void {
    this.db.exec(sql)
  }

  /**
   * All or nothing, and on disk when it returns. A call inside a transaction joins it.
   *
   * @throws WorldError `records-unwritable` when the disk is full, read-only or broken
   */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work()
    this.#depth++
    try {
      this.db.exec('BEGIN IMMEDIATE')
      const result = work()
      this.db.exec('COMMIT')
      return result
    } catch (error) {
      // After a failure of the disk SQLite has already rolled back by itself.
      if (this.db.isTransaction) this.db.exec('ROLLBACK')
      throw named(error)
    } finally {
      this.#depth--
    }
  }

  close(): void {
    this.db.close()
  }
}

function opened(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  db.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000; PRAGMA cache_size=-65536',
  )
  return db
}

/** SQLite's primary result codes READONLY, IOERR and FULL. */
const diskFaults = new Set([8, 10, 13])

function named(error: unknown): unknown {
  const { errcode, errstr } = (error ?? {}) as { errcode?: number; errstr?: string }
  if (errcode === undefined || !diskFaults.has(errcode & 0xff)) return error
  const message = `nothing was stored: ${errstr}; make the data folder writable again, then repeat`
  return new WorldError('records-unwritable', message, error)
}
