import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
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
  sealed: Uint8Array
}

/**
 * Answers of POSTs that carried an `Idempotency-Key`: the same caller, key and address get the first answer again for a
 * day; the same key with another body is a mistake of the caller. Answers can hold secrets that are shown once, so they
 * are kept encrypted under the caller's own key, of which only a hash is stored.
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
        sealed blob not null,
        at_ms integer not null
      ) strict;
      create index if not exists idempotency_at on idempotency (at_ms)`)
  }

  /**
   * Answers from memory, or does the work and remembers its answer. Refusals are not remembered: nothing has happened.
   *
   * @throws ConflictError when the key was used for another body, or is in use right now
   */
  async once(
    call: { actor: string; key: string; path: string; body: unknown },
    work: () => Promise<KeptAnswer>,
  ): Promise<KeptAnswer> {
    const { actor, key, path, body } = call
    if (key.length > 200) throw new InputError('idempotency-key', 'Idempotency-Key is longer than 200 characters')
    const scope = digest([actor, key, path])
    const request = digest(body ?? null)
    const kept = this.#find(scope)
    if (kept && kept.request !== request) {
      throw new ConflictError(
        'idempotency-key-reused',
        'this Idempotency-Key was used with another body; take a new one',
      )
    }
    if (kept) return { status: kept.status, body: unseal(key, kept.sealed) }
    if (this.#running.has(scope)) {
      throw new ConflictError('idempotency-running', 'a request with this Idempotency-Key is being answered; ask again')
    }
    this.#running.add(scope)
    try {
      const answer = await work()
      this.#keep(scope, request, answer.status, seal(key, answer.body))
      return answer
    } finally {
      this.#running.delete(scope)
    }
  }

  #find(scope: string): IdempotencyRow | undefined {
    const row = this.#records.db
      .prepare('select request, status, sealed from idempotency where scope = ? and at_ms > ?')
      .get(scope, this.#clock.now() - keptMs)
    return row as unknown as IdempotencyRow | undefined
  }

  #keep(scope: string, request: string, status: number, sealed: Buffer): void {
    const nowMs = this.#clock.now()
    this.#records.transaction(() => {
      this.#records.db.prepare('delete from idempotency where at_ms <= ?').run(nowMs - keptMs)
      this.#records.db
        .prepare('insert into idempotency (scope, request, status, sealed, at_ms) values (?, ?, ?, ?, ?)')
        .run(scope, request, status, sealed, nowMs)
    })
  }
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

const cipherKey = (key: string, nonce: Uint8Array) =>
  Buffer.from(hkdfSync('sha256', key, nonce, 'clearway idempotent answer', 32))

/** Nonce, tag, cipher text. */
function seal(key: string, text: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const sealing = createCipheriv(cipher, cipherKey(key, nonce), nonce)
  const sealed = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()])
  return Buffer.concat([nonce, sealing.getAuthTag(), sealed])
}

function unseal(key: string, sealed: Uint8Array): string {
  const nonce = sealed.subarray(0, nonceBytes)
  const opening = createDecipheriv(cipher, cipherKey(key, nonce), nonce)
  opening.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes))
  return opening.update(sealed.subarray(nonceBytes + tagBytes), undefined, 'utf8') + opening.final('utf8')
}
