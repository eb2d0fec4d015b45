import {
  ConflictError,
  DeniedError,
  fromTimestamp,
  InputError,
  type LotWindows as LotWindowsBody,
  LotWindows as LotWindowsSchema,
  Name,
  NewReservation,
  NotFoundError,
  Page,
  pageQuery,
  Reservation,
  ReservationState,
  Timestamp,
} from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../../core.ts'
import { afterKey, pageOf, rowsWanted } from '../../http/paging.ts'
import { type Actor, type Route, rawRoute, route } from '../../http/route.ts'
import type { Lots } from '../lots/lots.ts'
import { isPlate, maskPlate, normalisePlate } from '../stays/plate.ts'
import type { LotWindows } from './lot-windows.ts'
import type { ReservationDesk } from './reservation-desk.ts'
import { timesOfStay } from './reservation-times.ts'
import type { ReservationFilter, ReservationRecord, Reservations } from './reservations.ts'
import { reservationsCsv } from './reservations-csv.ts'

const dayMs = 86_400_000
const longestDays = 30
const farthestDays = 90
/** Clocks of callers may be behind by so much. */
const toleratedMs = 60_000

const readers = ['manager', 'hospital', 'cashier', 'auditor', 'data-officer'] as const
const desks = ['manager', 'hospital'] as const
const seesPlates = ({ roles }: Actor) => roles.some((role) => ['admin', ...desks, 'cashier'].includes(role))

export interface ReservationRouteParts {
  lots: Lots
  windows: LotWindows
  reservations: Reservations
  desk: ReservationDesk
  /** As it is shown to somebody who may see plates, or not. */
  body(record: ReservationRecord, plate: string): Reservation
  /** Names the lots that serve somebody who asks for one lot. */
  originOf(lot: string): string
  /** The hospital whose patients park in a lot. */
  hospitalOf(lot: string): string | undefined
}

export function reservationRoutes(core: Core, parts: ReservationRouteParts): Route[] {
  const { lots, windows, reservations, desk } = parts
  const shown = (record: ReservationRecord, actor: Actor) =>
    parts.body(record, seesPlates(actor) ? record.plate : maskPlate(record.plate))
  const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) })
  const get = (id: string) => {
    const found = reservations.find(id)
    if (!found) throw new NotFoundError('reservation-unknown', `there is no reservation "${id}"`)
    return found
  }
  return [
    route({
      method: 'GET',
      path: '/reservations',
      access: readers,
      summary: 'Reservations by their beginning; plates masked for roles that do not need them',
      query: Type.Object({ ...pageQuery, ...filters }),
      answer: Page(Reservation),
      handle: ({ query, actor }) => {
        const after = afterKey(query, 0, 0)
        const rows = reservations.list(
          filterOf(query, actor),
          rowsWanted(query),
          after && { fromMs: after[0], seq: after[1] },
        )
        return pageOf(
          rows,
          query,
          ({ fromMs, seq }) => [fromMs, seq],
          (record) => shown(record, actor),
        )
      },
    }),
    rawRoute({
      method: 'GET',
      path: '/reservations.csv',
      access: readers,
      summary: 'The same as a table, UTF-8 with byte-order mark; 10,000 rows at the most',
      mediaType: 'text/csv; charset=utf-8',
      query: Type.Object(filters),
      answer: Type.String(),
      handle: ({ query, actor }) => ({
        body: reservationsCsv(
          reservations.list(filterOf(query, actor), mostRows).map((record) => shown(record, actor)),
        ),
        headers: { 'content-disposition': 'attachment; filename="reservations.csv"' },
      }),
    }),
    route({
      method: 'GET',
      path: '/reservations/{id}',
      access: readers,
      summary: 'One reservation',
      params,
      answer: Reservation,
      handle: ({ params: { id }, actor }) => shown(get(id), actor),
    }),
    route({
      method: 'POST',
      path: '/reservations',
      access: desks,
      summary: 'Reserves a bay of a shared lot; where none is free the vehicle goes on the waiting list',
      body: NewReservation,
      status: 201,
      answer: Reservation,
      handle: ({ body, actor }) => {
        const lot = lots.get(body.lot)
        const hospital = parts.hospitalOf(lot.id)
        if (hospital !== undefined) {
          const message = `"${lot.id}" is a hospital's: its bays follow from appointments; POST /hospitals/${hospital}/appointments`
          throw new ConflictError('reservation-lot', `lot ${message}`, [{ field: 'lot', message }])
        }
        if (!windows.of(lot)) {
          const message = `"${lot.id}" takes no reservations; PUT /lots/${lot.id}/windows says which bays are shared`
          throw new ConflictError('reservation-lot', `lot ${message}`, [{ field: 'lot', message }])
        }
        const [fromMs, untilMs] = spanOf(body, core.clock.now())
        const record = desk.request(actor, {
          origin: parts.originOf(lot.id),
          lot: lot.id,
          plate: plateOf(body.plate),
          need: body.need ?? 'ordinary',
          ...{ person: null, hospital: null, appointment: null, noticeMs: null, showGroup: '', relief: null },
          ...timesOfStay(fromMs, untilMs),
        })
        return shown(record, actor)
      },
    }),
    route({
      method: 'DELETE',
      path: '/reservations/{id}',
      access: desks,
      summary: 'Cancels a reservation; its bay goes to who waits',
      params,
      answer: Reservation,
      handle: ({ params: { id }, actor }) => shown(desk.cancel(actor, id), actor),
    }),
    route({
      method: 'GET',
      path: '/lots/{id}/windows',
      access: ['manager', 'hospital', 'auditor'],
      summary: 'Bays that owners share, and when the owners need them',
      params: Type.Object({ id: Name }),
      answer: LotWindowsSchema,
      handle: ({ params: { id } }) => windows.of(lots.get(id)) ?? noWindows,
    }),
    route({
      method: 'PUT',
      path: '/lots/{id}/windows',
      access: ['manager'],
      summary: 'Says which bays owners share and when they need them; who no longer fits gets another bay',
      params: Type.Object({ id: Name }),
      body: LotWindowsSchema,
      answer: LotWindowsSchema,
      handle: ({ params: { id }, body, actor }) =>
        core.records.transaction(() => {
          const lot = lots.get(id)
          const before = windows.find(id)
          windows.put(lot, body)
          core.audit.record(actor, 'lot.windows', id, { before, after: body })
          desk.step()
          return body
        }),
    }),
  ]
}

