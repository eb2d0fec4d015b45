import type { ArcPlace } from '@clearway/routing'
import type { Records } from '../records/records.ts'

/** What a closure and an incident have in common, as it is kept. Arcs are kept by their places: a new map numbers them anew. */
export interface StoredDisruption {
  id: string
  type: 'closure' | 'incident'
  fromMs: number
  untilMs: number | null
  createdMs: number
  createdBy: string
  direction: 'both' | 'one'
  places: ArcPlace[]
  /** A closure keeps its kind, an incident its effect; both what people wrote. */
  body: { closedTo?: 'everyone' | 'ordinary'; kind?: string; speedFactor?: number; delayS?: number; text?: string }
}

interface Row {
  number: number
  type: StoredDisruption['type']
  from_ms: number
  until_ms: number | null
  created_ms: number
  created_by: string
  direction: StoredDisruption['direction']
  places: string
  body: string
}

/** Closures and incidents that have not ended. */
export class DisruptionRecords {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists road_disruption (
        number integer primary key autoincrement, type text not null, from_ms integer not null, until_ms integer,
        created_ms integer not null, created_by text not null, direction text not null, places text not null,
        body text not null) strict`)
  }

  add(one: Omit<StoredDisruption, 'id'>): StoredDisruption {
    const { lastInsertRowid } = this.#records.db
      .prepare(
        `insert into road_disruption (type, from_ms, until_ms, created_ms, created_by, direction, places, body)
         values (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        one.type,
        one.fromMs,
        one.untilMs,
        one.createdMs,
        one.createdBy,
        one.direction,
        JSON.stringify(one.places),
        JSON.stringify(one.body),
      )
    return { ...one, id: idOf(one.type, Number(lastInsertRowid)) }
  }

  all(): StoredDisruption[] {
    const rows = this.#records.db.prepare('select * from road_disruption order by number').all()
    return (rows as unknown as Row[]).map((row) => ({
      ...{ id: idOf(row.type, row.number), type: row.type, direction: row.direction, createdBy: row.created_by },
      ...{ fromMs: row.from_ms, untilMs: row.until_ms, createdMs: row.created_ms },
      ...{ places: JSON.parse(row.places), body: JSON.parse(row.body) },
    }))
  }

  remove(id: string): void {
    this.#records.db.prepare('delete from road_disruption where number = ?').run(Number(id.slice(id.indexOf('-') + 1)))
  }
}

const idOf = (type: StoredDisruption['type'], number: number): string => `${type}-${number}`
