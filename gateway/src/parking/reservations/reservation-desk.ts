import { randomUUID } from 'node:crypto'
import { type BayNeed, type Clock, ConflictError, NotFoundError, toTimestamp } from '@clearway/contracts'
import type { Audit } from '../../core.ts'
import type { Actor } from '../../http/route.ts'
import type { Records } from '../../records/records.ts'
import type { Stays } from '../stays/stays.ts'
import { allocate, type Supply } from './allocate.ts'
import type { Hold, Placement } from './hold.ts'
import { sectionOf } from './pool.ts'
import { type CourseFacts, follow, isStayOf, type SeenStay } from './reservation-course.ts'
import { eventBetween, type ReservationEvent, recordEvent } from './reservation-events.ts'
import type { ReservationTimes } from './reservation-times.ts'
import type { ReservationRecord, Reservations } from './reservations.ts'

const dayMs = 86_400_000

/** No-shows of so long count. */
const missedWithinMs = 30 * dayMs
/** More than these suspend booking. */
const mostMissed = 3

/** Stands for the desk itself in the audit log. */
const deskActor: Actor = { name: 'reservations', roles: [] }

export interface DeskParts {
  records: Records
  clock: Clock
  audit: Audit
  reservations: Reservations
  stays: Stays
  supply(nowMs: number): Supply
  /** Told each change after it was written, within the transaction. */
  onEvent(event: ReservationEvent, before: ReservationRecord, after: ReservationRecord): void
}

/** A wish for a bay. */
export interface BayRequest extends ReservationTimes {
  origin: string
  /** The lot that is asked for. */
  lot: string
  /** Normalised. */
  plate: string
  person: string | null
  need: BayNeed
  hospital: string | null
  appointment: string | null
  noticeMs: number | null
  showGroup: string
  relief: string | null
}

/**
 * Takes wishes for bays, has the allocator give them out, and follows each reservation to its end. All that it knows is in
 * the records: after a restart it goes on as if nothing had been.
 */
