import { type Clock, ConflictError, type Hospital, InputError, NotFoundError, toTimestamp } from '@clearway/contracts'
import { DateTime } from 'luxon'
import type { Actor } from '../http/route.ts'
import type { BayRequest, ReservationDesk } from '../parking/reservations/reservation-desk.ts'
import { timesOfAppointment } from '../parking/reservations/reservation-times.ts'
import type { ReservationRecord, Reservations } from '../parking/reservations/reservations.ts'
import type { AppointmentNotice } from './appointment-notice.ts'
import type { PatientPseudonyms } from './patient-pseudonym.ts'
import { showGroupKey } from './show-rates.ts'
import { hospitalOrigin } from './supply.ts'

const dayMs = 86_400_000
/** Farther ahead is a mistyped year. */
const farthestMs = 366 * dayMs

interface AppointmentParts {
  clock: Clock
  desk: ReservationDesk
  reservations: Reservations
  pseudonyms: PatientPseudonyms
  /** IANA */
  zone: string
}

/** What notices of a hospital do to its reservations. A notice that was taken before changes nothing. */
export class Appointments {
  readonly #parts: AppointmentParts

  constructor(parts: AppointmentParts) {
    this.#parts = parts
  }

  /**
   * @throws InputError `appointment-time` naming `start`; NotFoundError `appointment-unknown`
   * @throws ConflictError `booking-suspended`, `appointment-over`, `notice-stale`, `reservation-twice`
   */
  receive(actor: Actor, hospital: Hospital, notice: AppointmentNotice): ReservationRecord {
    const known = this.#parts.reservations.ofAppointment(hospital.id, notice.appointment)
    if (known) refuseStale(known, notice)
    if (notice.status === 'booked') {
      const wish = this.#wishOf(hospital, notice)
      if (!known) return this.#book(actor, wish)
      return this.#rebook(actor, known, wish)
    }
    if (!known) {
      const message = `hospital ${hospital.id} has sent no appointment "${notice.appointment}"; send it as booked first`
      throw new NotFoundError('appointment-unknown', message)
    }
    return this.#close(actor, known, notice)
  }

  #book(actor: Actor, wish: BayRequest): ReservationRecord {
    this.#refuseTime(wish)
    return this.#parts.desk.request(actor, wish)
  }

  #rebook(actor: Actor, known: ReservationRecord, wish: BayRequest): ReservationRecord {
    const newer = wish.noticeMs !== null && wish.noticeMs > (known.noticeMs ?? 0)
    const same = (['plate', 'need', 'fromMs', 'untilMs', 'anchorMs'] as const).every((key) => known[key] === wish[key])
    if (known.state === 'cancelled' && !newer) {
      const message = 'was cancelled; send it with a newer meta.lastUpdated, or book under another id'
      throw new ConflictError('appointment-over', `appointment ${known.appointment} ${message}`, [
        { field: 'status', message },
      ])
    }
    // Who was refused while another entry of the vehicle waited may ask again as long as there is time.
    const asksAgain = known.state === 'refused' && wish.anchorMs > this.#parts.clock.now()
    if (same && known.state !== 'cancelled' && !asksAgain) return known
    if (known.state === 'arrived' || known.state === 'ended' || known.state === 'noshow') {
      const message = `is ${known.state} and cannot be changed; book under another id`
      throw new ConflictError('appointment-over', `appointment ${known.appointment} ${message}`, [
        { field: 'id', message },
      ])
    }
    this.#refuseTime(wish)
    return this.#parts.desk.change(actor, known.id, wish)
  }

  /** Cancelled, arrived or not come, as the hospital says. */
  #close(actor: Actor, known: ReservationRecord, { status, updatedMs }: AppointmentNotice): ReservationRecord {
    const nowMs = this.#parts.clock.now()
    const by = { noticeMs: updatedMs ?? known.noticeMs }
    const { state } = known
    const settle = (part: Parameters<ReservationDesk['settle']>[2]) =>
      this.#parts.desk.settle(actor, known.id, { ...by, ...part })
    if (status === 'arrived') {
      if (state === 'booked' || state === 'noshow') {
        return settle({ state: 'arrived', reason: 'the hospital says so', arrivedMs: nowMs })
      }
      return state === 'waiting' ? settle({ state: 'cancelled', reason: 'the patient came without a bay' }) : known
    }
    if (state !== 'booked' && state !== 'waiting') return known
    if (status === 'noshow' && state === 'booked') return settle({ state: 'noshow', reason: 'the hospital says so' })
    return settle({ state: 'cancelled', reason: 'the appointment was cancelled' })
  }

  #wishOf(hospital: Hospital, notice: AppointmentNotice): BayRequest {
    const { startMs, endMs, plate, need, appointment, patient, department, updatedMs } = notice
    const { hour } = DateTime.fromMillis(startMs, { zone: this.#parts.zone })
    return {
      origin: hospitalOrigin(hospital.id),
      lot: hospital.lot,
      plate,
      person: patient === undefined ? null : this.#parts.pseudonyms.of(hospital.id, patient),
      need,
      hospital: hospital.id,
      appointment,
      noticeMs: updatedMs,
      showGroup: showGroupKey({ hospital: hospital.id, department, hour }),
      relief: hospital.relief ?? null,
      ...timesOfAppointment(startMs, endMs),
    }
  }

  #refuseTime({ anchorMs }: BayRequest): void {
    const nowMs = this.#parts.clock.now()
    const fault =
      anchorMs < nowMs
        ? `is in the past: it is ${toTimestamp(nowMs)} now`
        : anchorMs > nowMs + farthestMs
          ? 'is more than a year ahead'
          : undefined
    if (fault === undefined) return
    const message = `${toTimestamp(anchorMs)} ${fault}`
    throw new InputError('appointment-time', `start ${message}`, [{ field: 'start', message }])
  }
}

/** A notice older than the newest that was taken has been overtaken on its way. */
function refuseStale(known: ReservationRecord, { updatedMs }: AppointmentNotice): void {
  if (updatedMs === null || known.noticeMs === null || updatedMs >= known.noticeMs) return
  const message = `${toTimestamp(updatedMs)} is older than the notice of ${toTimestamp(known.noticeMs)} that was taken`
  throw new ConflictError('notice-stale', `meta.lastUpdated ${message}`, [{ field: 'meta.lastUpdated', message }])
}
