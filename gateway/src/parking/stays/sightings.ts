import type { StatementSync } from 'node:sqlite'
import type { PlateColour, VehicleClass } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'

/** One passage as a camera saw it: what a stay rests on, kept for whoever has to look again. */
export interface Sighting {
  /** Device and message: `gate/id`. */
  read: string
  gate: string
  lot: string
  direction: 'in' | 'out'
  atMs: number
  /** The plate under which it counts, normalised: as read, until a person corrects it. */
  plate: string | null
  /** As the camera sent it. */
  readAs: string | null
  colour: PlateColour
  vehicleClass: VehicleClass
  /** 0–1, the camera's own. */
  confidence: number
  imageRef: string | null
}

/** Where a vehicle was seen and what it looked like. */
export type Looks = Pick<Sighting, 'gate' | 'colour' | 'vehicleClass'>

/** Which passage of which plate. */
export interface PassageKey {
  lot: string
  plate: string | null
  direction: 'in' | 'out'
  atMs: number
}

const columns = `read, gate, lot, direction, at_ms as atMs, plate, read_as as readAs, colour,
  vehicle_class as vehicleClass, confidence, image_ref as imageRef`

/** The table of what the gates' cameras saw. History that is imported has none. */
export class Sightings {
  readonly #add: StatementSync
  readonly #find: StatementSync
  readonly #rename: StatementSync
  readonly #passing: StatementSync

  constructor(records: Records) {
    records.define(`
      create table if not exists sighting (
        read text primary key, gate text not null, lot text not null, direction text not null, at_ms integer not null,
        plate text, read_as text, colour text not null, vehicle_class text not null, confidence real not null,
        image_ref text) strict;
      create index if not exists sighting_passage on sighting (lot, at_ms)`)
    const { db } = records
    this.#add = db.prepare('insert or ignore into sighting values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#find = db.prepare(
      `select ${columns} from sighting where lot = ? and at_ms = ? and direction = ? and plate is ? order by read limit 1`,
    )
    this.#rename = db.prepare(
      'update sighting set plate = ? where lot = ? and at_ms = ? and direction = ? and plate is ?',
    )
    this.#passing = db.prepare(
      `select ${columns} from sighting where lot = ? and at_ms >= ? and at_ms < ? and direction = 'out'`,
    )
  }

  /** Keeps a sighting; one that is known stays as it is. */
  add(seen: Sighting): void {
    this.#add.run(
      seen.read,
      seen.gate,
      seen.lot,
      seen.direction,
      seen.atMs,
      seen.plate,
      seen.readAs,
      seen.colour,
      seen.vehicleClass,
      seen.confidence,
      seen.imageRef,
    )
  }

  find({ lot, plate, direction, atMs }: PassageKey): Sighting | undefined {
    return this.#find.get(lot, atMs, direction, plate) as unknown as Sighting | undefined
  }

  /** Lets a passage count under another plate; what the camera read stays. */
  rename({ lot, plate, direction, atMs }: PassageKey, to: string): void {
    this.#rename.run(to, lot, atMs, direction, plate)
  }

  /** Exits of a lot in a half-open window, unordered. */
  exits(lot: string, fromMs: number, toMs: number): Sighting[] {
    return this.#passing.all(lot, fromMs, toMs) as unknown as Sighting[]
  }
}
