import {
  type Clock,
  type DeviceStatus,
  fromTimestamp,
  groupTowards,
  type Junction,
  type JunctionTable,
  type Movement,
  type MovementState,
  type MovementTiming,
  type SignalDelta,
  type SignalState,
  toTimestamp,
} from '@clearway/contracts'
import { isGreen, type LiveJunction } from '@clearway/routing'
import type { JournalEntry } from '../ingest/entry.ts'

/** A controller reports every 5 s; after three missed reports what it last said is stale. */
const staleAfterMs = 15_000
/** A report that took so much longer than the quickest one is history, not news. */
const lateAfterMs = 5_000
/** After so long without a usable report a controller's clock is measured anew. */
const clockForgottenMs = 300_000
/** Two clocks that differ by less are taken for one: the way of a report takes its time too. */
const sameClockMs = 2_000

interface Shown {
  state: SignalState
  atMs: number
  receivedMs: number
  /** Smallest difference between our clock and the controller's, seen over its reports. */
  leastLagMs: number
  /** Start of the interval each group is in, our clock. */
  sinceMs: Record<string, number>
  online: boolean
  /** What the listeners were last told. */
  toldStale: boolean
}

/** What a report says about one group; green flash counts as an interval of its own. */
const intervalOf = (state: SignalState, group: string): string =>
  state.greenFlash?.includes(group) ? 'green-flash' : (state.groups[group] ?? 'unknown')

const colourOf = (state: MovementState | undefined): 'green' | 'amber' | 'red' | 'dark' => {
  if (state === undefined || state === 'dark') return 'dark'
  if (isGreen(state)) return 'green'
  return state === 'stop-And-Remain' ? 'red' : 'amber'
}

/**
 * What every junction shows now, from the controllers' own reports. Rebuilt from the journal's last values at start and
 * kept by the live feed. Duplicates, reordered and late reports change nothing.
 */
export class SignalBoard {
  readonly #clock: Clock
  readonly #tables: ReadonlyMap<string, JunctionTable>
  readonly #shown = new Map<string, Shown>()
  readonly #listeners = new Set<(junction: string) => void>()

  constructor(tables: readonly JunctionTable[], clock: Clock) {
    this.#clock = clock
    this.#tables = new Map(tables.map((table) => [table.id, table]))
  }

  /** Calls `listener` after each change of what a junction shows, silence included. */
  on(listener: (junction: string) => void): void {
    this.#listeners.add(listener)
  }