const filters = {
  plate: Type.Optional(Type.String({ minLength: 1, maxLength: 16 })),
  lot: Type.Optional(Name),
  hospital: Type.Optional(Name),
  state: Type.Optional(ReservationState),
  from: Type.Optional(Timestamp),
  to: Type.Optional(Timestamp),
}
const mostRows = 10_000

interface Filters {
  plate?: string
  lot?: string
  hospital?: string
  state?: ReservationState
  from?: string
  to?: string
}

/** @throws DeniedError `plate-search`: searching by plate tells as much as seeing it */
function filterOf({ plate, lot, hospital, state, from, to }: Filters, actor: Actor): ReservationFilter {
  if (plate !== undefined && !seesPlates(actor)) {
    throw new DeniedError('plate-search', 'only managers, hospitals, cashiers and administrators may search by plate')
  }
  return {
    ...{ lot, hospital, state },
    plate: plate === undefined ? undefined : normalisePlate(plate),
    fromMs: from === undefined ? undefined : fromTimestamp(from),
    toMs: to === undefined ? undefined : fromTimestamp(to),
  }
}

const noWindows: LotWindowsBody = { bays: [], returnMarginMin: 0 }

/** @throws InputError naming `plate` */
function plateOf(raw: string): string {
  const plate = normalisePlate(raw)
  if (isPlate(plate)) return plate
  const message = `"${raw}" is no plate of GA 36-2018; correct it`
  throw new InputError('plate', `plate ${message}`, [{ field: 'plate', message }])
}

/** @throws InputError naming `from` or `until` */
function spanOf({ from, until }: NewReservation, nowMs: number): [fromMs: number, untilMs: number] {
  const [fromMs, untilMs] = [fromTimestamp(from), fromTimestamp(until)]
  const refuse = (field: string, message: string) => {
    throw new InputError('reservation-time', `${field} ${message}`, [{ field, message }])
  }
  if (untilMs <= fromMs) refuse('until', `${until} is not after from ${from}`)
  if (fromMs < nowMs - toleratedMs) refuse('from', `${from} is in the past`)
  if (fromMs > nowMs + farthestDays * dayMs) refuse('from', `${from} is more than ${farthestDays} days ahead`)
  if (untilMs - fromMs > longestDays * dayMs) refuse('until', `${until} is more than ${longestDays} days after from`)
  return [fromMs, untilMs]
}
