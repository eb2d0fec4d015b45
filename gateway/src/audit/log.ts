import { createHash } from 'node:crypto'
import { type AuditEntry, type AuditVerdict, type Clock, type Page, toTimestamp } from '@clearway/contracts'
import type { Audit } from '../core.ts'
import { afterKey, type PageRequest, pageOf, rowsWanted } from '../http/paging.ts'
import type { Actor } from '../http/route.ts'
import type { Records } from '../records/records.ts'

interface AuditRow {
  sequence: number
  at_ms: number
  actor: string
  action: string
  subject: string
  detail: string
  hash: string
}

/** The hash before the first entry. */
const genesis = '0'.repeat(64)

/** SHA-256 over the previous hash and the entry in a fixed order, so that no later change of one goes unseen. */
const link = (previous: string, row: Omit<AuditRow, 'hash'>): string =>
  createHash('sha256')
    .update(JSON.stringify([previous, row.sequence, row.at_ms, row.actor, row.action, row.subject, row.detail]))
    .digest('hex')

/**
 * Who did what, to what, when: each entry's hash covers the one before it. The head (length and last hash) is kept
 * apart, so that cutting entries off the end is found as well.
 */
export class AuditLog implements Audit {
  readonly #records: Records
  readonly #clock: Clock

  constructor(records: Records, clock: Clock) {
    this.#records = records
    this.#clock = clock
    records.define(`
      create table if not exists audit (
        sequence integer primary key,
        at_ms integer not null,
        actor text not null,
        action text not null,
        subject text not null,
        detail text not null,
        hash text not null
      ) strict;
      create index if not exists audit_subject on audit (subject);
      create table if not exists audit_head (
        one integer primary key check (one = 1),
        sequence integer not null,
        hash text not null
      ) strict`)
  }

  record(actor: Actor, action: string, subject: string, detail: Record<string, unknown> = {}): void {
    this.#records.transaction(() => {
      const head = this.#head()
      const row = {
        sequence: head.sequence + 1,
        at_ms: this.#clock.now(),
        actor: actor.name,
        action,
        subject,
        detail: canonical(detail),
      }
      const hash = link(head.hash, row)
      this.#records.db
        .prepare(
          'insert into audit (sequence, at_ms, actor, action, subject, detail, hash) values (?, ?, ?, ?, ?, ?, ?)',
        )
        .run(row.sequence, row.at_ms, row.actor, row.action, row.subject, row.detail, hash)
      this.#records.db
        .prepare(
          `insert into audit_head (one, sequence, hash) values (1, ?, ?)
           on conflict (one) do update set sequence = excluded.sequence, hash = excluded.hash`,
        )
        .run(row.sequence, hash)
    })
  }

  /** Oldest first. */
  page(request: PageRequest): Page<AuditEntry> {
    const after = afterKey(request, 0)?.[0] ?? 0
    const rows = this.#records.db
      .prepare('select * from audit where sequence > ? order by sequence limit ?')
      .all(after, rowsWanted(request)) as unknown as AuditRow[]
    return pageOf(rows, request, ({ sequence }) => [sequence], entryOf)
  }

  about(subjects: readonly string[]): AuditEntry[] {
    const rows = this.#records.db
      .prepare(`select * from audit where subject in (${subjects.map(() => '?').join(', ')}) order by sequence`)
      .all(...subjects) as unknown as AuditRow[]
    return rows.map(entryOf)
  }

  /** Walks the whole chain. `firstBad` is the first sequence at which the log is not what was written. */
  verify(): AuditVerdict {
    let previous = genesis
    let expected = 1
    let entries = 0
    let firstBad: number | undefined
    for (const each of this.#records.db.prepare('select * from audit order by sequence').iterate()) {
      const row = each as unknown as AuditRow
      entries++
      if (firstBad === undefined && (row.sequence !== expected || link(previous, row) !== row.hash)) firstBad = expected
      previous = row.hash
      expected = row.sequence + 1
    }
    const head = this.#head()
    const last = expected - 1
    if (firstBad === undefined && head.sequence !== last) firstBad = Math.min(head.sequence, last) + 1
    if (firstBad === undefined && head.hash !== previous) firstBad = last
    return { ok: firstBad === undefined, entries, ...(firstBad === undefined ? {} : { firstBad }), head: head.hash }
  }

  #head(): { sequence: number; hash: string } {
    const row = this.#records.db.prepare('select sequence, hash from audit_head').get()
    return (row as { sequence: number; hash: string } | undefined) ?? { sequence: 0, hash: genesis }
  }
}

const entryOf = (row: AuditRow): AuditEntry => ({
  sequence: row.sequence,
  at: toTimestamp(row.at_ms),
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  detail: JSON.parse(row.detail) as Record<string, unknown>,
  hash: row.hash,
})

/** JSON with sorted keys: the same detail always has the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
