import type { StatementSync } from 'node:sqlite'
import type { BillState } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import { type PriceLine, plainSource } from '../tariffs/price-line.ts'
import { type BillPhase, phasesOf } from './bill-phases.ts'
import { bringForward } from './older-bills.ts'

/** A price of a stay, and what became of it. */
export interface BillRecord {
  /** Made of stay, tariff version and revision: issuing twice makes one bill. */
  id: string
  stay: string
  lot: string
  plate: string
  /**
   * Where money of the driver stands in the books that no bill claims: the stay's id; after the plate was corrected to
   * that of somebody else, `<stay>/2` and so on, since nobody pays for another.
   */
  creditOf: string
  phase: BillPhase
  /** How far it is, or was, when something is owed. */
  stage: 'issued' | 'overdue' | 'collection'
  amountFen: number
  lines: PriceLine[]
  tariff: string
  tariffVersion: number
  /** Counting up from 1 for each stay and tariff version. */
  revision: number
  /** When it was issued; of one that waits, when it will be. */
  issuedMs: number
  paidFen: number
  allowedFen: number
  writtenOffFen: number
  /** What had been allowed when it was withdrawn, and whether it was written off: holds for the next revision too. */
  waivedFen: number
  forgiven: 0 | 1
  /** What is to be done next about it: 0 the debit, then the steps of the dunning from 1. */
  step: number
  /** When; null: nothing. */
  nextMs: number | null
}

/** What changes about a bill after it was made. */
export type BillChange = Pick<
  BillRecord,
  | 'phase'
  | 'stage'
  | 'paidFen'
  | 'allowedFen'
  | 'writtenOffFen'
  | 'waivedFen'
  | 'forgiven'
  | 'step'
  | 'nextMs'
  | 'issuedMs'
>

export interface BillFilter {
  plate?: string | undefined
  lot?: string | undefined
  state?: BillState | undefined
  phase?: BillPhase | undefined
  stay?: string | undefined
}

/** A stored line: rule, from, until, quantity, amount, and its source where that is not the plain one. */
type PackedLine = [PriceLine['rule'], number, number, number, number, string?]

const columns = `stay || '-v' || tariff_version || '-r' || revision as id, stay, lot, plate,
  coalesce(credit_of, stay) as creditOf, state as phase, stage,
  amount_fen as amountFen, lines, tariff, tariff_version as tariffVersion, revision, issued_ms as issuedMs,
  paid_fen as paidFen, allowed_fen as allowedFen, written_off_fen as writtenOffFen, waived_fen as waivedFen, forgiven,
  step, next_ms as nextMs`

