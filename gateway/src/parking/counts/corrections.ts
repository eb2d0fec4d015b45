import type { StatementSync } from 'node:sqlite'
import type { CorrectionReason } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import type { Correction } from './count.ts'

/** A correction as the log keeps it; nothing of the log is ever changed. */
export interface LoggedCorrection extends Correction {
  sequence: number
  lot: string
  /** What it rests on; by reason. */
  evidence: Record<string, unknown>
  /** A person's user name, or `gateway`. */
  who: string
}

interface Row {
  sequence: number
  lot: string
  atMs: number
  before: number
  after: number
  reason: CorrectionReason
  evidence: string
  who: string
}

/** The log of what made the corrected count of a lot differ from what its gates counted. */
export class Corrections {
  readonly #records: Records
  readonly #add: StatementSync
  readonly #listeners: ((reason: CorrectionReason) => void)[] = []

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists count_correction (
        sequence integer primary key, lot text not null references lot, at_ms integer not null, before integer not null,
        after integer not null, reason text not null, evidence text not null, who text not null) strict;
      create index if not exists count_correction_lot on count_correction (lot, sequence)`)
    this.#add = records.db.prepare(
      'insert into count_correction (lot, at_ms, before, after, reason, evidence, who) values (?, ?, ?, ?, ?, ?, ?)',
    )
  }

  add(lot: string, correction: Correction, evidence: Record<string, unknown>, who: string): void {
    const { atMs, before, after, reason } = correction
    this.#add.run(lot, atMs, before, after, reason, JSON.stringify(evidence), who)
    for (const listener of this.#listeners) listener(reason)
  }

  /** Told of each correction as it is made. */
  onAdd(listener: (reason: CorrectionReason) => void): void {
    this.#listeners.push(listener)
  }

  /** Newest first. `before`: the sequence before which they lie. */
  list(lot: string, limit: number, before = Number.MAX_SAFE_INTEGER): LoggedCorrection[] {
    const rows = this.#records.db
      .prepare(
        `select sequence, lot, at_ms as atMs, before, after, reason, evidence, who from count_correction
         where lot = ? and sequence < ? order by sequence desc limit ?`,
      )
      .all(lot, before, limit) as unknown as Row[]
    return rows.map((row) => ({ ...row, evidence: JSON.parse(row.evidence) }))
  }
}
