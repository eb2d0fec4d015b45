import type { StatementSync } from 'node:sqlite'
import { type FieldError, fromTimestamp, InputError, NotFoundError, type ParkingPass } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import { isPlate, normalisePlate } from '../stays/plate.ts'

/** A pass: its plates may be in its lots for nothing, as the tariff says. */
export interface PassRecord {
  id: string
  /** Normalised. */
  plates: string[]
  /** Empty: every lot. */
  lots: string[]
  validFromMs: number
  /** First instant at which it no longer holds. */
  validUntilMs: number
}

interface PassRow extends Omit<PassRecord, 'plates' | 'lots'> {
  plates: string
  lots: string
}

const columns = `id, plates, lots, valid_from_ms as validFromMs, valid_until_ms as validUntilMs`
const fromRow = (row: unknown): PassRecord => {
  const { plates, lots, ...rest } = row as PassRow
  return { ...rest, plates: JSON.parse(plates), lots: JSON.parse(lots) }
}

/** The table of passes. */
export class Passes {
  readonly #records: Records
  readonly #ofPlate: StatementSync

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists pass (
        id text primary key, plates text not null, lots text not null, valid_from_ms integer not null,
        valid_until_ms integer not null) strict;
      create table if not exists pass_plate (
        plate text not null, pass text not null references pass, primary key (plate, pass)) strict, without rowid`)
    this.#ofPlate = records.db.prepare(
      `select ${columns} from pass where id in (select pass from pass_plate where plate = ?) order by id`,
    )
  }

  /** By id. */
  list(): PassRecord[] {
    return this.#records.db.prepare(`select ${columns} from pass order by id`).all().map(fromRow)
  }

  find(id: string): PassRecord | undefined {
    const row = this.#records.db.prepare(`select ${columns} from pass where id = ?`).get(id)
    return row && fromRow(row)
  }

  /** @throws NotFoundError `pass-unknown` */
  require(id: string): PassRecord {
    const pass = this.find(id)
    if (!pass) throw new NotFoundError('pass-unknown', `there is no pass "${id}"`)
    return pass
  }

  ofPlate(plate: string): PassRecord[] {
    return this.#ofPlate.all(plate).map(fromRow)
  }

  /**
   * Adds a pass or replaces it.
   *
   * @returns what it was before
   * @throws InputError naming the plate that is none, or the end that comes before the beginning
   */
  put(id: string, pass: Omit<ParkingPass, 'id'>): { before: PassRecord | undefined; after: PassRecord } {
    const before = this.find(id)
    const after = passOf(id, pass)
    const { db } = this.#records
    db.prepare('delete from pass_plate where pass = ?').run(id)
    db.prepare(
      `insert into pass values (?, ?, ?, ?, ?) on conflict (id) do update set plates = excluded.plates,
         lots = excluded.lots, valid_from_ms = excluded.valid_from_ms, valid_until_ms = excluded.valid_until_ms`,
    ).run(id, JSON.stringify(after.plates), JSON.stringify(after.lots), after.validFromMs, after.validUntilMs)
    for (const plate of after.plates) db.prepare('insert into pass_plate values (?, ?)').run(plate, id)
    return { before, after }
  }
}

function passOf(id: string, { plates, lots = [], validFrom, validUntil }: Omit<ParkingPass, 'id'>): PassRecord {
  const faults: FieldError[] = []
  const normal = plates.map(normalisePlate)
  for (const [i, plate] of normal.entries()) {
    if (!isPlate(plate)) faults.push({ field: `plates.${i}`, message: `${plates[i]} has the shape of no plate` })
    if (normal.indexOf(plate) < i) faults.push({ field: `plates.${i}`, message: `${plates[i]} is named twice` })
  }
  const [validFromMs, validUntilMs] = [fromTimestamp(validFrom), fromTimestamp(validUntil)]
  if (validUntilMs <= validFromMs)
    faults.push({ field: 'validUntil', message: `${validUntil} must be after validFrom ${validFrom}` })
  if (faults.length > 0) {
    const lines = faults.map(({ field, message }) => `${field} ${message}`)
    throw new InputError('pass', `pass ${id}: ${lines.join('; ')}`, faults)
  }
  return { id, plates: normal, lots: [...lots], validFromMs, validUntilMs }
}

/** Whether a pass holds in a lot. */
export const holdsIn = ({ lots }: PassRecord, lot: string): boolean => lots.length === 0 || lots.includes(lot)

/** @throws InputError `lot-unknown` naming the lot that does not exist */
export function requireLots(id: string, lots: readonly string[], known: (lot: string) => boolean): void {
  const unknown = lots.findIndex((lot) => !known(lot))
  if (unknown < 0) return
  const message = `there is no lot "${lots[unknown]}"; GET /lots lists them`
  throw new InputError('lot-unknown', `pass ${id}: lots.${unknown} ${message}`, [{ field: `lots.${unknown}`, message }])
}
