import { fromTimestamp, type GateRead, type LotAlarm, type LotDoubt, toTimestamp } from '@clearway/contracts'
import type { Core } from '../../core.ts'
import type { JournalEntry, Projection } from '../../ingest/entry.ts'
import { FrozenFeedWatch } from '../forecast/frozen-feed.ts'
import { slotMs, slotsPerDay } from '../forecast/lot-grid.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { LotSetup } from '../lots/lots.ts'
import { staleAfterMs } from '../numbers/coverage.ts'
import { alarmText } from './alarm-text.ts'
import { clockError, type DeviceFeed, heard, isLost } from './device-feed.ts'
import { type DirectionRuns, isOneWay, passed } from './one-way.ts'
import { type Overfull, overfullOf } from './overfull.ts'

/** A device without a connection is lost after this, whatever its habits. */
const offlineMs = 600_000
/** Where fewer bay sensors are lost, the others see enough. */
const lostBaysShare = 0.2
/** The stays of so many days tell whether more are inside than fit. */
const overfullDays = 28
/** Less of the time, and it is chance. */
const overfullShare = 0.01
/** How often a lot's stays are held against its bays. */
const overfullEveryMs = 3_600_000
/** So many lots at one look: it reads all that ever passed. */
const overfullAtOnce = 15
/** What a lot repeats at night is learnt from so many days. */
const primedSlots = 14 * slotsPerDay
/** While it lasts, what is in the lot is not known. */
const blind: ReadonlySet<LotDoubt> = new Set(['device-lost', 'feed-frozen'])

interface FrozenState {
  watch: FrozenFeedWatch
  slot: number
  run: number
  frozen: boolean
}

type Found = Pick<LotAlarm, 'reason' | 'device' | 'evidence'> & { sinceMs: number }

/** Watches what feeds the lots: lost devices, frozen feeds, wrong clocks, one-way gates, capacities that cannot be. */
export class LotWatch {
  readonly #core: Core
  readonly #ledger: LotLedger
  readonly #frozen = new Map<string, FrozenState>()
  readonly #overfull = new Map<string, Overfull & { capacity: number; knownMs: number }>()
  #overfullLeft = 0
  readonly #alarms = new Map<string, LotAlarm[]>()

  constructor(core: Core, ledger: LotLedger) {
    this.#core = core
    this.#ledger = ledger
    core.records.define(`
      create table if not exists device_feed (
        device text primary key, lot text not null, kind text not null, state text not null) strict;
      create index if not exists device_feed_lot on device_feed (lot);
      create table if not exists lot_direction (lot text primary key, state text not null) strict`)
  }

  /** What is wrong with a lot by the last look. */
  alarms(lot: string): readonly LotAlarm[] {
    return this.#alarms.get(lot) ?? []
  }

  /** Follows every message of gates and bays. */
  projection(): Projection {
    return {
      name: 'parking-feeds',
      channels: ['gate/read', 'bay/occupancy'],
      apply: (entries) => {
        for (const entry of entries) this.#heard(entry)
      },
    }
  }

