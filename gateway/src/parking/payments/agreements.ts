import type { StatementSync } from 'node:sqlite'
import type { Records } from '../../records/records.ts'

/** By which provider whose bills are debited without asking. */
export class Agreements {
  readonly #records: Records
  readonly #find: StatementSync

  constructor(records: Records) {
    this.#records = records
    records.define(`create table if not exists payment_agreement (
      plate text primary key, provider text not null, since_ms integer not null) strict, without rowid`)
    this.#find = records.db.prepare('select provider from payment_agreement where plate = ?')
  }

  /** The provider that may debit for a normalised plate. */
  providerOf(plate: string): string | undefined {
    return (this.#find.get(plate) as { provider: string } | undefined)?.provider
  }

  put(plate: string, provider: string, sinceMs: number): void {
    this.#records.db
      .prepare(
        `insert into payment_agreement values (?, ?, ?) on conflict (plate) do update set provider = excluded.provider,
           since_ms = excluded.since_ms`,
      )
      .run(plate, provider, sinceMs)
  }

  /** @returns whether there was one */
  remove(plate: string): boolean {
    return this.#records.db.prepare('delete from payment_agreement where plate = ?').run(plate).changes > 0
  }
}
