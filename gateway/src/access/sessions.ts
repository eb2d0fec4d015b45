import type { Clock, Role } from '@clearway/contracts'
import type { Actor } from '../http/route.ts'
import type { Records } from '../records/records.ts'
import { hashOf, newSecret, sameHash } from './secret.ts'

const codeLifeMs = 10 * 60 * 1000

/** A fixed bearer token from the configuration, for a process instead of a person. */
export interface ServiceToken {
  name: string
  token: string
  roles: readonly Role[]
}

interface SessionRow {
  hash: Uint8Array
  person: string
  expires_ms: number
  roles: string
}

/** Who a bearer token or a cookie stands for: a sign-in of a person, or a service. */
export class Sessions {
  readonly #records: Records
  readonly #clock: Clock
  readonly #lifeMs: number
  readonly #services: readonly { actor: Actor; hash: Buffer }[]
  readonly #ended = new Set<(id: string) => void>()

  /** @param hours life of a sign-in */
  constructor(records: Records, clock: Clock, hours: number, services: readonly ServiceToken[]) {
    this.#records = records
    this.#clock = clock
    this.#lifeMs = hours * 3600 * 1000
    this.#services = services.map(({ name, token, roles }) => ({ actor: { name, roles }, hash: hashOf(token) }))
    records.define(`
      create table if not exists sessions (
        hash blob primary key,
        person text not null references people (id) on delete cascade,
        created_ms integer not null,
        expires_ms integer not null
      ) strict;
      create table if not exists sign_in_codes (
        hash blob primary key,
        person text not null references people (id) on delete cascade,
        expires_ms integer not null
      ) strict`)
  }

  /** Signs a person in. @returns the token, which is stored only as a hash */
  open(person: string): { token: string; expiresMs: number } {
    const token = newSecret()
    const nowMs = this.#clock.now()
    const expiresMs = nowMs + this.#lifeMs
    this.#records.transaction(() => {
      this.#records.db.prepare('delete from sessions where expires_ms <= ?').run(nowMs)
      this.#records.db
        .prepare('insert into sessions (hash, person, created_ms, expires_ms) values (?, ?, ?, ?)')
        .run(hashOf(token), person, nowMs, expiresMs)
    })
    return { token, expiresMs }
  }

  /** Who calls with this token; undefined when it is unknown, ended or expired. */
  authenticate(token: string): Actor | undefined {
    const hash = hashOf(token)
    // Every service is compared, so that the time tells nothing about which came near.
    let service: Actor | undefined
    for (const each of this.#services) if (sameHash(hash, each.hash)) service = each.actor
    if (service) return service
    const row = this.#records.db
      .prepare(
        'select s.*, p.roles from sessions s join people p on p.id = s.person where s.hash = ? and expires_ms > ?',
      )
      .get(hash, this.#clock.now()) as unknown as SessionRow | undefined
    return (
      row && {
        name: row.person,
        roles: JSON.parse(row.roles) as Role[],
        session: { id: hash.toString('base64url'), expiresMs: row.expires_ms },
      }
    )
  }

  /** Ends one sign-in; unknown ids are ignored. */
  end(id: string): void {
    this.#records.db.prepare('delete from sessions where hash = ?').run(Buffer.from(id, 'base64url'))
    for (const listener of this.#ended) listener(id)
  }

  /** Calls `listener` when a sign-in is ended before its time. @returns a function that ends the subscription */
  onEnded(listener: (id: string) => void): () => void {
    this.#ended.add(listener)
    return () => this.#ended.delete(listener)
  }

  /** A code that signs this person in once, within ten minutes: for the link `/#code=…`. */
  issueCode(person: string): string {
    const code = newSecret()
    const nowMs = this.#clock.now()
    this.#records.transaction(() => {
      this.#records.db.prepare('delete from sign_in_codes where expires_ms <= ?').run(nowMs)
      this.#records.db
        .prepare('insert into sign_in_codes (hash, person, expires_ms) values (?, ?, ?)')
        .run(hashOf(code), person, nowMs + codeLifeMs)
    })
    return code
  }

  /** Spends a code. @returns whose it was, undefined when it is unknown, spent or too old */
  spendCode(code: string): string | undefined {
    const row = this.#records.db
      .prepare('delete from sign_in_codes where hash = ? and expires_ms > ? returning person')
      .get(hashOf(code), this.#clock.now()) as { person: string } | undefined
    return row?.person
  }
}