export class ReservationDesk {
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  /**
   * Asks for a bay.
   *
   * @returns the reservation, booked, waiting or refused with the reason
   * @throws ConflictError `reservation-twice` when the vehicle holds another one for an overlapping time,
   *   `booking-suspended` when it, or its patient, stayed away too often
   */
  request(actor: Actor, wish: BayRequest): ReservationRecord {
    const nowMs = this.#parts.clock.now()
    return this.#parts.records.transaction(() => {
      this.#refuseTwice(wish)
      this.#refuseSuspended(wish)
      const id = `r-${nowMs.toString(36)}-${randomUUID().slice(0, 8)}`
      this.#parts.reservations.insert({ ...fresh, ...wish, id, createdMs: nowMs, changedMs: nowMs })
      const made = this.#get(id)
      recordEvent(this.#parts.audit, actor, 'request', made)
      this.#parts.onEvent('request', made, made)
      this.step()
      return this.#get(id)
    })
  }

  /** Asks anew under the same reservation: its bay is given back, and one for the new times or vehicle looked for. */
  change(actor: Actor, id: string, wish: BayRequest): ReservationRecord {
    return this.#parts.records.transaction(() => {
      const before = this.#get(id)
      this.#refuseTwice(wish, id)
      this.#refuseSuspended(wish)
      const nowMs = this.#parts.clock.now()
      this.#write(actor, before, { ...before, ...fresh, ...wish, changedMs: nowMs })
      this.step()
      return this.#get(id)
    })
  }

  /** Sets a state that is not the desk's own decision; the bay that becomes free is given on at once. */
  settle(
    actor: Actor,
    id: string,
    part: Partial<Pick<ReservationRecord, 'state' | 'reason' | 'arrivedMs' | 'endedMs' | 'noticeMs'>>,
  ): ReservationRecord {
    return this.#parts.records.transaction(() => {
      const before = this.#get(id)
      const after = { ...before, ...part }
      this.#write(actor, before, after)
      this.step()
      return this.#get(id)
    })
  }

  /** @throws NotFoundError, ConflictError `reservation-over` for one that has arrived or is over */
  cancel(actor: Actor, id: string): ReservationRecord {
    const { state } = this.#get(id)
    if (state === 'cancelled') return this.#get(id)
    if (state !== 'booked' && state !== 'waiting') {
      throw new ConflictError(
        'reservation-over',
        `reservation ${id} is ${state}; only one booked or waiting is cancelled`,
      )
    }
    return this.settle(actor, id, { state: 'cancelled', reason: `cancelled by ${actor.name}` })
  }

  /** Follows every reservation to the present instant and gives out what is free. Changes nothing when called again. */
  step(): void {
    const nowMs = this.#parts.clock.now()
    this.#parts.records.transaction(() => {
      const { reservations } = this.#parts
      const known = reservations.live()
      const missed = reservations.missedSince(nowMs - dayMs)
      const changed = [...known, ...missed].filter((each) => this.#follow(each, nowMs))
      const live = changed.length > 0 ? reservations.live() : known
      if (live.length === 0) return
      const supply = this.#parts.supply(nowMs)
      for (const [i, placement] of allocate(live.map(holdOf), supply, nowMs).entries()) {
        this.#place(live[i] as ReservationRecord, placement, supply, nowMs)
      }
    })
  }

  /** The stay of a reservation's vehicle in its lot. */
  stayOf({ lot, plate, fromMs, latestMs, untilMs }: ReservationRecord): (SeenStay & { id: string }) | undefined {
    for (const { id, enteredMs, leftMs, state } of this.#parts.stays.chain(lot, plate, fromMs)) {
      if (enteredMs === null || !isStayOf({ fromMs, latestMs }, { enteredMs, leftMs })) continue
      // Its exit was lost: when it left is not known, that nobody looks for it any more is.
      const lost = leftMs === null && state !== 'open'
      return { id, enteredMs, leftMs: lost ? Math.max(enteredMs, untilMs) : leftMs }
    }
    return undefined
  }

  /** @returns whether anything is different */
  #follow(before: ReservationRecord, nowMs: number): boolean {
    if (before.state === 'booked' && before.fromMs > nowMs) return false
    const stay = before.state === 'waiting' ? undefined : this.stayOf(before)
    const course = follow(before as CourseFacts, stay, nowMs)
    const after = { ...before, ...course, ...(course && course.reason === undefined && { reason: before.reason }) }
    if (after.state === 'arrived' && stay && stay.leftMs === null && nowMs > after.untilMs) after.overrun = 1
    if (!course && after.overrun === before.overrun) return false
    this.#write(deskActor, before, { ...after, changedMs: nowMs })
    return true
  }

  #place(before: ReservationRecord, placement: Placement, supply: Supply, nowMs: number): void {
    const { state, lot, bay, walkM } = placement
    // Who is there has a reason of its own, or none.
    const reason = state === 'arrived' ? before.reason : placement.reason
    const overrun = supply.shared.get(lot)?.overrun
    const terms =
      state === 'booked' ? { overrunEveryMin: overrun?.everyMin ?? null, overrunFen: overrun?.amountFen ?? null } : {}
    const after = { ...before, state, lot, bay, walkM, reason, ...terms }
    const changed = (['state', 'lot', 'bay', 'walkM', 'reason'] as const).some((key) => before[key] !== after[key])
    if (changed) this.#write(deskActor, before, { ...after, changedMs: nowMs })
  }

  #write(actor: Actor, before: ReservationRecord, after: ReservationRecord): void {
    const { reservations, audit, onEvent } = this.#parts
    reservations.write(after)
    const event = eventBetween(before, after)
    if (!event) return
    recordEvent(audit, actor, event, after)
    onEvent(event, before, after)
  }

  #get(id: string): ReservationRecord {
    const found = this.#parts.reservations.find(id)
    if (!found)
      throw new NotFoundError('reservation-unknown', `there is no reservation "${id}"; GET /reservations lists them`)
    return found
  }

  #refuseTwice({ plate, fromMs, untilMs }: BayRequest, own?: string): void {
    const other = this.#parts.reservations
      .liveOf(plate)
      .find((each) => each.id !== own && each.fromMs < untilMs && fromMs < each.untilMs)
    if (!other) return
    const span = `${toTimestamp(other.fromMs)} to ${toTimestamp(other.untilMs)}`
    const message = `the vehicle has reservation ${other.id} from ${span} already; cancel that one first`
    throw new ConflictError('reservation-twice', `start: ${message}`, [{ field: 'start', message }])
  }

  #refuseSuspended({ plate, person, need, hospital }: BayRequest): void {
    if (need === 'emergency') return
    const missed = this.#parts.reservations.missed(plate, person, this.#parts.clock.now() - missedWithinMs)
    if (missed <= mostMissed) return
    const field = hospital === null ? 'plate' : 'participant'
    const message = `booking is suspended: ${missed} reserved bays of the last 30 days were not used, ${mostMissed} may be`
    throw new ConflictError('booking-suspended', `${field}: ${message}`, [{ field, message }])
  }
}

/** A reservation about which nothing was decided yet. */
const fresh = {
  state: 'waiting',
  bay: null,
  walkM: 0,
  reason: null,
  arrivedMs: null,
  endedMs: null,
  overrun: 0,
  overrunEveryMin: null,
  overrunFen: null,
} as const

/** What the allocator knows of a reservation. */
export const holdOf = (record: ReservationRecord): Hold => ({
  ...record,
  state: record.state as Hold['state'],
  vehicle: record.plate,
  section: sectionOf(record.bay),
})
