import type { Records } from '../../records/records.ts'

/**
 * A lot's level is known from a passage for this long. Gates keep what they could not send, so silence means that
 * nobody passed, up to the point where a dead gate is likelier: small lots are quiet for a night.
 */
export const staleAfterMs = 86_400_000

/** Half-open, milliseconds. */
export interface Span {
  fromMs: number
  toMs: number
}

/** Merges spans that touch; the result is in order of time. */
function union(spans: readonly Span[]): Span[] {
  const merged: Span[] = []
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1)
    if (last && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs)
    else merged.push({ fromMs, toMs })
  }
  return merged
}

/** For which time what is in a lot is known: the union of the spans that follow its passages. */
export class Coverage {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
    records.define(`create table if not exists lot_known (
      lot text not null references lot, from_ms integer not null, to_ms integer not null,
      primary key (lot, from_ms)) strict, without rowid`)
  }

  /** Notes passages of a lot, in any order. */
  add(lot: string, passagesMs: readonly number[]): void {
    const fresh = union(passagesMs.map((atMs) => ({ fromMs: atMs, toMs: atMs + staleAfterMs })))
    const remove = this.#records.db.prepare('delete from lot_known where lot = ? and from_ms <= ? and to_ms >= ?')
    const insert = this.#records.db.prepare('insert into lot_known values (?, ?, ?)')
    for (const span of fresh) {
      const touching = this.spans(lot, span.fromMs, span.toMs)
      remove.run(lot, span.toMs, span.fromMs)
      for (const { fromMs, toMs } of union([...touching, span])) insert.run(lot, fromMs, toMs)
    }
  }

  /** Takes a half-open span out of what is known. */
  cut(lot: string, fromMs: number, toMs: number): void {
    const remove = this.#records.db.prepare('delete from lot_known where lot = ? and from_ms = ?')
    const insert = this.#records.db.prepare('insert into lot_known values (?, ?, ?)')
    for (const span of this.spans(lot, fromMs, toMs)) {
      if (span.toMs <= fromMs || span.fromMs >= toMs) continue
      remove.run(lot, span.fromMs)
      if (span.fromMs < fromMs) insert.run(lot, span.fromMs, fromMs)
      if (span.toMs > toMs) insert.run(lot, toMs, span.toMs)
    }
  }

  /** Spans that touch `[fromMs, toMs]`, in order of time, not cut to it. */
  spans(lot: string, fromMs: number, toMs: number): Span[] {
    return this.#records.db
      .prepare(
        'select from_ms as fromMs, to_ms as toMs from lot_known where lot = ? and from_ms <= ? and to_ms >= ? order by from_ms',
      )
      .all(lot, toMs, fromMs) as unknown as Span[]
  }
}
