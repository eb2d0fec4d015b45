import { createHash } from 'node:crypto'
import { type Clock, ConflictError, InputError } from '@clearway/contracts'
import type { Records } from '../records/records.ts'

const keptMs = 24 * 3600 * 1000

export interface KeptAnswer {
  status: number
  /** JSON text. */
  body: string
}

interface IdempotencyRow {
  request: string
  status: number
  body: string | null
}

/**
 * Answers of POSTs that carried an `Idempotency-Key`: the same caller, key and address get the first answer again for a
 * day; the same key with another body is a mistake of the caller.
 */
export class Idempotency {
  readonly #records: Records
  readonly #clock: Clock
  /** Being answered now, in this process. */
  readonly #running = new Set<string>()

  constructor(records: Records, clock: Clock) {
    this.#records = records
    this.#clock = clock
    records.define(`
      create table if not exists idempotency (
        scope text primary key,
        request text not null,
        status integer not null,
        body text,
        at_ms integer not null
      ) strict;
      create index if not exists idempotency_at on idempotency (at_ms)`)
  }

  /**
   * Answers from memory, or does the work and remembers its answer. Refusals are not remembered: nothing has happened.
   *
   * @param secret the answer holds a secret, which is shown once: a repetition is refused instead
   * @throws ConflictError when the key was used for another body, is in use right now, or led to a secret
   */
  async once(
    call: { actor: string; key: string; path: string; body: unknown; secret: boolean },
    work: () => Promise<KeptAnswer>,
  ): Promise<KeptAnswer> {
    if (call.key.length > 200) {
      throw new InputError('idempotency-key', 'Idempotency-Key is longer than 200 characters')
    }
    const scope = digest([call.actor, call.key, call.path])
    const request = digest(call.body ?? null)
    const kept = this.#find(scope)
    if (kept && kept.request !== request) {
      throw new ConflictError(
        'idempotency-key-reused',
        'this Idempotency-Key was used with another body; take a new one',
      )
    }
    if (kept?.body === null) {
      throw new ConflictError('idempotency-secret', 'this was done before, and its answer held a secret shown once')
    }
    if (kept) return { status: kept.status, body: kept.body }
    if (this.#running.has(scope)) {
      throw new ConflictError('idempotency-running', 'a request with this Idempotency-Key is being answered; ask again')
    }
    this.#running.add(scope)
    try {
      const answer = await work()
      this.#keep(scope, request, call.secret ? { ...answer, body: null } : answer)
      return answer
    } finally {
      this.#running.delete(scope)
    }
  }

  #find(scope: string): IdempotencyRow | undefined {
    const row = this.#records.db
      .prepare('select request, status, body from idempotency where scope = ? and at_ms > ?')
      .get(scope, this.#clock.now() - keptMs)
    return row as unknown as IdempotencyRow | undefined
  }

  #keep(scope: string, request: string, { status, body }: { status: number; body: string | null }): void {
    const nowMs = this.#clock.now()
    this.#records.transaction(() => {
      this.#records.db.prepare('delete from idempotency where at_ms <= ?').run(nowMs - keptMs)
      this.#records.db
        .prepare('insert into idempotency (scope, request, status, body, at_ms) values (?, ?, ?, ?, ?)')
        .run(scope, request, status, body, nowMs)
    })
  }
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')
