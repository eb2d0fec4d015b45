import { type Clock, OverloadError } from '@clearway/contracts'
import type { Records } from '../records/records.ts'

const windowMs = 15 * 60 * 1000
const perUser = 5
/** Many people may share an address; a guesser who tries a new name each time may not. */
const perAddress = 50

/**
 * Five failed sign-ins of one name within 15 minutes lock that name, whether somebody has it or not. A try counts as
 * failed before its password is checked, so that tries side by side cannot outrun the count.
 */
export class LockOut {
  readonly #records: Records
  readonly #clock: Clock

  constructor(records: Records, clock: Clock) {
    this.#records = records
    this.#clock = clock
    records.define(`
      create table if not exists sign_in_tries (
        user text,
        address text not null,
        at_ms integer not null
      ) strict;
      create index if not exists sign_in_tries_user on sign_in_tries (user);
      create index if not exists sign_in_tries_address on sign_in_tries (address)`)
  }

  /**
   * @param user undefined for a sign-in by code
   * @returns whether this try, should it fail, is the one that locks the name
   * @throws OverloadError `sign-in-locked`, the same for every name
   */
  begin(user: string | undefined, address: string): { last: boolean } {
    return this.#records.transaction(() => {
      const { db } = this.#records
      const nowMs = this.#clock.now()
      db.prepare('delete from sign_in_tries where at_ms <= ?').run(nowMs - windowMs)
      const count = (column: 'user' | 'address', value: string) =>
        (db.prepare(`select count(*) as n from sign_in_tries where ${column} = ?`).get(value) as { n: number }).n
      const ofUser = user === undefined ? 0 : count('user', user)
      if (ofUser >= perUser || count('address', address) >= perAddress) {
        throw new OverloadError('sign-in-locked', 'too many failed sign-ins; try again in 15 minutes')
      }
      db.prepare('insert into sign_in_tries (user, address, at_ms) values (?, ?, ?)').run(user ?? null, address, nowMs)
      return { last: ofUser === perUser - 1 }
    })
  }

  /** Forgets the tries of a name that has signed in, or the one try of a code. */
  succeeded(user: string | undefined, address: string): void {
    const { db } = this.#records
    if (user !== undefined) db.prepare('delete from sign_in_tries where user = ?').run(user)
    else {
      db.prepare(
        `delete from sign_in_tries where rowid =
           (select max(rowid) from sign_in_tries where user is null and address = ?)`,
      ).run(address)
    }
  }
}
