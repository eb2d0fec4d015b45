import { Readable } from 'node:stream'
import {
  eventName,
  eventSubject,
  fromTimestamp,
  InputError,
  JunctionTable,
  type LoggedSignalEvent,
  NotFoundError,
  Page,
  SignalEventPage,
  SignalEventsFilter,
  SignalEventsQuery,
  SignalMeasures,
  SignalMeasuresQuery,
  type TimeSpan,
  toTimestamp,
} from '@clearway/contracts'
import { DateTime } from 'luxon'
import { Type } from 'typebox'
import { afterKey } from '../http/paging.ts'
import { type Route, rawRoute, route } from '../http/route.ts'
import type { LogEvent } from './event-codec.ts'
import type { SignalEventLog, Stretch } from './event-log.ts'
import { JunctionMeasuring, rememberedMs } from './measures.ts'
import { csv, eventColumns, measureColumns, measureRows } from './signal-csv.ts'

const params = Type.Object({ id: JunctionTable.properties.id })
const defaultLimit = 100
/** Items of one answer; beyond it the caller wants wider buckets. */
const mostBuckets = 3000

interface Window {
  fromMs: number
  toMs: number
}

/** Where the next page goes on: the stretch, and how many of its events have been given. */
interface Place {
  fromMs: number
  seq: number
  given: number
}

/**
 * The log of signal controllers and the measures made of it.
 *
 * @param zone IANA zone in which hours and days begin
 */
export function eventRoutes(
  log: SignalEventLog,
  tableOf: (junction: string) => JunctionTable | undefined,
  zone: string,
): Route[] {
  const known = (id: string): JunctionTable => {
    const table = tableOf(id)
    if (table) return table
    throw new NotFoundError('junction-unknown', `there is no signalled junction "${id}"`)
  }

  async function page(table: JunctionTable, query: SignalEventsQuery): Promise<SignalEventPage> {
    const window = windowOf(query)
    const wanted = codesOf(query)
    const limit = query.limit ?? defaultLimit
    const [fromMs, seq, given] = afterKey(query, 0, 0, 0) ?? []
    const after = fromMs === undefined ? undefined : { fromMs, seq: seq as number, given: given as number }
    const items: LoggedSignalEvent[] = []
    const gaps = new Gaps(after ? Math.max(window.fromMs, after.fromMs) : window.fromMs)
    for await (const stretch of log.read(table.id, window.fromMs, window.toMs, after)) {
      gaps.reach(stretch)
      const begin = stretch.fromMs === after?.fromMs && stretch.seq === after.seq ? after.given : 0
      for (let index = begin; index < stretch.events.length; index++) {
        const event = stretch.events[index] as LogEvent
        if (!isIn(window, event) || !(wanted?.has(event.code) ?? true)) continue
        if (items.length === limit) {
          return { items, gaps: gaps.all, nextCursor: cursorOf({ ...stretch, given: index }) }
        }
        items.push(logged(table, event))
      }
    }
    gaps.end(window.toMs)
    return { items, gaps: gaps.all, nextCursor: null }
  }

  async function* lines(table: JunctionTable, query: SignalEventsFilter): AsyncGenerator<string> {
    const window = windowOf(query)
    const wanted = codesOf(query)
    yield csv(eventColumns, [])
    for await (const { events } of log.read(table.id, window.fromMs, window.toMs)) {
      const rows = events.filter((event) => isIn(window, event) && (wanted?.has(event.code) ?? true))
      if (rows.length > 0)
        yield csv(
          eventColumns,
          rows.map((event) => logged(table, event)),
          'without header',
        )
    }
  }

  async function measures(table: JunctionTable, query: SignalMeasuresQuery): Promise<SignalMeasures[]> {
    const window = windowOf(query)
    const measuring = new JunctionMeasuring(table, edgesOf(window, query.bucket ?? 'all', zone))
    for await (const stretch of log.read(table.id, window.fromMs - rememberedMs, window.toMs)) {
      measuring.take(cutAt(stretch, window.toMs))
    }
    return measuring.finish()
  }

  return [
    route({
      method: 'GET',
      path: '/junctions/{id}/events',
      access: 'signed-in',
      summary: 'What the controller of a junction logged, to a tenth of a second of its clock',
      params,
      query: SignalEventsQuery,
      answer: SignalEventPage,
      handle: ({ params: { id }, query }) => page(known(id), query),
    }),
    rawRoute({
      method: 'GET',
      path: '/junctions/{id}/events.csv',
      access: 'signed-in',
      summary: 'The same as a table of the whole window, UTF-8 with byte-order mark',
      mediaType: 'text/csv; charset=utf-8',
      params,
      query: SignalEventsFilter,
      answer: Type.String(),
      handle: ({ params: { id }, query }) => {
        // Refused before the first byte has gone.
        windowOf(query)
        codesOf(query)
        return { body: Readable.from(lines(known(id), query)), headers: attachment(`${id}-events.csv`) }
      },
    }),
    route({
      method: 'GET',
      path: '/junctions/{id}/measures',
      access: 'signed-in',
      summary: 'Greens, splits, clearances, arrivals, pedestrians and pre-emptions of a junction, from its log',
      params,
      query: SignalMeasuresQuery,
      answer: Page(SignalMeasures),
      handle: async ({ params: { id }, query }) => ({ items: await measures(known(id), query), nextCursor: null }),
    }),
    rawRoute({
      method: 'GET',
      path: '/junctions/{id}/measures.csv',
      access: 'signed-in',
      summary: 'The measures of the signal groups as a table, UTF-8 with byte-order mark',
      mediaType: 'text/csv; charset=utf-8',
      params,
      query: SignalMeasuresQuery,
      answer: Type.String(),
      handle: async ({ params: { id }, query }) => ({
        body: csv(measureColumns, measureRows(await measures(known(id), query))),
        headers: attachment(`${id}-measures.csv`),
      }),
    }),
  ]
}

