import type { StatementSync } from 'node:sqlite'
import {
  type City,
  type FieldError,
  InputError,
  type LotKind,
  type LotSettings,
  NotFoundError,
  type OpeningHours,
} from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import { defaultTariff, Tariffs } from '../tariffs/tariffs.ts'

const dayMs = 86_400_000
const defaultStayLimitDays = 7
/** Of the bays: so many vehicles fit in beside them, in lanes and corners, unless the lot says otherwise. */
const defaultOverflowShare = 0.05

/** A car park as it is set up; what happens in it is elsewhere. */
export interface LotSetup {
  id: string
  name: { zh?: string; en?: string }
  position: { lon: number; lat: number }
  /** Bays in service. */
  capacity: number
  /** Vehicles that fit in beside the marked bays. */
  overflow: number
  tariff: string
  kind: LotKind
  stayLimitMs: number
  district?: string
  group?: string
  /** Absent: always open. */
  openingHours?: OpeningHours[]
}

/** A capacity and the instant from which it holds. */
export interface CapacityStep {
  fromMs: number
  capacity: number
}

interface LotRow {
  id: string
  name: string
  lon: number
  lat: number
  capacity: number
  tariff: string
  kind: LotKind
  stay_limit_days: number
  overflow: number | null
  district: string | null
  lot_group: string | null
  opening_hours: string | null
}

/** The lots, their settings, and which capacity they had when. */
export class Lots {
  readonly #records: Records
  readonly #tariffs: Tariffs
  readonly #read: StatementSync

  constructor(records: Records, tariffs: Tariffs) {
    this.#records = records
    this.#tariffs = tariffs
    records.define(`
      create table if not exists lot (
        id text primary key, name text not null, lon real not null, lat real not null, capacity integer not null,
        tariff text not null, kind text not null, stay_limit_days integer not null) strict;
      create table if not exists lot_capacity (
        lot text not null references lot, from_ms integer not null, capacity integer not null,
        primary key (lot, from_ms)) strict, without rowid;
      create table if not exists lot_overflow (lot text primary key references lot, overflow integer not null) strict;
      create table if not exists lot_place (
        lot text primary key references lot, district text, lot_group text, opening_hours text) strict, without rowid`)
    this.#read = records.db.prepare(`${everyLot} where lot.id = ?`)
  }

  /** By id. */
  list(): LotSetup[] {
    return (this.#records.db.prepare(`${everyLot} order by lot.id`).all() as unknown as LotRow[]).map(fromRow)
  }

  find(id: string): LotSetup | undefined {
    const row = this.#read.get(id) as unknown as LotRow | undefined
    return row && fromRow(row)
  }

  /** @throws NotFoundError when there is no such lot */
  get(id: string): LotSetup {
    const lot = this.find(id)
    if (!lot) throw new NotFoundError('lot-unknown', `there is no lot "${id}"; GET /lots lists them`)
    return lot
  }

  /**
   * Adds a lot or changes its settings. Metrics use each capacity for the time in which it held.
   *
   * @param settings have passed their schema
   * @throws InputError naming the field that names nothing
   */
  put(id: string, settings: LotSettings, nowMs: number): void {
    const faults: FieldError[] = []
    const tariff = settings.tariff ?? this.find(id)?.tariff ?? defaultTariff
    if (!settings.name.zh && !settings.name.en) faults.push({ field: 'name', message: 'needs zh or en' })
    if (!this.#tariffs.has(tariff)) {
      faults.push({ field: 'tariff', message: `there is no tariff "${tariff}"; PUT /tariffs/${tariff} makes it` })
    }
    if (faults.length > 0) {
      const lines = faults.map(({ field, message }) => `${field} ${message}`)
      throw new InputError('lot-settings', `lot ${id}: ${lines.join('; ')}`, faults)
    }
    const before = this.find(id)
    const { db } = this.#records
    db.prepare(
      `insert into lot values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set name = excluded.name,
       lon = excluded.lon, lat = excluded.lat, capacity = excluded.capacity, tariff = excluded.tariff,
       kind = excluded.kind, stay_limit_days = excluded.stay_limit_days`,
    ).run(
      id,
      JSON.stringify(settings.name),
      settings.position.lon,
      settings.position.lat,
      settings.capacity,
      tariff,
      settings.kind,
      settings.stayLimitDays ?? (before ? before.stayLimitMs / dayMs : defaultStayLimitDays),
    )
    if (settings.overflow !== undefined) {
      db.prepare('insert or replace into lot_overflow values (?, ?)').run(id, settings.overflow)
    }
    const { district = before?.district, group = before?.group, openingHours = before?.openingHours } = settings
    if (district !== undefined || group !== undefined || openingHours !== undefined) {
      const hours = openingHours && openingHours.length > 0 ? JSON.stringify(openingHours) : null
      db.prepare('insert or replace into lot_place values (?, ?, ?, ?)').run(id, district ?? null, group ?? null, hours)
    }
    if (before?.capacity !== settings.capacity) {
      // The first capacity is taken to have held always: history may be loaded after the lot is made.
      db.prepare('insert or replace into lot_capacity values (?, ?, ?)').run(id, before ? nowMs : 0, settings.capacity)
    }
  }

  /** Oldest first; the first holds from 0. */
  capacities(id: string): CapacityStep[] {
    return this.#records.db
      .prepare('select from_ms as fromMs, capacity from lot_capacity where lot = ? order by from_ms')
      .all(id) as unknown as CapacityStep[]
  }
}

const everyLot = `select lot.*, overflow, district, lot_group, opening_hours from lot
  left join lot_overflow on lot_overflow.lot = lot.id left join lot_place on lot_place.lot = lot.id`

const fromRow = (row: LotRow): LotSetup => ({
  id: row.id,
  name: JSON.parse(row.name),
  position: { lon: row.lon, lat: row.lat },
  capacity: row.capacity,
  overflow: row.overflow ?? Math.ceil(row.capacity * defaultOverflowShare),
  tariff: row.tariff,
  kind: row.kind,
  stayLimitMs: row.stay_limit_days * dayMs,
  ...(row.district !== null && { district: row.district }),
  ...(row.lot_group !== null && { group: row.lot_group }),
  ...(row.opening_hours !== null && { openingHours: JSON.parse(row.opening_hours) }),
})

/** Makes a lot of every car park of the city that is not one yet. What was edited by hand stays. */
export function seedLots(records: Records, city: City): void {
  records.transaction(() => {
    const lots = new Lots(records, new Tariffs(records))
    for (const { id, name, position, capacity, kind } of city.carParks) {
      if (!lots.find(id)) lots.put(id, { name, position, capacity, kind }, 0)
    }
  })
}
