import type { StatementSync } from 'node:sqlite'
import type { CorrectionReason } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import type { Span } from '../numbers/coverage.ts'
import { likelyRange, momentsOf } from './belief.ts'
import { Corrections } from './corrections.ts'
import { type CountEvent, type CountState, changeOf, emptyLot, fold, follows, step } from './count.ts'
import { meanRates } from './miss-rates.ts'

/**
 * Events are kept for so long: what comes late within it is counted as if it had come in time. Two days is longer than a
 * gate's own store is usually without a link.
 */
export const windowMs = 2 * 86_400_000
/** The beginning of the window moves in steps of a day, so that old events are folded in and dropped once a day. */
const windowStepMs = 86_400_000

/** What a count needs to know of its lot. */
export interface Countable {
  id: string
  /** Bays in service. */
  capacity: number
  /** Vehicles that fit in beside them. */
  overflow: number
}

/** What is known of the vehicles in a lot now. */
export interface Count {
  /** Entries less exits since the start, never corrected. */
  counted: number
  /** Within 0…capacity + overflow. */
  corrected: number
  /** In nine cases of ten the truth lies between these. */
  low: number
  high: number
  /** Variance of what is inside, vehicles². */
  variance: number
  /** Estimated shares of vehicles that the gates miss. */
  missedEntries: number
  missedExits: number
  /** Device time of the newest passage or of what else was heard of the lot, 0 when nothing. */
  updatedMs: number
  /** The newest evidence; null: none yet. */
  evidenceMs: number | null
  /** When counting last left 0…limit. */
  edgeMs: number | null
}

/** On what an event rests, for the log. */
export interface Grounds {
  evidence?: Record<string, unknown>
  who?: string
}

interface Row {
  lot: string
  /** State before the window. */
  base: CountState
  /** Events before this have been folded into `base`. */
  sinceMs: number
  state: CountState
  heardMs: number
}

/** What came late to a lot since the last `settle`. */
interface Late {
  lot: Countable
  /** What counting alone makes of it. */
  plain: number
  events: number
  firstMs: number
  /** Evidence among it: that is then the reason of the correction. */
  told?: { reason: CorrectionReason; grounds: Grounds }
}

/** The limit of a lot's count: bays, and vehicles beside them. */
const limitOf = ({ capacity, overflow }: Countable): number => capacity + overflow

/**
 * The counts of all lots. Their state is that of `fold` over the events of the last two days in order of time, in whatever
 * order they arrive; what is older is added where no evidence since has already seen its effect. Every method works
 * inside the caller's transaction, which ends with `settle`, or `discard` when it fails.
 */
export class LotCounts {
  readonly log: Corrections
  readonly #records: Records
  readonly #read: StatementSync
  readonly #write: StatementSync
  readonly #update: StatementSync
  readonly #keep: StatementSync
  /** By lot. */
  readonly #late = new Map<string, Late>()

