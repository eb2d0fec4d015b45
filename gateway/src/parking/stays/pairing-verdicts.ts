import type { StatementSync } from 'node:sqlite'
import type { Records } from '../../records/records.ts'

/** What a person has said of an entry and an exit of one plate in one lot. */
export type PairingVerdict = 'together' | 'apart'

/**
 * Decisions about pairs of passages. They are kept by what they are about, not by a stay: however late events change
 * the stays around, an entry and an exit that belong together still do.
 */
export class PairingVerdicts {
  readonly #put: StatementSync
  readonly #of: StatementSync

  constructor(records: Records) {
    records.define(`create table if not exists pairing_verdict (
      lot text not null, plate text not null, entered_ms integer not null, left_ms integer not null,
      verdict text not null, primary key (lot, plate, entered_ms, left_ms)) strict, without rowid`)
    this.#put = records.db.prepare('insert or replace into pairing_verdict values (?, ?, ?, ?, ?)')
    this.#of = records.db.prepare(
      'select verdict from pairing_verdict where lot = ? and plate = ? and entered_ms = ? and left_ms = ?',
    )
  }

  put(lot: string, plate: string, enteredMs: number, leftMs: number, verdict: PairingVerdict): void {
    this.#put.run(lot, plate, enteredMs, leftMs, verdict)
  }

  of(lot: string, plate: string, enteredMs: number, leftMs: number): PairingVerdict | undefined {
    const row = this.#of.get(lot, plate, enteredMs, leftMs) as { verdict: PairingVerdict } | undefined
    return row?.verdict
  }
}
