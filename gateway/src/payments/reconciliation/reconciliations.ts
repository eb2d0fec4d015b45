import type { StatementSync } from 'node:sqlite'
import type { Records } from '../../records/records.ts'
import { type ComparedLine, type Comparison, keyOf, type Totals, type Verdict } from './reconcile.ts'

/** A comparison that was made, without its lines. */
export interface ReconciliationRecord {
  provider: string
  /** `YYYY-MM-DD` of the provider's zone. */
  day: string
  comparedMs: number
  totals: Totals
}

interface Row {
  provider: string
  day: string
  comparedMs: number
  totals: string
}

interface LineRow extends Omit<ComparedLine, 'refundId'> {
  refundId: string | null
}

const columns = 'provider, day, compared_ms as comparedMs, totals'

/** The table of comparisons: the last one of each provider and day stands. */
export class Reconciliations {
  readonly #records: Records
  readonly #insertLine: StatementSync

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists reconciliation (
        provider text not null,
        day text not null,
        compared_ms integer not null,
        totals text not null,
        primary key (provider, day)
      ) strict, without rowid;
      create table if not exists reconciliation_line (
        provider text not null,
        day text not null,
        position integer not null,
        verdict text not null,
        kind text not null,
        order_id text not null,
        refund_id text,
        transaction_id text not null,
        ours_fen integer,
        theirs_fen integer,
        fee_fen integer not null,
        at_ms integer not null,
        primary key (provider, day, position),
        foreign key (provider, day) references reconciliation on delete cascade
      ) strict, without rowid`)
    this.#insertLine = records.db.prepare('insert into reconciliation_line values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  }

  /** Puts a comparison in the place of an earlier one of the same day. */
  put(provider: string, day: string, { lines, totals }: Comparison, comparedMs: number): ReconciliationRecord {
    this.#records.transaction(() => {
      this.#records.db.prepare('delete from reconciliation where provider = ? and day = ?').run(provider, day)
      this.#records.db
        .prepare('insert into reconciliation values (?, ?, ?, ?)')
        .run(provider, day, comparedMs, JSON.stringify(totals))
      for (const [position, line] of lines.entries()) {
        this.#insertLine.run(
          ...[provider, day, position, line.verdict, line.kind, line.orderId, line.refundId ?? null],
          ...[line.transactionId, line.oursFen, line.theirsFen, line.feeFen, line.atMs],
        )
      }
    })
    return { provider, day, comparedMs, totals }
  }

  find(provider: string, day: string): ReconciliationRecord | undefined {
    const row = this.#records.db
      .prepare(`select ${columns} from reconciliation where provider = ? and day = ?`)
      .get(provider, day)
    return row && fromRow(row)
  }

  /** Newest day first. @param after the last one of the page before */
  list(limit: number, after?: { day: string; provider: string }): ReconciliationRecord[] {
    return this.#records.db
      .prepare(
        `select ${columns} from reconciliation where (day, provider) < (?, ?) order by day desc, provider desc limit ?`,
      )
      .all(after?.day ?? '9999', after?.provider ?? '', limit)
      .map(fromRow)
  }

  /** By position. @param from the first one wanted, 0 on */
  lines(
    provider: string,
    day: string,
    from = 0,
    limit = -1,
    verdict?: Verdict,
  ): (ComparedLine & { position: number })[] {
    const rows = this.#records.db
      .prepare(
        `select position, verdict, kind, order_id as orderId, refund_id as refundId, transaction_id as transactionId,
           ours_fen as oursFen, theirs_fen as theirsFen, fee_fen as feeFen, at_ms as atMs
         from reconciliation_line
         where provider = ? and day = ? and position >= ? and (? is null or verdict = ?) order by position limit ?`,
      )
      .all(provider, day, from, verdict ?? null, verdict ?? null, limit) as unknown as (LineRow & {
      position: number
    })[]
    return rows.map(({ refundId, ...line }) => ({ ...line, ...(refundId === null ? {} : { refundId }) }))
  }

  /** Keys of the movements that bills of these days have had. */
  settledOn(provider: string, days: readonly string[]): Set<string> {
    const lines = days.flatMap((day) => this.lines(provider, day))
    return new Set(lines.filter(({ theirsFen }) => theirsFen !== null).map(keyOf))
  }

  /** Lines of the last comparison of each day that are not alike. */
  differences(provider: string): number {
    const row = this.#records.db
      .prepare(`select count(*) as count from reconciliation_line where provider = ? and verdict <> 'matched'`)
      .get(provider)
    return (row as { count: number }).count
  }
}

const fromRow = (row: unknown): ReconciliationRecord => {
  const { totals, ...rest } = row as Row
  return { ...rest, totals: JSON.parse(totals) as Totals }
}
