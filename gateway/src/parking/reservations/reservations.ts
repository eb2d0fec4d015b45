import type { SQLInputValue } from 'node:sqlite'
import type { BayNeed, ReservationState } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'

/** A bay for one vehicle, as it is kept. */
export interface ReservationRecord {
  /** Counts up. */
  seq: number
  id: string
  state: ReservationState
  /** Names the lots that serve: `hospital/{id}` or `lot/{id}`. */
  origin: string
  lot: string
  bay: string | null
  walkM: number
  /** Normalised. */
  plate: string
  /** Pseudonym of the patient; null where the appointment names none. */
  person: string | null
  need: BayNeed
  hospital: string | null
  /** Id of the appointment at the hospital. */
  appointment: string | null
  /** `meta.lastUpdated` of the newest notice that was taken. */
  noticeMs: number | null
  showGroup: string
  anchorMs: number
  fromMs: number
  untilMs: number
  latestMs: number
  relief: string | null
  reason: string | null
  arrivedMs: number | null
  endedMs: number | null
  /** Whether an overrun has been told. */
  overrun: 0 | 1
  /** Surcharge for each such span begun after the end, as it was when the bay was given; null: none. */
  overrunEveryMin: number | null
  overrunFen: number | null
  createdMs: number
  changedMs: number
}

/** Column by property, in the order of the table. */
const columns = {
  id: 'text not null unique',
  state: 'text not null',
  origin: 'text not null',
  lot: 'text not null',
  bay: 'text',
  walkM: 'real not null',
  plate: 'text not null',
  person: 'text',
  need: 'text not null',
  hospital: 'text',
  appointment: 'text',
  noticeMs: 'integer',
  showGroup: 'text not null',
  anchorMs: 'integer not null',
  fromMs: 'integer not null',
  untilMs: 'integer not null',
  latestMs: 'integer not null',
  relief: 'text',
  reason: 'text',
  arrivedMs: 'integer',
  endedMs: 'integer',
  overrun: 'integer not null',
  overrunEveryMin: 'integer',
  overrunFen: 'integer',
  createdMs: 'integer not null',
  changedMs: 'integer not null',
} as const satisfies Record<keyof Omit<ReservationRecord, 'seq'>, string>

const names = Object.keys(columns) as (keyof typeof columns)[]

export interface ReservationFilter {
  lot?: string | undefined
  hospital?: string | undefined
  state?: ReservationState | undefined
  plate?: string | undefined
  /** Reservations that touch the half-open window. */
  fromMs?: number | undefined
  toMs?: number | undefined
}

/** States in which a bay is wanted or held. */
const live = `state in ('waiting', 'booked', 'arrived')`

/** The table of reservations. */
export class Reservations {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists reservation (
        seq integer primary key, ${names.map((name) => `${name} ${columns[name]}`).join(', ')}) strict;
      create unique index if not exists reservation_appointment on reservation (hospital, appointment)
        where appointment is not null;
      create index if not exists reservation_live on reservation (fromMs) where ${live};
      create index if not exists reservation_lot on reservation (lot, untilMs);
      create index if not exists reservation_plate on reservation (plate, fromMs);
      create index if not exists reservation_person on reservation (person, latestMs) where state = 'noshow';
      create index if not exists reservation_from on reservation (fromMs)`)
  }

  insert(reservation: Omit<ReservationRecord, 'seq'>): void {
    this.#records.db
      .prepare(`insert into reservation (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`)
      .run(...names.map((name): SQLInputValue => reservation[name]))
  }

  /** Replaces the reservation with this id. */
  write(reservation: Omit<ReservationRecord, 'seq'>): void {
    this.#records.db
      .prepare(`update reservation set ${names.map((name) => `${name} = ?`).join(', ')} where id = ?`)
      .run(...names.map((name): SQLInputValue => reservation[name]), reservation.id)
  }

  find(id: string): ReservationRecord | undefined {
    return this.#one('id = ?', id)
  }

  ofAppointment(hospital: string, appointment: string): ReservationRecord | undefined {
    return this.#one('hospital = ? and appointment = ?', hospital, appointment)
  }

  /** Everything that waits, is booked or is there. */
  live(): ReservationRecord[] {
    return this.#all(live)
  }

  /** No-shows whose window closed after an instant: a late read may still prove otherwise. */
  missedSince(sinceMs: number): ReservationRecord[] {
    return this.#all(`state = 'noshow' and fromMs > ? - 86400000 and latestMs > ?`, sinceMs, sinceMs)
  }

  /** Whether what happens in a lot at an instant can matter to one that waits, is due or was missed there. */
  concerns(lot: string, atMs: number): boolean {
    const row = this.#records.db
      .prepare(
        `select 1 from reservation where lot = ? and state in ('waiting', 'booked', 'arrived', 'noshow')
           and (fromMs <= ? or state = 'waiting') and untilMs > ? - 86400000 limit 1`,
      )
      .get(lot, atMs, atMs)
    return row !== undefined
  }

  /** Live ones of a vehicle. */
  liveOf(plate: string): ReservationRecord[] {
    return this.#all(`plate = ? and ${live}`, plate)
  }

  /** Of a vehicle in a lot whose arrival window had opened by an instant and which is not older than a day before it. */
  near(lot: string, plate: string, atMs: number, pastMs: number): ReservationRecord[] {
    return this.#all('plate = ? and fromMs <= ? and fromMs > ? and lot = ?', plate, atMs, pastMs, lot)
  }

  /** How often a vehicle or a patient did not come since an instant. */
  missed(plate: string, person: string | null, sinceMs: number): number {
    const row = this.#records.db
      .prepare(
        `select count(*) as n from reservation where state = 'noshow' and latestMs > ? and (plate = ? or person = ?)`,
      )
      .get(sinceMs, plate, person)
    return (row as { n: number }).n
  }

  /** How many are in each state, of one hospital, that touch a half-open window. */
  states(hospital: string, fromMs: number, toMs: number): { state: ReservationState; n: number }[] {
    return this.#records.db
      .prepare(
        `select state, count(*) as n from reservation
           where hospital = ? and anchorMs >= ? and anchorMs < ? group by state order by state`,
      )
      .all(hospital, fromMs, toMs) as unknown as { state: ReservationState; n: number }[]
  }

  /** By beginning, then by age. `after`: the last one of the page before. */
  list(filter: ReservationFilter, limit: number, after?: { fromMs: number; seq: number }): ReservationRecord[] {
    const conditions: string[] = []
    const values: SQLInputValue[] = []
    const where = (condition: string, ...given: SQLInputValue[]) => {
      conditions.push(condition)
      values.push(...given)
    }
    for (const key of ['lot', 'hospital', 'state', 'plate'] as const) {
      const value = filter[key]
      if (value !== undefined) where(`${key} = ?`, value)
    }
    if (filter.toMs !== undefined) where('fromMs < ?', filter.toMs)
    if (filter.fromMs !== undefined) where('untilMs > ?', filter.fromMs)
    if (after) where('(fromMs, seq) > (?, ?)', after.fromMs, after.seq)
    return this.#all(`${conditions.join(' and ') || 'true'} order by fromMs, seq limit ?`, ...values, limit)
  }

  #one(condition: string, ...values: SQLInputValue[]): ReservationRecord | undefined {
    return this.#all(`${condition} limit 1`, ...values)[0]
  }

  #all(condition: string, ...values: SQLInputValue[]): ReservationRecord[] {
    return this.#records.db
      .prepare(`select seq, ${names.join(', ')} from reservation where ${condition}`)
      .all(...values) as unknown as ReservationRecord[]
  }
}
