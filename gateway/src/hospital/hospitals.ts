import {
  type FieldError,
  type Hospital,
  type HospitalSettings,
  InputError,
  NotFoundError,
  type Position,
} from '@clearway/contracts'
import type { LotSetup, Lots } from '../parking/lots/lots.ts'
import type { Pool } from '../parking/reservations/pool.ts'
import type { Records } from '../records/records.ts'

/** What a hospital has of which nothing was set up. */
const defaults = { advanceShare: 0.7, rollingMin: 120, overbookingRisk: 0, mostWalkM: 800 } as const
/** JGJ 100 asks for 1 to 2 % accessible bays; 5 % for emergencies is a rule of thumb of hospitals. */
const disabledShare = 0.02
const emergencyShare = 0.05

/** Hospitals and how they give out their bays. A lot of the kind `hospital` is one by itself, under its own id. */
export class Hospitals {
  readonly #records: Records
  readonly #lots: Lots

  constructor(records: Records, lots: Lots) {
    this.#records = records
    this.#lots = lots
    records.define(`create table if not exists hospital (
      id text primary key, lot text not null unique references lot, document text not null) strict`)
  }

  /** By id. */
  list(): Hospital[] {
    const rows = this.#records.db.prepare('select id, document from hospital').all() as unknown as Row[]
    const set = rows.map(fromRow)
    const served = new Set(set.map(({ lot }) => lot))
    const implied = this.#lots.list().flatMap((lot) => (served.has(lot.id) ? [] : (impliedBy(lot) ?? [])))
    return [...set, ...implied].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  find(id: string): Hospital | undefined {
    const row = this.#records.db.prepare('select id, document from hospital where id = ?').get(id)
    if (row) return fromRow(row as unknown as Row)
    const lot = this.#lots.find(id)
    return lot && this.ofLot(lot)
  }

  /** @throws NotFoundError when there is none */
  get(id: string): Hospital {
    const hospital = this.find(id)
    if (!hospital) {
      const message = `there is no hospital "${id}"; GET /hospitals lists them, PUT /hospitals/${id} makes it`
      throw new NotFoundError('hospital-unknown', message)
    }
    return hospital
  }

  /** The hospital whose patients park in a lot. */
  ofLot(lot: LotSetup): Hospital | undefined {
    const row = this.#records.db.prepare('select id, document from hospital where lot = ?').get(lot.id)
    return row ? fromRow(row as unknown as Row) : impliedBy(lot)
  }

  /** @throws InputError naming the field that does not fit */
  put(id: string, settings: HospitalSettings): void {
    const faults: FieldError[] = []
    const lot = this.#lots.find(settings.lot)
    if (!settings.name.zh && !settings.name.en) faults.push({ field: 'name', message: 'needs zh or en' })
    if (!lot)
      faults.push({ field: 'lot', message: `there is no lot "${settings.lot}"; PUT /lots/${settings.lot} first` })
    const other = lot && this.ofLot(lot)
    if (other && other.id !== id && other.id !== settings.lot) {
      faults.push({ field: 'lot', message: `"${settings.lot}" is the lot of hospital "${other.id}"` })
    }
    const kept = settings.emergencyBays + settings.disabledBays
    if (lot && kept >= lot.capacity) {
      const message = `and disabledBays are ${kept} of ${lot.capacity} bays: none is left for appointments`
      faults.push({ field: 'emergencyBays', message })
    }
    if (faults.length > 0) {
      const lines = faults.map(({ field, message }) => `${field} ${message}`)
      throw new InputError('hospital-settings', `hospital ${id}: ${lines.join('; ')}`, faults)
    }
    this.#records.db
      .prepare(
        `insert into hospital values (?, ?, ?)
           on conflict (id) do update set lot = excluded.lot, document = excluded.document`,
      )
      .run(id, settings.lot, JSON.stringify(settings))
  }
}

interface Row {
  id: string
  document: string
}

const fromRow = ({ id, document }: Row): Hospital => ({ id, ...(JSON.parse(document) as HospitalSettings) })

/** The usual rules, for a lot that is said to be a hospital's and nothing more. */
function usualSettings({ id, name, position, capacity }: LotSetup & { position: Position }): HospitalSettings {
  return {
    name,
    lot: id,
    position,
    emergencyBays: Math.floor(capacity * emergencyShare),
    disabledBays: Math.floor(capacity * disabledShare),
    ...defaults,
  }
}

const impliedBy = (lot: LotSetup): Hospital | undefined =>
  lot.kind === 'hospital' ? { id: lot.id, ...usualSettings(lot) } : undefined

/**
 * The bays of a hospital's lot as they may be given now.
 *
 * @param occupied by the count at the gates
 */
export function poolOf(
  { emergencyBays, disabledBays, advanceShare, rollingMin, overbookingRisk }: HospitalSettings,
  lot: LotSetup,
  occupied: number,
  showRate: Pool['showRate'],
  nowMs: number,
): Pool {
  const general = Math.max(0, lot.capacity - emergencyBays - disabledBays)
  return {
    capacity: lot.capacity,
    protectedBays: { emergency: emergencyBays, disabled: disabledBays },
    advanceBays: Math.ceil(general * advanceShare),
    occupied,
    rollingUntilMs: nowMs + rollingMin * 60_000,
    risk: overbookingRisk,
    showRate,
  }
}
