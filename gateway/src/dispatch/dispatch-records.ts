import { type Dispatch, type Route, type RouteJunction, toTimestamp } from '@clearway/contracts'
import { arrivalSpread } from '@clearway/routing'
import { afterKey, type PageRequest, rowsWanted } from '../http/paging.ts'
import type { Records } from '../records/records.ts'

/** What of a junction of a mission is not shown outside, in the order of `Dispatch.junctions`. */
export interface Leg {
  /** Stop line, metres from the start of the present route. */
  offsetM: number
  /** False once it is passed or no longer on the route. */
  open: boolean
  /** The request last made here, to be taken up again after a restart. */
  request?: { request: string; madeMs: number }
}

/** All that has to outlive the process. */
export interface StoredMission {
  dispatch: Dispatch
  legs: Leg[]
  /** Expected delay without priority at junctions of earlier routes that were passed, seconds. */
  passedDelayS: number
  /** The route was given: no other is looked for while it can be driven. */
  drawn?: boolean
}

/** One line of a mission's log. */
export interface MissionEvent {
  atMs: number
  kind: string
  junction?: string
  detail: Record<string, unknown>
}

interface Row {
  number: number
  body: string
}

/** A mission as stored, with what earlier versions did not yet say of its routes. */
function missionIn(body: string): StoredMission {
  const stored = JSON.parse(body) as StoredMission
  const { dispatch } = stored
  dispatch.route = wholeRoute(dispatch.route)
  dispatch.alternatives = dispatch.alternatives.map(wholeRoute)
  return stored
}

function wholeRoute(route: Route): Route {
  const all = arrivalSpread(route.durationS, 0)
  const junctions = route.junctions.map((junction): RouteJunction => {
    const { earliestS, latestS } = arrivalSpread(junction.arrivalS, 0)
    const arrival: Partial<RouteJunction> = { arrivalEarliestS: earliestS, arrivalLatestS: latestS }
    return { ...arrival, ...junction }
  })
  return {
    ...{ durationEarliestS: all.earliestS, durationLatestS: all.latestS },
    ...{ contraflow: [], emergencyOnly: [], unknownClearances: [], forbiddenTurns: [], epoch: 0 },
    ...route,
    junctions,
  }
}

/** Missions and their logs on disk. */
export class DispatchRecords {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists dispatches (
        number integer primary key autoincrement,
        id text not null unique,
        open integer not null,
        body text not null
      ) strict;
      create index if not exists dispatches_open on dispatches (open) where open = 1;
      create table if not exists dispatch_events (
        dispatch text not null references dispatches (id),
        number integer not null,
        at_ms integer not null,
        kind text not null,
        junction text,
        detail text not null,
        primary key (dispatch, number)
      ) strict, without rowid;`)
  }

  /** The id of the next dispatch. Call inside the transaction that adds it. */
  nextId(): string {
    const row = this.#records.db.prepare('select coalesce(max(number), 0) as last from dispatches').get() as {
      last: number
    }
    return `d-${row.last + 1}`
  }

  add(mission: StoredMission): void {
    this.#records.db
      .prepare('insert into dispatches (id, open, body) values (?, 0, ?)')
      .run(mission.dispatch.id, JSON.stringify(mission))
  }

  /** @param open the mission loop still has work with it */
  save(mission: StoredMission, open: boolean, events: readonly MissionEvent[]): void {
    const { db } = this.#records
    const { id } = mission.dispatch
    this.#records.transaction(() => {
      db.prepare('update dispatches set open = ?, body = ? where id = ?').run(open ? 1 : 0, JSON.stringify(mission), id)
      const insert = db.prepare(`
        insert into dispatch_events (dispatch, number, at_ms, kind, junction, detail)
        values (?, (select coalesce(max(number), 0) + 1 from dispatch_events where dispatch = ?), ?, ?, ?, ?)`)
      for (const { atMs, kind, junction, detail } of events) {
        insert.run(id, id, Math.round(atMs), kind, junction ?? null, JSON.stringify(detail))
      }
    })
  }

  find(id: string): StoredMission | undefined {
    const row = this.#records.db.prepare('select body from dispatches where id = ?').get(id) as Row | undefined
    return row && missionIn(row.body)
  }

  /** Missions that a restart has to take up again. */
  open(): StoredMission[] {
    const rows = this.#records.db.prepare('select body from dispatches where open = 1 order by number').all()
    return (rows as unknown as Row[]).map(({ body }) => missionIn(body))
  }

  /** Newest first. */
  page(request: PageRequest): { number: number; dispatch: Dispatch }[] {
    const [before] = afterKey(request, 0) ?? [Number.MAX_SAFE_INTEGER]
    const rows = this.#records.db
      .prepare('select number, body from dispatches where number < ? order by number desc limit ?')
      .all(before, rowsWanted(request)) as unknown as Row[]
    return rows.map(({ number, body }) => ({ number, dispatch: missionIn(body).dispatch }))
  }

  /** The newest dispatches, for the first picture of a page. */
  latest(limit: number): Dispatch[] {
    return this.page({ limit: limit - 1 }).map(({ dispatch }) => dispatch)
  }

  events(id: string): { at: string; kind: string; junction?: string; detail: Record<string, unknown> }[] {
    const rows = this.#records.db
      .prepare('select at_ms, kind, junction, detail from dispatch_events where dispatch = ? order by number')
      .all(id) as { at_ms: number; kind: string; junction: string | null; detail: string }[]
    return rows.map(({ at_ms, kind, junction, detail }) => ({
      at: toTimestamp(at_ms),
      kind,
      ...(junction !== null && { junction }),
      detail: JSON.parse(detail) as Record<string, unknown>,
    }))
  }
}
