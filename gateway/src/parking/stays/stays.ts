import type { StatementSync } from 'node:sqlite'
import type { PlateColour, StayState, VehicleClass } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import { turnedBack, twoInside } from './stay-pairing.ts'

/** One visit of one vehicle to one lot, as the ledger keeps it. */
export interface StayRecord {
  id: string
  lot: string
  /** Normalised; null when it was not readable. */
  plate: string | null
  colour: PlateColour
  vehicleClass: VehicleClass
  state: StayState
  enteredMs: number | null
  leftMs: number | null
  reason: string | null
  /** The tariff version in force at entry. */
  tariff: string
  tariffVersion: number
  /** The price once closed, else 0. */
  amountFen: number
  /** The bill in force. */
  bill: string | null
}

const columns = `id, lot, plate, colour, vehicle_class as vehicleClass, state, entered_ms as enteredMs,
  left_ms as leftMs, reason, tariff, tariff_version as tariffVersion, amount_fen as amountFen, bill`

export interface StayFilter {
  plate?: string | undefined
  lot?: string | undefined
  state?: StayState | undefined
  /** Stays that touch the half-open window. */
  fromMs?: number | undefined
  toMs?: number | undefined
}

/** A stay with the instant by which lists and matching order it: its entry, else its exit. */
export type ListedStay = StayRecord & { seq: number; anchorMs: number }

/** Reason of a stay whose plate no vehicle can have. */
export const noPlateShape = 'no plate has this shape'

/** A passage can change the stay before it, and with it whether the two before that are those of twins. */
const staysBefore = 3

