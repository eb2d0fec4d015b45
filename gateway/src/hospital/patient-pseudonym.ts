import { createHmac, randomBytes } from 'node:crypto'
import type { Records } from '../records/records.ts'

/**
 * Names patients without saying who they are: a keyed hash whose key never leaves the data folder. It tells no-shows of one
 * patient from those of another, and nothing else.
 */
export class PatientPseudonyms {
  readonly #key: Uint8Array

  constructor(records: Records) {
    records.define(
      'create table if not exists patient_key (one integer primary key check (one = 1), key blob not null)',
    )
    records.db.prepare('insert or ignore into patient_key values (1, ?)').run(randomBytes(32))
    this.#key = (records.db.prepare('select key from patient_key').get() as { key: Uint8Array }).key
  }

  of(hospital: string, reference: string): string {
    return createHmac('sha256', this.#key).update(`${hospital}\n${reference}`).digest('base64url').slice(0, 22)
  }
}
