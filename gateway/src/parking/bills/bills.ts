import type { StatementSync } from 'node:sqlite'
import type { BillState } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import { type PriceLine, plainSource } from '../tariffs/price-line.ts'

export interface BillRecord {
  /** Made of the three that follow it here: issuing twice makes one bill. */
  id: string
  stay: string
  lot: string
  plate: string
  state: BillState
  amountFen: number
  lines: PriceLine[]
  tariff: string
  tariffVersion: number
  /** Counting up from 1 for each stay and tariff version. */
  revision: number
  issuedMs: number
}

interface BillRow extends Omit<BillRecord, 'lines'> {
  lines: string
}

export interface BillFilter {
  plate?: string | undefined
  lot?: string | undefined
  state?: BillState | undefined
}

/** A stored line: rule, from, until, quantity, amount, and its source where that is not the plain one. */
type PackedLine = [PriceLine['rule'], number, number, number, number, string?]

const columns = `stay || '-v' || tariff_version || '-r' || revision as id, stay, lot, plate, state, amount_fen as amountFen, lines, tariff, tariff_version as tariffVersion,
  revision, issued_ms as issuedMs`

const fromRow = (row: unknown): BillRecord => {
  const { lines, ...rest } = row as BillRow
  return {
    ...rest,
    lines: (JSON.parse(lines) as PackedLine[]).map(([rule, fromMin, untilMin, quantity, amountFen, source]) => ({
      rule,
      fromMin,
      untilMin,
      quantity,
      amountFen,
      source: source ?? plainSource[rule],
    })),
  }
}

/** The parts of a bill's id; of a text that is none, parts that match no bill. */
function keyOf(id: string): [stay: string, tariffVersion: number, revision: number] {
  const [, stay = '', version = '0', revision = '0'] = /^(.+)-v(\d{1,9})-r(\d{1,9})$/.exec(id) ?? []
  return [stay, Number(version), Number(revision)]
}

/** The table of bills. A bill is never edited: a new price is a new revision, and the old one is written off. */
export class Bills {
  readonly #records: Records
  readonly #insert: StatementSync
  readonly #lastRevision: StatementSync

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists bill (
        stay text not null, lot text not null references lot, plate text not null,
        state text not null, amount_fen integer not null, lines text not null, tariff text not null,
        tariff_version integer not null, revision integer not null, issued_ms integer not null,
        primary key (stay, tariff_version, revision)) strict, without rowid;
      create index if not exists bill_issued on bill (issued_ms)`)
    this.#insert = records.db.prepare(`insert into bill values (?, ?, ?, 'issued', ?, ?, ?, ?, ?, ?)`)
    this.#lastRevision = records.db.prepare(
      'select max(revision) as last from bill where stay = ? and tariff_version = ?',
    )
  }

  /**
   * Issues the next revision of a stay's bill.
   *
   * @returns its id
   */
  issue(bill: Omit<BillRecord, 'id' | 'state' | 'revision'>): string {
    const { last } = this.#lastRevision.get(bill.stay, bill.tariffVersion) as { last: number | null }
    const revision = (last ?? 0) + 1
    const lines = bill.lines.map(({ rule, fromMin, untilMin, quantity, amountFen, source }): PackedLine => {
      const plain = source === plainSource[rule]
      return [rule, fromMin, untilMin, quantity, amountFen, ...(plain ? ([] as const) : ([source] as const))]
    })
    this.#insert.run(
      bill.stay,
      bill.lot,
      bill.plate,
      bill.amountFen,
      JSON.stringify(lines),
      bill.tariff,
      bill.tariffVersion,
      revision,
      bill.issuedMs,
    )
    return `${bill.stay}-v${bill.tariffVersion}-r${revision}`
  }

  /** Takes back a bill whose stay turned out otherwise. */
  withdraw(id: string): void {
    this.#records.db
      .prepare(`update bill set state = 'written-off' where (stay, tariff_version, revision) = (?, ?, ?)`)
      .run(...keyOf(id))
  }

  find(id: string): BillRecord | undefined {
    const row = this.#records.db
      .prepare(`select ${columns} from bill where (stay, tariff_version, revision) = (?, ?, ?)`)
      .get(...keyOf(id))
    return row && fromRow(row)
  }

  /** Newest first. `after`: the last one of the page before. */
  list(filter: BillFilter, limit: number, after?: { issuedMs: number; id: string }): BillRecord[] {
    const conditions: string[] = []
    const values: (string | number)[] = []
    if (filter.plate !== undefined) {
      conditions.push('stay in (select id from stay where plate = ? and lot in (select id from lot))')
      values.push(filter.plate)
    }
    for (const key of ['lot', 'state'] as const) {
      const value = filter[key]
      if (value === undefined) continue
      conditions.push(`${key} = ?`)
      values.push(value)
    }
    if (after) {
      conditions.push('(issued_ms, stay, tariff_version, revision) < (?, ?, ?, ?)')
      values.push(after.issuedMs, ...keyOf(after.id))
    }
    const clause = conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
    return this.#records.db
      .prepare(
        `select ${columns} from bill ${clause} order by issued_ms desc, stay desc, tariff_version desc, revision desc limit ?`,
      )
      .all(...values, limit)
      .map(fromRow)
  }
}
