import type { StatementSync } from 'node:sqlite'
import type { Records } from '../../records/records.ts'
import { turnedBack } from '../stays/stay-pairing.ts'
import type { StayRecord, Stays } from '../stays/stays.ts'

/** Width of a rollup, and the grain of every metric. All zones in use are offset by a multiple of it. */
export const quarterMs = 900_000
const dayMs = 86_400_000
/** Stays longer than this are effective. */
export const effectiveAfterMs = 300_000

export const quarterOf = (atMs: number): number => Math.floor(atMs / quarterMs) * quarterMs

/**
 * What happened in one lot in one quarter of an hour. Only passages are noted, none of the time between them: a stay
 * touches two rollups however long it is, and the level at any instant is the sum of `net` up to it.
 */
export interface Rollup {
  arrivals: number
  /** Arrivals whose stay has closed and was effective. */
  effective: number
  ended: number
  /** Time stayed by those that ended. */
  dwellMs: number
  /** Entries less exits of stays whose course is known (open or closed). */
  net: number
  /** Σ over those entries of the time to the quarter's end, less the same over the exits: their share of bay-time. */
  tailMs: number
  /** How far the level rose above that before the quarter's start, at most. */
  rise: number
  /** Price of the stays that ended. */
  revenueFen: number
}

type Sums = Omit<Rollup, 'rise'>

const nothing = (): Sums => ({ arrivals: 0, effective: 0, ended: 0, dwellMs: 0, net: 0, tailMs: 0, revenueFen: 0 })

/**
 * What one stay adds to the rollups of its lot, by start of the quarter. This is the definition of the rollups: they
 * equal its sum over all stays. A stay in review or expired counts as an arrival only, since its time is not known.
 */
function shareOf(stay: StayRecord): Map<number, Sums> {
  const shares = new Map<number, Sums>()
  const at = (atMs: number): Sums => {
    const start = quarterOf(atMs)
    const share = shares.get(start) ?? nothing()
    shares.set(start, share)
    return share
  }
  const { enteredMs, leftMs, state, amountFen } = stay
  if (enteredMs === null || stay.reason === turnedBack) return shares
  const entry = at(enteredMs)
  entry.arrivals++
  if (state !== 'open' && state !== 'closed') return shares
  entry.net++
  entry.tailMs += quarterOf(enteredMs) + quarterMs - enteredMs
  if (state === 'open' || leftMs === null) return shares
  if (leftMs - enteredMs > effectiveAfterMs) entry.effective++
  const exit = at(leftMs)
  exit.net--
  exit.tailMs -= quarterOf(leftMs) + quarterMs - leftMs
  exit.ended++
  exit.dwellMs += leftMs - enteredMs
  exit.revenueFen += amountFen
  return shares
}

/**
 * How far the level rises above that before `startMs`, at most. Stays being half-open, all that passes at one instant
 * counts as one change; only an exit at the very start can make the answer negative.
 */
function riseOf(changes: readonly { atMs: number; change: number }[], startMs: number): number {
  const sorted = changes.toSorted((a, b) => a.atMs - b.atMs)
  let level = 0
  let highest = sorted[0]?.atMs === startMs ? Number.NEGATIVE_INFINITY : 0
  for (const [i, { atMs, change }] of sorted.entries()) {
    level += change
    if (sorted[i + 1]?.atMs !== atMs) highest = Math.max(highest, level)
  }
  return highest
}

/** The table of rollups, kept in the transaction that changes the stays. */
export class Rollups {
  readonly #stays: Stays
  readonly #add: StatementSync
  readonly #rise: StatementSync
  /** Of days by which quarters are added up; `DayRollups` makes them anew. */
  readonly #stale: StatementSync
  /** Not yet written changes: lot, then start of the quarter. */
  readonly #pending = new Map<string, Map<number, Sums>>()

  constructor(records: Records, stays: Stays) {
    this.#stays = stays
    records.define(`create table if not exists lot_quarter (
      lot text not null references lot, start_ms integer not null, arrivals integer not null, effective integer not null,
      ended integer not null, dwell_ms integer not null, net integer not null, tail_ms integer not null,
      rise integer not null, revenue_fen integer not null, primary key (lot, start_ms)) strict, without rowid;
      create table if not exists lot_day_stale (
        lot text not null, utc_day_ms integer not null, primary key (lot, utc_day_ms)) strict, without rowid`)
    this.#add = records.db.prepare(
      `insert into lot_quarter values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?) on conflict (lot, start_ms) do update set
         arrivals = arrivals + excluded.arrivals, effective = effective + excluded.effective,
         ended = ended + excluded.ended, dwell_ms = dwell_ms + excluded.dwell_ms, net = net + excluded.net,
         tail_ms = tail_ms + excluded.tail_ms, revenue_fen = revenue_fen + excluded.revenue_fen`,
    )
    this.#rise = records.db.prepare('update lot_quarter set rise = ? where lot = ? and start_ms = ?')
    this.#stale = records.db.prepare('insert or ignore into lot_day_stale values (?, ?)')
  }

  /** Takes away what a stay added before its change and adds what it adds now; `flush` writes. */
  replace(before: StayRecord | undefined, after: StayRecord): void {
    if (before) this.#note(before, -1)
    this.#note(after, 1)
  }

  /** Takes away what a stay added that is no more. */
  remove(stay: StayRecord): void {
    this.#note(stay, -1)
  }

  /** Writes what was noted. In the transaction of the stays, after them: the rise is read from their table. */
  flush(): void {
    for (const [lot, quarters] of this.#pending) {
      for (const [start, sums] of quarters) {
        const { arrivals, effective, ended, dwellMs, net, tailMs, revenueFen } = sums
        this.#add.run(lot, start, arrivals, effective, ended, dwellMs, net, tailMs, revenueFen)
        this.#rise.run(riseOf(this.#stays.changes(lot, start, start + quarterMs), start), lot, start)
      }
      for (const day of new Set([...quarters.keys()].map((start) => start - (start % dayMs)))) this.#stale.run(lot, day)
    }
    this.#pending.clear()
  }

  /** Forgets what was noted and not written, when its transaction failed. */
  discard(): void {
    this.#pending.clear()
  }

  #note(stay: StayRecord, sign: 1 | -1): void {
    const quarters = this.#pending.get(stay.lot) ?? new Map<number, Sums>()
    this.#pending.set(stay.lot, quarters)
    for (const [start, share] of shareOf(stay)) {
      const sums = quarters.get(start) ?? nothing()
      for (const key of Object.keys(sums) as (keyof Sums)[]) sums[key] += sign * share[key]
      quarters.set(start, sums)
    }
  }
}