  constructor(records: Records) {
    this.#records = records
    this.log = new Corrections(records)
    records.define(`
      create table if not exists count_state (
        lot text primary key references lot, base text not null, since_ms integer not null, state text not null,
        heard_ms integer not null) strict;
      create table if not exists count_event (
        lot text not null references lot, at_ms integer not null, id text not null, event text not null,
        primary key (lot, at_ms, id)) strict, without rowid`)
    const { db } = records
    this.#read = db.prepare(
      'select base, since_ms as sinceMs, state, heard_ms as heardMs from count_state where lot = ?',
    )
    this.#write = db.prepare('insert or replace into count_state values (?, ?, ?, ?, ?)')
    this.#update = db.prepare('update count_state set state = ?, heard_ms = ? where lot = ?')
    this.#keep = db.prepare('insert or ignore into count_event values (?, ?, ?, ?)')
  }

  of(lot: Countable): Count {
    const { state, heardMs } = this.#row(lot.id)
    const { in: missedEntries, out: missedExits } = meanRates(state.rates)
    return {
      counted: state.counted,
      corrected: state.corrected,
      ...likelyRange(state.belief, limitOf(lot)),
      variance: momentsOf(state.belief).variance,
      missedEntries,
      missedExits,
      updatedMs: heardMs,
      evidenceMs: state.evidenceMs,
      edgeMs: state.edgeMs,
    }
  }

  /**
   * Takes up one event, once.
   *
   * @param event stays' evidence does not freshen the count: it tells nothing of the gates
   * @returns whether it came in order, so that the count is that of its instant
   */
  add(lot: Countable, event: CountEvent, grounds: Grounds = {}): boolean {
    const row = this.#row(lot.id)
    const heard = event.kind !== 'evidence' || event.reason === 'bays' || event.reason === 'manual'
    if (heard) row.heardMs = Math.max(row.heardMs, event.atMs)
    if (event.atMs < row.sinceMs) {
      this.#addOld(lot, row, event)
      return false
    }
    if (this.#keep.run(lot.id, event.atMs, event.id, JSON.stringify(event)).changes === 0) return false
    const inOrder = follows(event, row.state) && !this.#late.has(lot.id)
    if (inOrder) {
      const { state, correction } = step(row.state, event, limitOf(lot))
      row.state = state
      if (correction) this.log.add(lot.id, correction, grounds.evidence ?? {}, grounds.who ?? 'gateway')
    } else this.#noteLate(lot, row.state, event, grounds)
    if (this.#movesWindow(lot, row)) this.#storeWhole(row)
    else this.#store(row)
    return inOrder
  }

  /** Vehicles that imported history leaves in the lot: they came before whatever else is known of its time. */
  addHistory(lot: Countable, change: number, { fromMs: atMs, toMs }: Span): void {
    if (change !== 0) {
      const { n } = this.#records.db
        .prepare('select count(*) as n from count_event where lot = ? and at_ms = ?')
        .get(lot.id, atMs) as { n: number }
      this.add(lot, { kind: 'history', change, atMs, id: `history ${n}` })
    }
    const row = this.#row(lot.id)
    if (toMs > row.heardMs) this.#store({ ...row, heardMs: toMs })
  }

  /** How many vehicles passed the gates from an instant on, at most two days back. */
  passagesSince(lot: string, fromMs: number): number {
    const row = this.#records.db
      .prepare(`select count(*) as n from count_event where lot = ? and at_ms >= ? and event ->> 'kind' = 'passage'`)
      .get(lot, fromMs)
    return (row as { n: number }).n
  }

  /** Counts anew where something came late. */
  settle(): void {
    for (const { lot, plain, events, firstMs, told } of this.#late.values()) {
      const row = this.#row(lot.id)
      const { state } = fold(row.base, this.#events(lot.id), limitOf(lot))
      if (state.corrected !== plain) {
        const reason = told?.reason ?? 'late'
        const correction = { atMs: state.atMs, before: plain, after: state.corrected, reason }
        this.log.add(lot.id, correction, { ...told?.grounds.evidence, events, firstMs }, told?.grounds.who ?? 'gateway')
      }
      this.#store({ ...row, state })
    }
    this.#late.clear()
  }

  discard(): void {
    this.#late.clear()
  }

  /** An event from before the window. */
  #addOld(lot: Countable, row: Row, event: CountEvent): void {
    if (event.kind === 'evidence') return
    const change = changeOf(event)
    const { evidenceMs } = row.state
    if (evidenceMs === null || evidenceMs < event.atMs) {
      // Nothing has seen its effect since: it counts as if it had come at the beginning of the window.
      const id = `${event.atMs} ${event.id}`
      const moved = { ...event, atMs: row.sinceMs, id }
      if (this.#keep.run(lot.id, moved.atMs, id, JSON.stringify(moved)).changes > 0) {
        this.#noteLate(lot, row.state, moved, {})
      }
    } else {
      row.base = { ...row.base, counted: row.base.counted + change }
      row.state = { ...row.state, counted: row.state.counted + change }
      const { corrected } = row.state
      const correction = { atMs: event.atMs, before: corrected + change, after: corrected, reason: 'late' as const }
      this.log.add(lot.id, correction, { events: 1, firstMs: event.atMs, seenAlreadyMs: evidenceMs }, 'gateway')
    }
    this.#storeWhole(row)
  }

  #noteLate(lot: Countable, state: CountState, event: CountEvent, grounds: Grounds): void {
    const late: Late = this.#late.get(lot.id) ?? { lot, plain: state.corrected, events: 0, firstMs: event.atMs }
    late.lot = lot
    late.plain += changeOf(event)
    late.events++
    late.firstMs = Math.min(late.firstMs, event.atMs)
    if (event.kind === 'evidence') late.told = { reason: event.reason, grounds }
    this.#late.set(lot.id, late)
  }

  #movesWindow(lot: Countable, row: Row): boolean {
    const sinceMs = row.state.atMs - windowMs
    if (sinceMs - row.sinceMs < windowStepMs || this.#late.has(lot.id)) return false
    const old = this.#events(lot.id).filter(({ atMs }) => atMs < sinceMs)
    row.base = fold(row.base, old, limitOf(lot)).state
    row.sinceMs = sinceMs
    this.#records.db.prepare('delete from count_event where lot = ? and at_ms < ?').run(lot.id, sinceMs)
    return true
  }

  #events(lot: string): CountEvent[] {
    const rows = this.#records.db.prepare('select event from count_event where lot = ?').all(lot) as { event: string }[]
    return rows.map(({ event }) => JSON.parse(event) as CountEvent)
  }

  #row(lot: string): Row {
    const row = this.#read.get(lot) as { base: string; sinceMs: number; state: string; heardMs: number } | undefined
    if (!row) return { lot, base: emptyLot, sinceMs: 0, state: emptyLot, heardMs: 0 }
    return { ...row, lot, base: JSON.parse(row.base), state: JSON.parse(row.state) }
  }

  /** Writes what changes with every event. */
  #store({ lot, base, sinceMs, state, heardMs }: Row): void {
    const { changes } = this.#update.run(JSON.stringify(state), heardMs, lot)
    if (changes === 0) this.#write.run(lot, JSON.stringify(base), sinceMs, JSON.stringify(state), heardMs)
  }

  #storeWhole({ lot, base, sinceMs, state, heardMs }: Row): void {
    this.#write.run(lot, JSON.stringify(base), sinceMs, JSON.stringify(state), heardMs)
  }
}