const attachment = (name: string) => ({ 'content-disposition': `attachment; filename="${name}"` })

const cursorOf = ({ fromMs, seq, given }: Place): string =>
  Buffer.from(JSON.stringify([fromMs, seq, given])).toString('base64url')

const isIn = ({ fromMs, toMs }: Window, { atMs }: LogEvent): boolean => atMs >= fromMs && atMs < toMs

function windowOf({ from, to }: { from: string; to: string }): Window {
  const [fromMs, toMs] = [fromTimestamp(from), fromTimestamp(to)]
  if (toMs > fromMs) return { fromMs, toMs }
  const message = `${to} must be after from ${from}`
  throw new InputError('signal-window', `to ${message}`, [{ field: 'to', message }])
}

function codesOf({ code }: SignalEventsFilter): ReadonlySet<number> | undefined {
  if (code === undefined) return undefined
  const codes = code.split(',').map(Number)
  const wrong = codes.find((number) => number > 255)
  if (wrong === undefined) return new Set(codes)
  const message = `${wrong} is no event code; they go from 0 to 255`
  throw new InputError('signal-event-code', `code ${message}`, [{ field: 'code', message }])
}

function logged({ groups, detectors = [], approaches }: JunctionTable, { atMs, code, parameter }: LogEvent) {
  const subject = eventSubject(code)
  const named = subject === 'group' ? groups : subject === 'detector' ? detectors : subject ? approaches : []
  const id = subject === 'unit' ? undefined : named[parameter - 1]?.id
  return { at: toTimestamp(atMs), code, parameter, name: eventName(code) ?? null, subject: id ?? null }
}

/** The log ends with the window: what happens in it later belongs to another. */
const cutAt = (stretch: Stretch, toMs: number): Stretch =>
  stretch.toMs <= toMs
    ? stretch
    : { ...stretch, toMs: Math.max(stretch.fromMs, toMs), events: stretch.events.filter(({ atMs }) => atMs < toMs) }

/** What the stretches of a window leave out. */
class Gaps {
  readonly all: TimeSpan[] = []
  #toMs: number

  constructor(fromMs: number) {
    this.#toMs = fromMs
  }

  reach({ fromMs, toMs }: Stretch): void {
    this.end(fromMs)
    this.#toMs = Math.max(this.#toMs, toMs)
  }

  end(ms: number): void {
    if (ms > this.#toMs) this.all.push({ from: toTimestamp(this.#toMs), to: toTimestamp(ms) })
  }
}

/** Buckets begin at whole multiples of their width in the zone; the first and the last are cut at the window. */
function edgesOf({ fromMs, toMs }: Window, bucket: NonNullable<SignalMeasuresQuery['bucket']>, zone: string): number[] {
  if (bucket === 'all') return [fromMs, toMs]
  const minutes = { '5m': 5, '15m': 15, '1h': 60, '1d': 1440 }[bucket]
  if ((toMs - fromMs) / (minutes * 60_000) > mostBuckets) {
    const message = `${toTimestamp(toMs)} is too far from ${toTimestamp(fromMs)}: more than ${mostBuckets} buckets of ${bucket}`
    throw new InputError('signal-window', `to ${message}`, [{ field: 'to', message }])
  }
  const edges = [fromMs]
  // Days follow the calendar of the zone: on two days of the year they have 23 and 25 hours.
  let edge = DateTime.fromMillis(fromMs, { zone }).startOf(bucket === '1d' ? 'day' : 'hour')
  for (; edge.toMillis() < toMs; edge = bucket === '1d' ? edge.plus({ days: 1 }) : edge.plus({ minutes })) {
    if (edge.toMillis() > fromMs) edges.push(edge.toMillis())
  }
  return [...edges, toMs]
}
