import type { ReplayedStay, StayReplay } from './stay-replay.ts'

/** How far ahead events are drawn at a time: seconds of work once in so many hours of city time. */
const stretchMs = 6 * 3_600_000

/** One vehicle at one gate. */
export interface GateEvent extends Omit<ReplayedStay, 'enteredAtMs' | 'leftAtMs'> {
  direction: 'in' | 'out'
  atMs: number
  /** The id of its message: the same in every run, unique within its gate. */
  id: string
}

/** Where a replay stands. */
export interface ReplayCursor {
  atMs: number
  /** The last event that was handed out at `atMs`; absent: none of them was. */
  after?: Pick<GateEvent, 'lot' | 'id'>
}

/** The stays as history tells them at an instant: who is still there has not left. */
export function* historyOf(
  replay: StayReplay,
  fromMs: number,
  nowMs: number,
): Generator<Omit<ReplayedStay, 'leftAtMs'> & { leftAtMs: number | null }> {
  for (const stay of replay.stays(fromMs, nowMs)) yield stay.leftAtMs < nowMs ? stay : { ...stay, leftAtMs: null }
}

/**
 * Endless passages in order of time from a cursor on. With the history up to the same instant they make each stay
 * whole: history has what happens before it, the events what happens at it or later.
 */
export function* gateEvents(replay: StayReplay, cursor: ReplayCursor): Generator<GateEvent> {
  for (let fromMs = cursor.atMs; ; fromMs += stretchMs) {
    for (const event of eventsOf(replay, fromMs, fromMs + stretchMs)) {
      const done = cursor.after !== undefined && event.atMs === cursor.atMs && order(event, cursor.after) <= 0
      if (!done) yield event
    }
  }
}

function eventsOf(replay: StayReplay, fromMs: number, toMs: number): GateEvent[] {
  const events: GateEvent[] = []
  for (const { enteredAtMs, leftAtMs, ...vehicle } of replay.stays(fromMs, toMs)) {
    for (const [direction, atMs] of [
      ['in', enteredAtMs],
      ['out', leftAtMs],
    ] as const) {
      if (atMs < fromMs || atMs >= toMs) continue
      events.push({ ...vehicle, direction, atMs, id: `${direction}-${vehicle.bay}-${atMs.toString(36)}` })
    }
  }
  return events.sort((a, b) => a.atMs - b.atMs || order(a, b))
}

/** Among events of one instant. */
function order(a: Pick<GateEvent, 'lot' | 'id'>, b: Pick<GateEvent, 'lot' | 'id'>): number {
  const [keyA, keyB] = [`${a.lot} ${a.id}`, `${b.lot} ${b.id}`]
  return keyA < keyB ? -1 : keyA > keyB ? 1 : 0
}
