import { randomBytes } from 'node:crypto'
import { type Clock, ConflictError, type NewPerson, type Person, type Role, toTimestamp } from '@clearway/contracts'
import type { Records } from '../records/records.ts'
import { hashPassword, passwordMatches } from './password.ts'

interface PersonRow {
  id: string
  password: string
  roles: string
  created_ms: number
}

/** Those who sign in with a password. */
export class People {
  readonly #records: Records
  readonly #clock: Clock

  constructor(records: Records, clock: Clock) {
    this.#records = records
    this.#clock = clock
    records.define(`
      create table if not exists people (
        id text primary key,
        password text not null,
        roles text not null,
        created_ms integer not null
      ) strict`)
  }

  list(): Person[] {
    const rows = this.#records.db.prepare('select * from people order by id').all()
    return rows.map((row) => person(row as unknown as PersonRow))
  }

  find(id: string): Person | undefined {
    const row = this.#row(id)
    return row && person(row)
  }

  /** @throws ConflictError `person-exists` */
  async add({ id, roles, password }: NewPerson): Promise<Person> {
    const hash = await hashPassword(password)
    const { changes } = this.#records.db
      .prepare('insert into people (id, password, roles, created_ms) values (?, ?, ?, ?) on conflict do nothing')
      .run(id, hash, JSON.stringify(roles), this.#clock.now())
    if (changes === 0) {
      throw new ConflictError('person-exists', `${id} exists already`, [{ field: 'id', message: `"${id}" is taken` }])
    }
    return this.find(id) as Person
  }

  /**
   * There is no default password: when nobody exists yet, `admin` is made with a random one.
   *
   * @returns the password, to be printed once to the terminal and never to the log; undefined when somebody exists
   */
  async addFirstAdministrator(): Promise<string | undefined> {
    if (this.list().length > 0) return undefined
    const password = randomBytes(18).toString('base64url')
    await this.add({ id: 'admin', roles: ['admin'], password })
    return password
  }

  /** Takes the same time whether the person exists or not. */
  async passwordMatches(id: string, password: string): Promise<boolean> {
    return passwordMatches(password, this.#row(id)?.password)
  }

  #row(id: string): PersonRow | undefined {
    return this.#records.db.prepare('select * from people where id = ?').get(id) as unknown as PersonRow | undefined
  }
}

const person = ({ id, roles, created_ms }: PersonRow): Person => ({
  id,
  roles: JSON.parse(roles) as Role[],
  createdAt: toTimestamp(created_ms),
})