const fromRow = (row: unknown): BillRecord => {
  const { lines, ...rest } = row as Omit<BillRecord, 'lines'> & { lines: string }
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

const packed = (lines: readonly PriceLine[]): string =>
  JSON.stringify(
    lines.map(({ rule, fromMin, untilMin, quantity, amountFen, source }): PackedLine => {
      const plain = source === plainSource[rule]
      return [rule, fromMin, untilMin, quantity, amountFen, ...(plain ? ([] as const) : ([source] as const))]
    }),
  )

/** The parts of a bill's id; of a text that is none, parts that match no bill. */
function keyOf(id: string): [stay: string, tariffVersion: number, revision: number] {
  const [, stay = '', version = '0', revision = '0'] = /^(.+)-v(\d{1,9})-r(\d{1,9})$/.exec(id) ?? []
  return [stay, Number(version), Number(revision)]
}

/** The table of bills. The price of an issued bill is never edited: a new price is a new revision. */
export class Bills {
  readonly #records: Records
  readonly #insert: StatementSync
  readonly #lastRevision: StatementSync
  readonly #update: StatementSync
  readonly #find: StatementSync
  readonly #ofStay: StatementSync

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists bill (
        stay text not null, lot text not null references lot, plate text not null,
        state text not null, amount_fen integer not null, lines text not null, tariff text not null,
        tariff_version integer not null, revision integer not null, issued_ms integer not null,
        stage text not null default 'issued', paid_fen integer not null default 0,
        allowed_fen integer not null default 0, written_off_fen integer not null default 0,
        waived_fen integer not null default 0, forgiven integer not null default 0,
        step integer not null default 1, next_ms integer, credit_of text,
        primary key (stay, tariff_version, revision)) strict, without rowid;
      create index if not exists bill_issued on bill (issued_ms)`)
    bringForward(records)
    const { db } = records
    this.#insert = db.prepare(
      `insert into bill (stay, lot, plate, state, amount_fen, lines, tariff, tariff_version, revision, issued_ms, step,
         next_ms, credit_of) values (?, ?, ?, 'priced', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#lastRevision = db.prepare('select max(revision) as last from bill where stay = ? and tariff_version = ?')
    this.#update = db.prepare(
      `update bill set state = ?, stage = ?, paid_fen = ?, allowed_fen = ?, written_off_fen = ?, waived_fen = ?,
         forgiven = ?, step = ?, next_ms = ?, issued_ms = ? where (stay, tariff_version, revision) = (?, ?, ?)`,
    )
    this.#ofStay = db.prepare(`select ${columns} from bill where stay = ? order by issued_ms, tariff_version, revision`)
    this.#find = db.prepare(`select ${columns} from bill where (stay, tariff_version, revision) = (?, ?, ?)`)
  }

  /** Adds the next revision of a stay's bill; it is `priced`. */
  add(bill: Omit<BillRecord, 'id' | 'revision' | 'phase' | 'stage' | keyof MoneyColumns>): BillRecord {
    const { last } = this.#lastRevision.get(bill.stay, bill.tariffVersion) as { last: number | null }
    const revision = (last ?? 0) + 1
    const { stay, lot, plate, amountFen, lines, tariff, tariffVersion, issuedMs, step, nextMs } = bill
    this.#insert.run(
      stay,
      lot,
      plate,
      amountFen,
      packed(lines),
      tariff,
      tariffVersion,
      revision,
      issuedMs,
      step,
      nextMs,
      bill.creditOf === stay ? null : bill.creditOf,
    )
    const id = `${stay}-v${tariffVersion}-r${revision}`
    return { ...bill, id, revision, phase: 'priced', stage: 'issued', ...noMoney }
  }

  change(id: string, change: BillChange): void {
    this.#update.run(
      change.phase,
      change.stage,
      change.paidFen,
      change.allowedFen,
      change.writtenOffFen,
      change.waivedFen,
      change.forgiven,
      change.step,
      change.nextMs,
      change.issuedMs,
      ...keyOf(id),
    )
  }

  /** Forgets a price that was never issued. */
  remove(id: string): void {
    this.#records.db
      .prepare(`delete from bill where (stay, tariff_version, revision) = (?, ?, ?) and state = 'priced'`)
      .run(...keyOf(id))
  }

  find(id: string): BillRecord | undefined {
    const row = this.#find.get(...keyOf(id))
    return row && fromRow(row)
  }

  /** Every revision of one stay's bill, oldest first. */
  ofStay(stay: string): BillRecord[] {
    return this.#ofStay.all(stay).map(fromRow)
  }

  /** About which something is to be done, longest waiting first. */
  due(nowMs: number, limit: number): BillRecord[] {
    return this.#records.db
      .prepare(`select ${columns} from bill where next_ms <= ? order by next_ms limit ?`)
      .all(nowMs, limit)
      .map(fromRow)
  }

  /** Newest first. `after`: the last one of the page before. */
  list(filter: BillFilter, limit: number, after?: { issuedMs: number; id: string }): BillRecord[] {
    const conditions: string[] = []
    const values: (string | number)[] = []
    if (filter.plate !== undefined) {
      conditions.push('stay in (select id from stay where plate = ? and lot in (select id from lot))')
      values.push(filter.plate)
    }
    for (const key of ['lot', 'stay'] as const) {
      const value = filter[key]
      if (value === undefined) continue
      conditions.push(`${key} = ?`)
      values.push(value)
    }
    const phases = filter.phase ? [filter.phase] : filter.state ? phasesOf(filter.state) : []
    if (phases.length > 0) {
      conditions.push(`state in (${phases.map(() => '?').join(', ')})`)
      values.push(...phases)
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

  /** All bills with their money, as the books must have it. */
  *money(): Generator<
    Pick<BillRecord, 'id' | 'stay' | 'phase' | 'amountFen' | 'paidFen' | 'allowedFen' | 'writtenOffFen'>
  > {
    for (const row of this.#records.db
      .prepare(
        `select stay || '-v' || tariff_version || '-r' || revision as id, stay, state as phase, amount_fen as amountFen,
           paid_fen as paidFen, allowed_fen as allowedFen, written_off_fen as writtenOffFen from bill`,
      )
      .iterate()) {
      yield row as never
    }
  }

  /** What is owed, bill by bill. */
  owed(): { issuedMs: number; lot: string; owedFen: number }[] {
    return this.#records.db
      .prepare(
        `select issued_ms as issuedMs, lot, amount_fen - paid_fen - allowed_fen - written_off_fen as owedFen from bill
           where state in ('issued', 'overdue', 'collection', 'disputed')`,
      )
      .all() as unknown as { issuedMs: number; lot: string; owedFen: number }[]
  }

  /** How many there are in each phase, their amounts and what is owed of them. */
  counts(lot?: string): { phase: BillPhase; bills: number; amountFen: number; owedFen: number }[] {
    const rows = this.#records.db
      .prepare(
        `select state as phase, count(*) as bills, sum(amount_fen) as amountFen,
           sum(amount_fen - paid_fen - allowed_fen - written_off_fen) as owedFen
         from bill where ?1 is null or lot = ?1 group by state`,
      )
      .all(lot ?? null) as unknown as { phase: BillPhase; bills: number; amountFen: number; owedFen: number }[]
    return rows.map((row) => (billedFen(row) === 0 ? { ...row, owedFen: 0 } : row))
  }
}

const noMoney = { paidFen: 0, allowedFen: 0, writtenOffFen: 0, waivedFen: 0, forgiven: 0 } as const
type MoneyColumns = typeof noMoney

/** What of a bill is in force. */
export const billedFen = ({ phase, amountFen }: Pick<BillRecord, 'phase' | 'amountFen'>): number =>
  phase === 'priced' || phase === 'withdrawn' ? 0 : amountFen

/** What is still to be paid. */
export const owedOf = (bill: BillRecord): number =>
  billedFen(bill) - bill.paidFen - bill.allowedFen - bill.writtenOffFen
