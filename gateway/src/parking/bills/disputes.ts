import type { Records } from '../../records/records.ts'

/** A driver does not agree, and what came of it. */
export interface DisputeRecord {
  /** `<bill>-d<count>`. */
  id: string
  bill: string
  reason: string
  openedMs: number
  openedBy: string
  /** Null: still to be decided. */
  outcome: 'reject' | 'grant' | 'withdrawn' | 'written-off' | 'refunded' | null
  why: string | null
  decidedMs: number | null
  decidedBy: string | null
}

const columns = `id, bill, reason, opened_ms as openedMs, opened_by as openedBy, outcome, why, decided_ms as decidedMs,
  decided_by as decidedBy`

/** The table of disputes. A bill has one open dispute at most. */
export class Disputes {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists dispute (
        id text primary key, bill text not null, reason text not null, opened_ms integer not null,
        opened_by text not null, outcome text, why text, decided_ms integer, decided_by text) strict, without rowid;
      create unique index if not exists dispute_open on dispute (bill) where outcome is null;
      create index if not exists dispute_bill on dispute (bill, opened_ms)`)
  }

  open(bill: string, reason: string, openedMs: number, openedBy: string): DisputeRecord {
    const dispute: DisputeRecord = {
      ...{ id: `${bill}-d${this.ofBill(bill).length + 1}`, bill, reason, openedMs, openedBy },
      ...{ outcome: null, why: null, decidedMs: null, decidedBy: null },
    }
    this.#records.db
      .prepare('insert into dispute (id, bill, reason, opened_ms, opened_by) values (?, ?, ?, ?, ?)')
      .run(dispute.id, bill, reason, openedMs, openedBy)
    return dispute
  }

  /** Ends the open dispute of a bill, if there is one. */
  decide(
    bill: string,
    outcome: NonNullable<DisputeRecord['outcome']>,
    why: string,
    decidedMs: number,
    decidedBy: string,
  ): void {
    this.#records.db
      .prepare(
        'update dispute set outcome = ?, why = ?, decided_ms = ?, decided_by = ? where bill = ? and outcome is null',
      )
      .run(outcome, why, decidedMs, decidedBy, bill)
  }

  /** Oldest first. */
  ofBill(bill: string): DisputeRecord[] {
    return this.#records.db
      .prepare(`select ${columns} from dispute where bill = ? order by opened_ms, id`)
      .all(bill) as unknown as DisputeRecord[]
  }
}