/** The table of stays. */
export class Stays {
  readonly #records: Records
  readonly #write: StatementSync
  readonly #chain: StatementSync
  readonly #passages: StatementSync
  readonly #read: StatementSync
  readonly #ofPlate: StatementSync
  readonly #ended: StatementSync

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists stay (
        seq integer primary key, id text not null unique, lot text not null references lot, plate text,
        colour text not null, vehicle_class text not null, state text not null, entered_ms integer, left_ms integer,
        anchor_ms integer not null, reason text, tariff text not null, tariff_version integer not null,
        amount_fen integer not null, bill text) strict;
      create index if not exists stay_plate on stay (lot, plate, anchor_ms);
      create index if not exists stay_anchor on stay (anchor_ms);
      create index if not exists stay_entered on stay (lot, anchor_ms);
      create index if not exists stay_left on stay (lot, left_ms) where left_ms is not null;
      create index if not exists stay_inside on stay (lot, anchor_ms) where left_ms is null;
      create index if not exists stay_open on stay (entered_ms) where state = 'open';
      create index if not exists stay_review on stay (anchor_ms) where state = 'review'`)
    const { db } = records
    this.#write = db.prepare(
      `insert into stay (id, lot, plate, colour, vehicle_class, state, entered_ms, left_ms, anchor_ms, reason, tariff,
         tariff_version, amount_fen, bill) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (id) do update set plate = excluded.plate, colour = excluded.colour,
         vehicle_class = excluded.vehicle_class, state = excluded.state, entered_ms = excluded.entered_ms,
         left_ms = excluded.left_ms, anchor_ms = excluded.anchor_ms, reason = excluded.reason, tariff = excluded.tariff,
         tariff_version = excluded.tariff_version, amount_fen = excluded.amount_fen, bill = excluded.bill`,
    )
    this.#chain = db.prepare(
      `select ${columns} from stay where lot = ?2 and plate = ?1 and anchor_ms >= coalesce(
         (select anchor_ms from stay where lot = ?2 and plate = ?1 and anchor_ms <= ?3
            order by anchor_ms desc limit 1 offset ${staysBefore - 1}), 0) order by anchor_ms, seq`,
    )
    this.#passages = db.prepare(
      `select anchor_ms as atMs, 1 as change from stay
         where lot = ?1 and anchor_ms >= ?2 and anchor_ms < ?3 and state in ('open', 'closed')
           and reason is not '${turnedBack}'
       union all select left_ms, -1 from stay
         where lot = ?1 and left_ms >= ?2 and left_ms < ?3 and state = 'closed' and reason is not '${turnedBack}'`,
    )
    this.#ofPlate = db.prepare(
      `select ${columns} from stay where plate = ? and lot in (select id from lot)
         and (left_ms is null or left_ms > ?) order by anchor_ms, id`,
    )
    this.#read = db.prepare(`select ${columns} from stay where id = ?`)
    this.#ended = db.prepare(
      `select left_ms as atMs, left_ms - entered_ms as dwellMs from stay
         where lot = ? and left_ms >= ? and left_ms < ? and state = 'closed' and reason is not '${turnedBack}'`,
    )
  }

  find(id: string): StayRecord | undefined {
    return this.#read.get(id) as unknown as StayRecord | undefined
  }

  /** Inserts, or replaces the stay with this id. */
  write(stay: StayRecord): void {
    this.#write.run(
      stay.id,
      stay.lot,
      stay.plate,
      stay.colour,
      stay.vehicleClass,
      stay.state,
      stay.enteredMs,
      stay.leftMs,
      anchor(stay),
      stay.reason,
      stay.tariff,
      stay.tariffVersion,
      stay.amountFen,
      stay.bill,
    )
  }

  /** Takes out a stay that has become a part of another. */
  remove(id: string): void {
    this.#records.db.prepare('delete from stay where id = ?').run(id)
  }

  /** What passages of this plate from `atMs` on can change, by time: the stays right before it and all after. */
  chain(lot: string, plate: string, atMs: number): StayRecord[] {
    const stays = this.#chain.all(plate, lot, atMs) as unknown as StayRecord[]
    // Of twins that lie before all that can change, half would be misjudged without the other half.
    const whole = stays.findIndex(({ reason, leftMs }) => reason !== twoInside || leftMs === null)
    return whole === -1 ? [] : stays.slice(whole)
  }

  /** Entries (+1) and exits (−1) of the stays with a known course, in a half-open window, unordered. */
  changes(lot: string, fromMs: number, toMs: number): { atMs: number; change: number }[] {
    return this.#passages.all(lot, fromMs, toMs) as unknown as { atMs: number; change: number }[]
  }

  /** Open stays that began in a half-open window. */
  openSince(fromMs: number, toMs: number): { lot: string; enteredMs: number }[] {
    return this.#records.db
      .prepare(
        `select lot, entered_ms as enteredMs from stay where state = 'open' and entered_ms >= ? and entered_ms < ?`,
      )
      .all(fromMs, toMs) as unknown as { lot: string; enteredMs: number }[]
  }

  /** Open stays of one lot that began before an instant. */
  openBefore(lot: string, beforeMs: number): StayRecord[] {
    return this.#records.db
      .prepare(`select ${columns} from stay where state = 'open' and entered_ms < ? and lot = ?`)
      .all(beforeMs, lot) as unknown as StayRecord[]
  }

  /** Stays of a plate in every lot that had not ended by an instant. */
  ofPlate(plate: string, fromMs: number): StayRecord[] {
    return this.#ofPlate.all(plate, fromMs) as unknown as StayRecord[]
  }

  /** When a plate was in a lot during a half-open window; `leftAtMs` null: still there. */
  touching(
    lot: string,
    plate: string,
    fromMs: number,
    toMs: number,
  ): { enteredAtMs: number; leftAtMs: number | null }[] {
    return this.#records.db
      .prepare(
        `select entered_ms as enteredAtMs, left_ms as leftAtMs from stay where lot = ? and plate = ? and anchor_ms < ?
           and (left_ms is null or left_ms > ?) and state in ('open', 'closed') order by entered_ms`,
      )
      .all(lot, plate, toMs, fromMs) as unknown as { enteredAtMs: number; leftAtMs: number | null }[]
  }

  /** A plate's entries into a lot in a half-open window, oldest first. */
  enteredBetween(lot: string, plate: string, fromMs: number, toMs: number): StayRecord[] {
    return this.#records.db
      .prepare(
        `select ${columns} from stay where lot = ? and plate = ? and anchor_ms >= ? and anchor_ms < ?
           and entered_ms is not null order by anchor_ms`,
      )
      .all(lot, plate, fromMs, toMs) as unknown as StayRecord[]
  }

  /** Prices of the closed stays that have a bill, all together, fen. */
  closedFen(): number {
    const row = this.#records.db
      .prepare(`select coalesce(sum(amount_fen), 0) as fen from stay where state = 'closed' and bill is not null`)
      .get()
    return (row as { fen: number }).fen
  }

  /** Stays of one lot that may hold a vehicle at an instant: begun before it and without an exit, newest first. */
  inside(lot: string, atMs: number, sinceMs: number, limit: number): StayRecord[] {
    return this.#records.db
      .prepare(
        `select ${columns} from stay where lot = ? and anchor_ms >= ? and anchor_ms < ? and left_ms is null
           and plate is not null order by anchor_ms desc limit ?`,
      )
      .all(lot, sinceMs, atMs, limit) as unknown as StayRecord[]
  }

  /** When the vehicles that may still be in a lot came: those with a plate, and those whose plate was not read. */
  entriesInside(lot: string, sinceMs: number, nowMs: number): { enteredMs: number[]; unreadMs: number[] } {
    const rows = this.#records.db
      .prepare(
        `select entered_ms as enteredMs, state = 'review' as unread from stay
         where lot = ? and anchor_ms >= ? and anchor_ms <= ? and left_ms is null and entered_ms is not null
           and (state in ('open', 'expired') or plate is null or reason = '${noPlateShape}')`,
      )
      .all(lot, sinceMs, nowMs) as unknown as { enteredMs: number; unread: number }[]
    const of = (unread: number) => rows.filter((row) => row.unread === unread).map(({ enteredMs }) => enteredMs)
    return { enteredMs: of(0), unreadMs: of(1) }
  }

  /** The newest exits of a lot: entry and exit, the entry null where none was found. */
  exits(lot: string, limit: number): { enteredMs: number | null; leftMs: number }[] {
    return this.#records.db
      .prepare(
        `select entered_ms as enteredMs, left_ms as leftMs from stay
         where lot = ? and left_ms is not null and reason is not '${turnedBack}' order by left_ms desc limit ?`,
      )
      .all(lot, limit) as unknown as { enteredMs: number | null; leftMs: number }[]
  }

  /** Dwell times (ms) of the newest closed stays of a lot that ended before an instant. */
  dwells(lot: string, beforeMs: number, limit: number): { dwellMs: number; plate: string | null }[] {
    return this.#records.db
      .prepare(
        `select left_ms - entered_ms as dwellMs, plate from stay where lot = ? and left_ms < ? and state = 'closed'
           order by left_ms desc limit ?`,
      )
      .all(lot, beforeMs, limit) as unknown as { dwellMs: number; plate: string | null }[]
  }

  /** When the stays of a lot ended, in a half-open window, and how long they were; unordered. */
  ended(lot: string, fromMs: number, toMs: number): { atMs: number; dwellMs: number }[] {
    return this.#ended.all(lot, fromMs, toMs) as unknown as { atMs: number; dwellMs: number }[]
  }

  /** How many stays are in a state. */
  count(state: StayState): number {
    const row = this.#records.db.prepare('select count(*) as n from stay where state = ?').get(state)
    return (row as { n: number }).n
  }

  /** Newest first. `after`: the last one of the page before. */
  list(filter: StayFilter, limit: number, after?: { anchorMs: number; seq: number }): ListedStay[] {
    const conditions: string[] = []
    const values: (string | number)[] = []
    const where = (condition: string, ...given: (string | number)[]) => {
      conditions.push(condition)
      values.push(...given)
    }
    // The index begins with the lot: matching asks for one lot, and a plate is sought in each.
    if (filter.plate !== undefined) where('plate = ? and lot in (select id from lot)', filter.plate)
    if (filter.lot !== undefined) where('lot = ?', filter.lot)
    if (filter.state !== undefined) where('state = ?', filter.state)
    if (filter.toMs !== undefined) where('anchor_ms < ?', filter.toMs)
    if (filter.fromMs !== undefined)
      where(`(left_ms > ? or anchor_ms >= ? or state = 'open')`, filter.fromMs, filter.fromMs)
    if (after) where('(anchor_ms, seq) < (?, ?)', after.anchorMs, after.seq)
    const clause = conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
    return this.#records.db
      .prepare(
        `select seq, anchor_ms as anchorMs, ${columns} from stay ${clause} order by anchor_ms desc, seq desc limit ?`,
      )
      .all(...values, limit) as unknown as ListedStay[]
  }
}

/** The instant by which a stay is ordered: its entry, else its exit. */
const anchor = (stay: StayRecord): number => stay.enteredMs ?? (stay.leftMs as number)
