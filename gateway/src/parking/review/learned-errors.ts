import type { Records } from '../../records/records.ts'
import { type ConfirmedRead, type ErrorCounts, noCounts, ReadingErrors } from '../matching/reading-errors.ts'

/**
 * What confirmed corrections have taught about the cameras of this city. Kept as counts of characters: no plate can be
 * read from them.
 */
export class LearnedErrors {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
    records.define(`create table if not exists reading_errors (
      id integer primary key check (id = 1), counts text not null) strict`)
  }

  read(): ReadingErrors {
    const row = this.#records.db.prepare('select counts from reading_errors').get() as { counts: string } | undefined
    return new ReadingErrors(row ? { ...noCounts(), ...(JSON.parse(row.counts) as ErrorCounts) } : noCounts())
  }

  /** In the transaction of the correction that confirms them. */
  learn(reads: readonly ConfirmedRead[]): void {
    if (reads.length === 0) return
    const errors = this.read()
    for (const read of reads) errors.learn(read)
    this.#records.db.prepare('insert or replace into reading_errors values (1, ?)').run(JSON.stringify(errors.counts))
  }
}