  /**
   * Looks at every lot, and takes the time of which nothing is known out of its coverage; in the caller's transaction.
   *
   * @returns ids of the lots of which something else is wrong than at the last look
   */
  look(nowMs: number): string[] {
    this.#overfullLeft = overfullAtOnce
    return this.#ledger.lots.list().flatMap((lot) => {
      const found = this.#lookAt(lot, nowMs)
      for (const { reason, sinceMs } of found) {
        if (blind.has(reason)) this.#ledger.coverage.cut(lot.id, sinceMs, nowMs + staleAfterMs)
      }
      const alarms = found.map(({ sinceMs, ...alarm }): LotAlarm => {
        return { ...alarm, since: toTimestamp(sinceMs), text: alarmText(alarm, lot) }
      })
      const key = (all: readonly LotAlarm[]) => all.map(({ reason, device }) => `${reason} ${device ?? ''}`).join()
      const changed = key(alarms) !== key(this.alarms(lot.id))
      this.#alarms.set(lot.id, alarms)
      return changed ? [lot.id] : []
    })
  }

  /** How many lots have each alarm. */
  tally(): Map<LotDoubt, number> {
    const reasons = [...this.#alarms.values()].flatMap((alarms) => [...new Set(alarms.map(({ reason }) => reason))])
    return new Map(
      Map.groupBy(reasons, (reason) => reason)
        .entries()
        .map(([reason, all]) => [reason, all.length]),
    )
  }

  #heard({ device, kind, body, atMs, receivedMs }: JournalEntry): void {
    const lot = this.#core.devices.find(device)?.lot
    if (lot === undefined) return
    const { db } = this.#core.records
    const row = db.prepare('select state from device_feed where device = ?').get(device) as
      | { state: string }
      | undefined
    const feed = heard(row && JSON.parse(row.state), atMs, receivedMs)
    db.prepare('insert or replace into device_feed values (?, ?, ?, ?)').run(device, lot, kind, JSON.stringify(feed))
    if (kind !== 'gate') return
    const { direction, at } = body as GateRead
    const runs = passed(this.#runs(lot), direction, Math.min(fromTimestamp(at), receivedMs))
    db.prepare('insert or replace into lot_direction values (?, ?)').run(lot, JSON.stringify(runs))
  }

  #runs(lot: string): DirectionRuns | undefined {
    const row = this.#core.records.db.prepare('select state from lot_direction where lot = ?').get(lot)
    return row && (JSON.parse(row.state as string) as DirectionRuns)
  }

  #lookAt(lot: LotSetup, nowMs: number): Found[] {
    return [
      ...this.#devices(lot, nowMs),
      ...this.#frozenFeed(lot, nowMs),
      ...this.#oneWay(lot),
      ...this.#overfullLot(lot, nowMs),
    ]
  }

  #devices(lot: LotSetup, nowMs: number): Found[] {
    const rows = this.#core.records.db
      .prepare('select device, kind, state from device_feed where lot = ? order by device')
      .all(lot.id) as unknown as { device: string; kind: string; state: string }[]
    const feeds = rows.flatMap(({ device, kind, state }) => {
      const known = this.#core.devices.find(device)
      if (known?.lot !== lot.id || known.state === 'revoked') return []
      const feed = JSON.parse(state) as DeviceFeed
      const away = known.state === 'offline' && nowMs - feed.heardMs > offlineMs
      return [{ device, kind, feed, lost: away || isLost(feed, nowMs) }]
    })
    const bays = feeds.filter(({ kind }) => kind === 'bay')
    const fewBays = bays.filter(({ lost }) => lost).length <= lostBaysShare * bays.length
    return feeds.flatMap(({ device, kind, feed, lost }): Found[] => {
      const off = clockError(feed)
      const found: Found[] = []
      if (lost && !(kind === 'bay' && fewBays)) {
        found.push({ reason: 'device-lost', device, sinceMs: feed.heardMs, evidence: {} })
      }
      if (off !== undefined) {
        const offS = Math.round(off / 1000)
        found.push({ reason: 'clock-off', device, sinceMs: feed.heardMs, evidence: { offS } })
      }
      return found
    })
  }

  /** What the gates have counted, quarter by quarter: a feed that repeats itself is found by its own time of day. */
  #frozenFeed(lot: LotSetup, nowMs: number): Found[] {
    const slot = Math.floor(nowMs / slotMs)
    const state = this.#frozen.get(lot.id) ?? this.#primed(lot.id, slot)
    if (slot > state.slot) {
      const { counted, updatedMs } = this.#ledger.counts.of(lot)
      // A lot of which nothing was ever heard has no feed.
      const { run, frozen } = updatedMs === 0 ? state : state.watch.read(`${counted}`, slot % slotsPerDay)
      Object.assign(state, { slot, run, frozen })
    }
    this.#frozen.set(lot.id, state)
    if (!state.frozen) return []
    const sinceMs = (state.slot - state.run) * slotMs
    return [{ reason: 'feed-frozen', sinceMs, evidence: { quarters: state.run } }]
  }

  #primed(lot: string, slot: number): FrozenState {
    const watch = new FrozenFeedWatch()
    const rows = this.#core.records.db
      .prepare('select start_ms as atMs from lot_quarter where lot = ? and start_ms >= ? and start_ms < ?')
      .all(lot, (slot - primedSlots) * slotMs, slot * slotMs) as unknown as { atMs: number }[]
    const moving = new Set(rows.map(({ atMs }) => atMs / slotMs))
    const first = Math.min(...moving)
    let value = 0
    // Before the first passage nothing was published that could have repeated itself.
    for (let past = first; past < slot; past++) {
      if (moving.has(past)) value++
      watch.read(`past ${value}`, past % slotsPerDay)
    }
    return { watch, slot: slot - 1, run: 0, frozen: false }
  }

  #oneWay({ id }: LotSetup): Found[] {
    const runs = this.#runs(id)
    if (!runs || !isOneWay(runs)) return []
    const { direction, run, longest, sinceMs } = runs
    return [{ reason: 'one-way', sinceMs, evidence: { direction, vehicles: run, longestBefore: longest } }]
  }

  #overfullLot(lot: LotSetup, nowMs: number): Found[] {
    const { share, peak } = this.#overfullOf(lot, nowMs)
    if (share < overfullShare || peak <= lot.capacity + lot.overflow) return []
    const evidence = { share: Math.round(share * 1000) / 1000, peak, capacity: lot.capacity, days: overfullDays }
    return [{ reason: 'capacity-or-lost-exits', sinceMs: nowMs - overfullDays * 86_400_000, evidence }]
  }

  #overfullOf({ id, capacity }: LotSetup, nowMs: number): Overfull {
    const known = this.#overfull.get(id)
    const fresh = known?.capacity === capacity && nowMs - known.knownMs < overfullEveryMs
    if (known && (fresh || this.#overfullLeft === 0)) return known
    if (this.#overfullLeft-- <= 0) return { share: 0, peak: 0 }
    const fromMs = Math.floor(nowMs / slotMs) * slotMs - overfullDays * 86_400_000
    const { db } = this.#core.records
    const { level } = db
      .prepare('select coalesce(sum(net), 0) as level from lot_quarter where lot = ? and start_ms < ?')
      .get(id, fromMs) as { level: number }
    const quarters = db
      .prepare(
        `select start_ms as startMs, net, rise from lot_quarter where lot = ? and start_ms >= ? and start_ms < ?
         order by start_ms`,
      )
      .all(id, fromMs, nowMs) as unknown as { startMs: number; net: number; rise: number }[]
    const overfull = overfullOf({ level, fromMs, toMs: nowMs, capacity }, quarters)
    this.#overfull.set(id, { ...overfull, capacity, knownMs: nowMs })
    return overfull
  }
}