  /** Takes one `signal/state` of the controller of `junction`. */
  report(junction: string, entry: JournalEntry): void {
    if (!this.#tables.has(junction)) return
    const state = entry.body as SignalState
    const before = this.#shown.get(junction)
    const lagMs = entry.receivedMs - entry.atMs
    const clockKnown = before !== undefined && entry.receivedMs - before.receivedMs < clockForgottenMs
    if (clockKnown && (entry.atMs < before.atMs || lagMs - before.leastLagMs > lateAfterMs)) return
    const sinceMs: Record<string, number> = {}
    for (const group of Object.keys(state.groups)) {
      const same = before && intervalOf(before.state, group) === intervalOf(state, group)
      // A state first seen at start may have begun long ago; taking it as new errs towards asking earlier.
      sinceMs[group] = same ? (before.sinceMs[group] ?? entry.receivedMs) : entry.receivedMs
    }
    this.#shown.set(junction, {
      state,
      atMs: entry.atMs,
      receivedMs: entry.receivedMs,
      leastLagMs: clockKnown ? Math.min(before.leastLagMs, lagMs) : lagMs,
      sinceMs,
      online: true,
      toldStale: false,
    })
    this.#tell(junction)
  }

  /** Takes one `signal/status`: the birth or the last will of the controller of `junction`. */
  status(junction: string, entry: JournalEntry): void {
    const shown = this.#shown.get(junction)
    if (!shown || (entry.body as DeviceStatus).state === 'online' || !shown.online) return
    shown.online = false
    shown.toldStale = true
    this.#tell(junction)
  }

  /** Tells the listeners of controllers that have fallen silent. Call about once a second. */
  sweep(): void {
    for (const [junction, shown] of this.#shown) {
      if (shown.toldStale || !this.#isStale(shown)) continue
      shown.toldStale = true
      this.#tell(junction)
    }
  }

  table(junction: string): JunctionTable | undefined {
    return this.#tables.get(junction)
  }

  /** Undefined while the controller has never reported. */
  live(junction: string): LiveJunction | undefined {
    const shown = this.#shown.get(junction)
    if (!shown) return undefined
    const { mode, groups, greenFlash } = shown.state
    return { mode, groups, ...(greenFlash && { greenFlash }), sinceMs: shown.sinceMs, stale: this.#isStale(shown) }
  }

  /** Controller's clock of the report that is shown, ms; undefined while it has never reported. */
  reportedAtMs(junction: string): number | undefined {
    return this.#shown.get(junction)?.atMs
  }

  /** Our clock when the report that is shown arrived, ms. */
  heardAtMs(junction: string): number | undefined {
    return this.#shown.get(junction)?.receivedMs
  }

  /** True when the last report is not stale and shows the movement green, not in green flash. */
  showsGreen(junction: string, { approach, exit }: Movement): boolean {
    const shown = this.#shown.get(junction)
    const from = this.#tables.get(junction)?.approaches.find(({ id }) => id === approach)
    if (!shown || !from || this.#isStale(shown)) return false
    const group = groupTowards(from, exit)
    return isGreen(shown.state.groups[group]) && shown.state.greenFlash?.includes(group) !== true
  }

  junction(id: string): Junction | undefined {
    const table = this.#tables.get(id)
    if (!table) return undefined
    const shown = this.#shown.get(id)
    if (!shown) return { ...table, live: null }
    const { at, mode, stage, groups, greenFlash, minEndAt, maxEndAt, timing } = shown.state
    const ours = inOurTime(shown)
    const optional = {
      ...(stage !== undefined && { stage }),
      ...(greenFlash && { greenFlash }),
      ...(minEndAt && { minEndAt: ours(minEndAt) }),
      ...(maxEndAt && { maxEndAt: ours(maxEndAt) }),
      ...(timing && { timing: mapped(timing, ours) }),
      ...(clockAheadMs(shown) !== 0 && { clockAheadS: clockAheadMs(shown) / 1000 }),
    }
    return { ...table, live: { at, mode, groups, ...optional, stale: this.#isStale(shown) } }
  }

  junctions(): JunctionTable[] {
    return [...this.#tables.values()]
  }

  /** A junction as the map draws it; all dark while its controller is silent. */
  delta(id: string): SignalDelta | undefined {
    const table = this.#tables.get(id)
    const shown = this.#shown.get(id)
    if (!table || !shown) return undefined
    const stale = this.#isStale(shown)
    const { mode, stage, groups, maxEndAt, timing } = shown.state
    const ours = inOurTime(shown)
    const ends = table.approaches.flatMap(({ id: approach, group }) => {
      const end = timing?.[group]
      return end ? [[approach, end] as const] : []
    })
    return {
      id,
      at: toTimestamp(fromTimestamp(shown.state.at)),
      mode: stale ? 'dark' : mode,
      ...(stage !== undefined && { stage }),
      approaches: Object.fromEntries(
        table.approaches.map((approach) => [approach.id, stale ? 'dark' : colourOf(groups[approach.group])]),
      ),
      ...(maxEndAt && { maxEndAt: ours(maxEndAt) }),
      ...(ends.length > 0 && !stale && { timing: mapped(Object.fromEntries(ends), ours) }),
    }
  }

  deltas(): SignalDelta[] {
    return [...this.#shown.keys()].flatMap((id) => this.delta(id) ?? [])
  }

  #isStale(shown: Shown): boolean {
    return !shown.online || this.#clock.now() - shown.receivedMs > staleAfterMs
  }

  #tell(junction: string): void {
    for (const listener of this.#listeners) listener(junction)
  }
}

/** How far the controller's clock is ahead of ours, ms; 0 where the difference may be the way of the reports. */
const clockAheadMs = ({ leastLagMs }: Shown): number => (Math.abs(leastLagMs) > sameClockMs ? -leastLagMs : 0)

/** Turns an instant of the controller's clock into one of ours. */
function inOurTime(shown: Shown): (timestamp: string) => string {
  const aheadMs = clockAheadMs(shown)
  return (timestamp) => (aheadMs === 0 ? timestamp : toTimestamp(fromTimestamp(timestamp) - aheadMs))
}

const mapped = (timing: Record<string, MovementTiming>, ours: (timestamp: string) => string) =>
  Object.fromEntries(
    Object.entries(timing).map(([id, { minEndAt, maxEndAt, likelyEndAt }]) => [
      id,
      {
        minEndAt: ours(minEndAt),
        ...(maxEndAt && { maxEndAt: ours(maxEndAt) }),
        ...(likelyEndAt && { likelyEndAt: ours(likelyEndAt) }),
      },
    ]),
  )
