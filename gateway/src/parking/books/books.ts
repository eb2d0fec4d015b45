import { hash } from 'node:crypto'
import type { StatementSync } from 'node:sqlite'
import type { Records } from '../../records/records.ts'
import { type Account, balanced, type Posting } from './accounts.ts'

/** What was booked at once, for one cause. */
export interface Entry {
  /** Counting up from 1 without a gap. */
  seq: number
  atMs: number
  /** What happened: `issue`, `pay`, `refund`… */
  kind: string
  /** Whom it happened to: a bill, a notice, a refund. */
  cause: string
  postings: readonly Posting[]
  /** SHA-256 over the hash before and all of the above. */
  hash: string
}

/** The hash before the first entry. */
export const genesis = '0'.repeat(64)

/** Covers the entry before, so that no later change of one goes unseen. */
export const linkOf = (previous: string, { seq, atMs, kind, cause, postings }: Omit<Entry, 'hash'>): string =>
  hash(
    'sha256',
    JSON.stringify([
      previous,
      seq,
      atMs,
      kind,
      cause,
      postings.map(({ account, subject, amountFen }) => [account, subject, amountFen]),
    ]),
  )

/** The last entry, kept apart so that cutting entries off the end is found. */
export interface BooksHead {
  seq: number
  hash: string
}

/**
 * Double entry, append-only: nothing is edited, only booked back. The database itself refuses changes, and each entry's
 * hash covers the one before it. Called inside the transaction of what is booked.
 */
export class Books {
  readonly #records: Records
  readonly #insertEntry: StatementSync
  readonly #insertPosting: StatementSync
  readonly #readHead: StatementSync
  readonly #writeHead: StatementSync
  readonly #sum: StatementSync
  readonly #carry: StatementSync

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists book_entry (
        seq integer primary key, at_ms integer not null, kind text not null, cause text not null,
        hash text not null) strict;
      create table if not exists book_posting (
        entry integer not null references book_entry, line integer not null, account text not null,
        subject text not null, amount_fen integer not null, primary key (entry, line)) strict, without rowid;
      create index if not exists book_subject on book_posting (subject, account, amount_fen);
      create table if not exists book_balance (account text primary key, fen integer not null) strict, without rowid;
      create table if not exists book_head (
        one integer primary key check (one = 1), seq integer not null, hash text not null) strict;
      create trigger if not exists book_entry_kept before update on book_entry
        begin select raise(abort, 'the books are not edited: book it back'); end;
      create trigger if not exists book_entry_stays before delete on book_entry
        begin select raise(abort, 'the books are not edited: book it back'); end;
      create trigger if not exists book_posting_kept before update on book_posting
        begin select raise(abort, 'the books are not edited: book it back'); end;
      create trigger if not exists book_posting_stays before delete on book_posting
        begin select raise(abort, 'the books are not edited: book it back'); end`)
    const { db } = records
    this.#insertEntry = db.prepare('insert into book_entry values (?, ?, ?, ?, ?)')
    this.#insertPosting = db.prepare('insert into book_posting values (?, ?, ?, ?, ?)')
    this.#readHead = db.prepare('select seq, hash from book_head')
    this.#writeHead = db.prepare(
      `insert into book_head values (1, ?, ?) on conflict (one) do update set seq = excluded.seq, hash = excluded.hash`,
    )
    this.#carry = db.prepare(
      'insert into book_balance values (?, ?) on conflict (account) do update set fen = fen + excluded.fen',
    )
    this.#sum = db.prepare(
      'select coalesce(sum(amount_fen), 0) as fen from book_posting where subject = ? and account = ?',
    )
  }

  /**
   * Books one event; one that moves nothing leaves no entry.
   *
   * @throws ClearwayError `books-unbalanced`, our bug, when the postings do not add up to 0
   */
  post(atMs: number, kind: string, cause: string, postings: readonly Posting[]): void {
    const lines = balanced(postings)
    if (lines.length === 0) return
    const head = this.head()
    const entry = { seq: head.seq + 1, atMs, kind, cause, postings: lines }
    const link = linkOf(head.hash, entry)
    this.#insertEntry.run(entry.seq, atMs, kind, cause, link)
    for (const [line, { account, subject, amountFen }] of lines.entries()) {
      this.#insertPosting.run(entry.seq, line, account, subject, amountFen)
      this.#carry.run(account, amountFen)
    }
    this.#writeHead.run(entry.seq, link)
  }

  head(): BooksHead {
    return (this.#readHead.get() as BooksHead | undefined) ?? { seq: 0, hash: genesis }
  }

  /** What stands in an account about one subject; debits positive. */
  balance(account: Account, subject: string): number {
    return (this.#sum.get(subject, account) as { fen: number }).fen
  }

  /** Every account that was ever used with its balance, by name. They add up to 0. */
  trial(): { account: string; balanceFen: number }[] {
    return this.#records.db
      .prepare('select account, fen as balanceFen from book_balance order by account')
      .all() as unknown as { account: string; balanceFen: number }[]
  }

  /** In order; those that touch a subject only, when one is named. */
  *entries(filter: { afterSeq?: number; limit?: number; subject?: string } = {}): Generator<Entry> {
    const { afterSeq = 0, limit = Number.MAX_SAFE_INTEGER, subject } = filter
    const touching = subject === undefined ? '' : 'and seq in (select entry from book_posting where subject = ?3)'
    const rows = this.#records.db
      .prepare(
        `select seq, at_ms as atMs, kind, cause, hash from book_entry where seq > ?1 ${touching} order by seq limit ?2`,
      )
      .iterate(afterSeq, limit, ...(subject === undefined ? [] : [subject]))
    const lines = this.#records.db.prepare(
      'select account, subject, amount_fen as amountFen from book_posting where entry = ? order by line',
    )
    for (const row of rows) {
      const entry = row as unknown as Omit<Entry, 'postings'>
      yield { ...entry, postings: lines.all(entry.seq) as unknown as Posting[] }
    }
  }
}
