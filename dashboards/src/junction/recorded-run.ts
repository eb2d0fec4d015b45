import { signalEventCode as code, fromTimestamp, type JunctionTable, type SignalEvent } from '@clearway/contracts'

/** What one face showed, and until when. `unknown`: nothing was recorded. */
export interface Span {
  state: 'green' | 'green-flash' | 'yellow' | 'red' | 'walk' | 'clearance' | 'unknown'
  fromMs: number
  toMs: number
}

/** One signal group of the recording, in the order of the timing table. */
export interface GroupRow {
  group: string
  kind: 'vehicle' | 'pedestrian'
  spans: Span[]
}

/** The course of one pre-emption, as far as the recording has it. */
export interface Preemption {
  approach: string
  callOnMs: number
  entryMs?: number
  dwellMs?: number
  callOffMs?: number
  exitMs?: number
  /** In step with its clock again. */
  recoveredMs?: number
  maxPresence: boolean
}

export interface RecordedRun {
  fromMs: number
  toMs: number
  rows: GroupRow[]
  preemptions: Preemption[]
}

/** What a face shows from an event on. A pedestrian face that shows don't walk is stopped as a red one is. */
const shownFrom: Readonly<Record<number, Span['state']>> = {
  [code.phaseBeginGreen]: 'green',
  [code.groupBeginGreenFlash]: 'green-flash',
  [code.phaseBeginYellow]: 'yellow',
  [code.phaseBeginRedClearance]: 'red',
  [code.phaseEndRedClearance]: 'red',
  [code.pedestrianBeginWalk]: 'walk',
  [code.pedestrianBeginClearance]: 'clearance',
  [code.pedestrianBeginDontWalk]: 'red',
  [code.pedestrianDark]: 'unknown',
  [code.overlapBeginGreen]: 'green',
  [code.overlapBeginYellow]: 'yellow',
  [code.overlapBeginRedClearance]: 'red',
  [code.overlapOff]: 'red',
  [code.overlapDark]: 'unknown',
}

/** Parameters of `coordinationState` with which a junction runs its own plan. */
const onItsPlan: ReadonlySet<number> = new Set([0, 1])

/**
 * What a junction showed and did, from its log.
 *
 * @param events of one junction in the order of time; some from before `fromMs` tell what was shown then
 * @param toMs end of the picture; nothing is known later
 */
export function recordedRun(
  table: JunctionTable,
  events: readonly SignalEvent[],
  fromMs: number,
  toMs: number,
): RecordedRun {
  const rows = table.groups.map(({ id, kind }): GroupRow => ({ group: id, kind, spans: [] }))
  const timed = events.map((event): TimedEvent => ({ ...event, atMs: fromTimestamp(event.at) }))
  for (const { atMs, parameter, ...event } of timed) {
    const state = shownFrom[event.code]
    const row = rows[parameter - 1]
    if (state === undefined || !row || atMs >= toMs) continue
    extend(row.spans, state, atMs)
  }
  return {
    fromMs,
    toMs,
    rows: rows.map((row) => ({ ...row, spans: clipped(row.spans, fromMs, toMs) })),
    preemptions: preemptionsOf(table, timed).filter(
      ({ callOnMs, recoveredMs }) => callOnMs < toMs && (recoveredMs ?? toMs) > fromMs,
    ),
  }
}

function extend(spans: Span[], state: Span['state'], atMs: number): void {
  const last = spans.at(-1)
  if (last?.state === state) return
  if (last) last.toMs = atMs
  spans.push({ state, fromMs: atMs, toMs: Number.POSITIVE_INFINITY })
}

function clipped(spans: readonly Span[], fromMs: number, toMs: number): Span[] {
  const inside = spans
    .map((span) => ({ ...span, fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) }))
    .filter((span) => span.toMs > span.fromMs)
  const firstMs = inside[0]?.fromMs ?? toMs
  return firstMs > fromMs ? [{ state: 'unknown', fromMs, toMs: firstMs }, ...inside] : inside
}

interface TimedEvent {
  atMs: number
  code: number
  parameter: number
}

/** Calls for several approaches that are served together are one pre-emption each. */
function preemptionsOf(table: JunctionTable, events: readonly TimedEvent[]): Preemption[] {
  const all: Preemption[] = []
  const open = new Map<string, Preemption>()
  for (const { atMs, parameter, ...event } of events) {
    if (event.code === code.coordinationState && onItsPlan.has(parameter)) {
      for (const [approach, one] of open) {
        if (one.exitMs === undefined && one.callOffMs === undefined) continue
        one.recoveredMs = atMs
        open.delete(approach)
      }
      continue
    }
    const approach = table.approaches[parameter - 1]?.id
    if (approach === undefined) continue
    if (event.code === code.preemptCallOn) {
      const one: Preemption = { approach, callOnMs: atMs, maxPresence: false }
      all.push(one)
      open.set(approach, one)
    }
    const one = open.get(approach)
    if (!one) continue
    if (event.code === code.preemptCallOff) one.callOffMs = atMs
    else if (event.code === code.preemptEntry) one.entryMs ??= atMs
    else if (event.code === code.preemptDwell) one.dwellMs ??= atMs
    else if (event.code === code.preemptMaxPresence) one.maxPresence = true
    else if (event.code === code.preemptExit) one.exitMs ??= atMs
  }
  return all
}
