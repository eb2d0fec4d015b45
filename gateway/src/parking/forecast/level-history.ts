import type { Records } from '../../records/records.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { LotSetup } from '../lots/lots.ts'
import type { Span } from '../numbers/coverage.ts'
import { type LotGrid, type LotTrack, percentFree, slotMs, slotsPerDay } from './lot-grid.ts'

/** Profiles look back eight weeks; the week more lets the first of them be fitted to. */
const keptDays = 63

/** What one lot held at one quarter of an hour. */
export interface LotLevel {
  lot: string
  /** Within 0…capacity. */
  occupied: number
}

/**
 * What was in each lot at every quarter of an hour of the last nine weeks: noted from the live count as time passes, and
 * where it was not (before the gateway ran, or history that was imported) taken from the stays.
 */
export class LevelHistory {
  readonly #records: Records
  readonly #ledger: LotLedger

  constructor(records: Records, ledger: LotLedger) {
    this.#records = records
    this.#ledger = ledger
    records.define(`create table if not exists lot_level (
      slot_ms integer not null, lot text not null references lot, occupied integer not null,
      primary key (lot, slot_ms)) strict, without rowid`)
  }

  /** Notes the lots whose count is known now; in the caller's transaction. */
  note(levels: readonly LotLevel[], slot: number): void {
    const insert = this.#records.db.prepare(
      'insert or replace into lot_level (slot_ms, lot, occupied) values (?, ?, ?)',
    )
    for (const { lot, occupied } of levels) insert.run(slot, lot, occupied)
    const last = slot - keptDays * slotsPerDay * slotMs
    const drop = this.#records.db.prepare('delete from lot_level where lot = ? and slot_ms < ?')
    for (const { lot } of levels) drop.run(lot, last)
  }

  /** Lots on the grid that ends with `slot`. Gives way to other work between lots, since a lot takes some milliseconds. */
  async grid(lots: readonly LotSetup[], slot: number): Promise<LotGrid> {
    const slots = keptDays * slotsPerDay + 1
    const startMs = slot - (slots - 1) * slotMs
    // Counts have no age: one array serves all, and travels to a worker once.
    const ageMin = new Float32Array(slots)
    const tracks: LotTrack[] = []
    for (const lot of lots) {
      tracks.push({ lot: lot.id, capacity: lot.capacity, level: this.#level(lot, startMs, slots), ageMin })
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { startMs, slots, tracks }
  }

  #level({ id, capacity }: LotSetup, startMs: number, slots: number): Float32Array {
    const endMs = startMs + (slots - 1) * slotMs
    const occupied = this.#fromStays(id, startMs, slots)
    const noted = this.#records.db
      .prepare('select slot_ms as atMs, occupied from lot_level where lot = ? and slot_ms between ? and ?')
      .all(id, startMs, endMs) as unknown as { atMs: number; occupied: number }[]
    for (const note of noted) occupied[(note.atMs - startMs) / slotMs] = note.occupied
    const steps = this.#ledger.lots.capacities(id)
    let step = 0
    return occupied.map((value, slot) => {
      while ((steps[step + 1]?.fromMs ?? Number.POSITIVE_INFINITY) <= startMs + slot * slotMs) step++
      const then = steps[step]?.capacity ?? capacity
      return Number.isNaN(value) ? value : percentFree(then - value, then)
    })
  }

  /** Stays of known course at each slot, NaN where the lot was not covered. */
  #fromStays(lot: string, startMs: number, slots: number): Float32Array {
    const endMs = startMs + (slots - 1) * slotMs
    const { db } = this.#records
    const { level } = db
      .prepare('select coalesce(sum(net), 0) as level from lot_quarter where lot = ? and start_ms < ?')
      .get(lot, startMs) as { level: number }
    const changes = db
      .prepare('select start_ms as atMs, net from lot_quarter where lot = ? and start_ms >= ? and start_ms < ?')
      .all(lot, startMs, endMs) as unknown as { atMs: number; net: number }[]
    const occupied = new Float32Array(slots).fill(Number.NaN)
    const net = new Float32Array(slots + 1)
    // What passed in the quarter before a slot is in the lot at the slot.
    for (const change of changes) net[(change.atMs - startMs) / slotMs + 1] = change.net
    const spans = this.#ledger.coverage.spans(lot, startMs, endMs)
    let now = level
    for (let slot = 0; slot < slots; slot++) {
      now += net[slot]!
      if (covers(spans, startMs + slot * slotMs)) occupied[slot] = Math.max(0, now)
    }
    return occupied
  }
}

const covers = (spans: readonly Span[], atMs: number): boolean =>
  spans.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
