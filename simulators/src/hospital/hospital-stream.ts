import type { FhirAppointment, Hospital, Page, Reservation } from '@clearway/contracts'
import type { GateEvent } from '../parking/index.ts'
import { appointmentOf, type Patient, patientsOf } from './appointment-day.ts'
import { datesFrom } from './zone-hour.ts'

const dayMs = 86_400_000
/** Appointments are made up to three days ahead. */
const daysAhead = 4

/** What the hospital's information system asks of the gateway. */
export interface HospitalLink {
  hospitals(): Promise<Hospital[]>
  /** @returns undefined where the appointment was refused */
  send(hospital: string, appointment: FhirAppointment): Promise<Reservation | undefined>
}

/** Over HTTP, as any hospital does. */
export function hospitalLink(url: string, token: string, stop: AbortSignal): HospitalLink {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
  return {
    async hospitals() {
      const answer = await fetch(`${url}/api/v1/hospitals?limit=1000`, { headers, signal: stop })
      if (!answer.ok) throw new Error(`GET /hospitals answered ${answer.status}`)
      return ((await answer.json()) as Page<Hospital>).items
    },
    async send(hospital, appointment) {
      const address = `${url}/api/v1/hospitals/${hospital}/appointments`
      const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(appointment), signal: stop })
      if (answer.status >= 500) throw new Error(`POST ${address} answered ${answer.status}`)
      return answer.ok ? ((await answer.json()) as Reservation) : undefined
    },
  }
}

/** How far a patient's visit has been played. */
interface Visit {
  patient: Patient
  hospital: string
  told: 'nothing' | 'booked' | 'cancelled' | 'on the way'
  /** The lot of the bay, once one is held. */
  lot: string | undefined
  passed: { in: boolean; out: boolean }
}

/**
 * Hospitals at work: appointments are made and cancelled, and the cars of those who come pass the gates of the lot in which
 * their bay is. Everything follows from the seed and the clock: after a restart it goes on, and what is told again is known
 * to the gateway by its id.
 */
export class HospitalStream {
  readonly #link: HospitalLink
  readonly #see: (event: GateEvent) => void
  readonly #zone: string
  readonly #seed: number
  readonly #visits = new Map<string, Visit>()
  #hospitals: readonly Hospital[] = []

  /** @param see told who passes a gate of a lot */
  constructor(link: HospitalLink, see: (event: GateEvent) => void, zone: string, seed: number) {
    this.#link = link
    this.#see = see
    this.#zone = zone
    this.#seed = seed
  }

  /**
   * Plays what is due. What fails is due again with the next step.
   *
   * @throws Error when the gateway cannot be reached
   */
  async step(nowMs: number): Promise<void> {
    if (this.#hospitals.length === 0) this.#hospitals = await this.#link.hospitals()
    this.#enrol(nowMs)
    for (const [key, visit] of this.#visits) {
      await this.#tell(visit, nowMs)
      this.#drive(visit, nowMs)
      if (visit.patient.endMs < nowMs - dayMs) this.#visits.delete(key)
    }
  }

  #enrol(nowMs: number): void {
    for (const { id: hospital } of this.#hospitals) {
      for (const date of datesFrom(nowMs, daysAhead, this.#zone)) {
        const day = `${hospital} ${date}`
        if (this.#visits.has(`${day} 0`)) continue
        for (const [i, patient] of patientsOf(hospital, date, this.#zone, this.#seed).entries()) {
          const passed = { in: false, out: false }
          this.#visits.set(`${day} ${i}`, { patient, hospital, told: 'nothing', lot: undefined, passed })
        }
      }
    }
  }

  async #tell(visit: Visit, nowMs: number): Promise<void> {
    const { patient, hospital, told } = visit
    const over = patient.comes ? patient.comes.outMs < nowMs : patient.startMs < nowMs
    if (told === 'nothing' && patient.madeMs <= nowMs && !over) {
      const reservation = await this.#link.send(hospital, appointmentOf(patient, 'booked'))
      visit.told = 'booked'
      visit.lot = reservation && lotOf(reservation)
    }
    if (visit.told === 'booked' && patient.cancelledMs !== null && patient.cancelledMs <= nowMs) {
      await this.#link.send(hospital, appointmentOf(patient, 'cancelled'))
      visit.told = 'cancelled'
    }
    // Who waited may have been given a bay, and a bay may have been moved: looked up on the way.
    if (visit.told === 'booked' && patient.comes && patient.comes.inMs <= nowMs) {
      const reservation = await this.#link.send(hospital, appointmentOf(patient, 'booked'))
      visit.told = 'on the way'
      visit.lot = reservation && lotOf(reservation)
    }
  }

  #drive({ patient, lot, passed, told }: Visit, nowMs: number): void {
    if (!patient.comes || lot === undefined || told !== 'on the way') return
    for (const [direction, atMs] of [
      ['in', patient.comes.inMs],
      ['out', patient.comes.outMs],
    ] as const) {
      if (passed[direction] || atMs > nowMs) continue
      passed[direction] = true
      const { plate, plateColour, id } = patient
      const read = `${direction}-patient-${id}`
      this.#see({ lot, bay: 'patient', plate, plateColour, vehicleClass: 'small', direction, atMs, id: read })
    }
  }
}

/** Where a patient drives: nowhere without a bay. */
const lotOf = ({ state, lot }: Reservation): string | undefined =>
  ['booked', 'arrived', 'ended', 'noshow'].includes(state) ? lot : undefined
