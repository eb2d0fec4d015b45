import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

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

  /** @param dataDir the gateway's data folder, made if missing; `:memory:` for a store that lives as long as the process */
  static open(dataDir: string): Records {
    if (dataDir !== ':memory:') mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const db = new DatabaseSync(dataDir === ':memory:' ? dataDir : join(dataDir, 'records.sqlite'))
    db.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000; PRAGMA cache_size=-65536',
    )
    return new Records(db)
  }

  /** Runs `create … if not exists` statements. */
  define(sql: string): void {
    this.db.exec(sql)
  }

  /** All or nothing, and on disk when it returns. A call inside a transaction joins it. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work()
    this.db.exec('BEGIN IMMEDIATE')
    this.#depth++
    try {
      const result = work()
      this.db.exec('COMMIT')
      return result
    } catch (error) {
      this.db.exec('ROLLBACK')
      throw error
    } finally {
      this.#depth--
    }
  }

  close(): void {
    this.db.close()
  }
}
