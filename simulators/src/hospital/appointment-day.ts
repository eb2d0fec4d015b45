import { type FhirAppointment, type PlateColour, plateExtension, seededRandom, toTimestamp } from '@clearway/contracts'
import { generatePlate } from '../parking/generated-plates.ts'
import { zoneHourMs } from './zone-hour.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Departments, how often their patients come with their car, and how long a visit is. */
const departments = [
  { code: 'ophthalmology', shows: 0.9, visitMin: 20 },
  { code: 'orthopaedics', shows: 0.85, visitMin: 30 },
  { code: 'cardiology', shows: 0.93, visitMin: 25 },
  { code: 'dermatology', shows: 0.75, visitMin: 15 },
] as const
const perDay = 60
const cancelledShare = 0.1
/** A few look for the cashier, the pharmacy and their car for so long that they overrun. */
const overrunShare = 0.04

/** One patient: what the hospital says about the visit, and what the patient does. */
export interface Patient {
  id: string
  department: string
  startMs: number
  endMs: number
  plate: string
  plateColour: PlateColour
  /** When the appointment is made. */
  madeMs: number
  /** When it is cancelled; null: never. */
  cancelledMs: number | null
  /** When the car comes and leaves; null: it does not come. */
  comes: { inMs: number; outMs: number } | null
}

/**
 * The patients of one hospital on one date, in the order of their appointments: the same for the same seed, hospital and
 * date, whenever it is asked. Some cancel, some stay away, most come 5 to 45 minutes early.
 *
 * @param date YYYY-MM-DD of the city
 */
export function patientsOf(hospital: string, date: string, zone: string, seed: number): Patient[] {
  const random = seededRandom(seed).fork(`${hospital} ${date}`)
  const openMs = zoneHourMs(date, 8, zone)
  return Array.from({ length: perDay }, (_, i): Patient => {
    const own = random.fork(`${i}`)
    const { code, shows, visitMin } = own.pick(departments)
    // Every ten minutes from 8:00 to 17:50, one appointment each.
    const startMs = openMs + i * 10 * minuteMs
    // Two in three are made days ahead, the others on the day.
    const madeMs =
      own.next() < 0.67 ? startMs - dayMs - own.integer(2 * dayMs) : startMs - 3 * hourMs - own.integer(4 * hourMs)
    const cancelledMs = own.next() < cancelledShare ? madeMs + own.integer(startMs - madeMs - hourMs) : null
    const inMs = startMs - (5 + own.integer(40)) * minuteMs - own.integer(minuteMs)
    const stayMin = own.next() < overrunShare ? 240 + own.integer(60) : 30 + visitMin + own.integer(50)
    const comes = cancelledMs === null && own.next() < shows ? { inMs, outMs: inMs + stayMin * minuteMs } : null
    const id = `${date}-${i}`
    return {
      id,
      department: code,
      startMs,
      endMs: startMs + visitMin * minuteMs,
      ...generatePlate(own),
      madeMs,
      cancelledMs,
      comes,
    }
  })
}

/** The appointment as the hospital's information system sends it. */
export const appointmentOf = (
  { id, department, startMs, endMs, plate, madeMs, cancelledMs }: Patient,
  status: 'booked' | 'cancelled',
): FhirAppointment => ({
  resourceType: 'Appointment',
  id,
  meta: { lastUpdated: toTimestamp(status === 'booked' ? madeMs : (cancelledMs as number)) },
  status,
  specialty: [{ coding: [{ code: department }] }],
  start: toTimestamp(startMs),
  end: toTimestamp(endMs),
  participant: [{ actor: { reference: `Patient/${id}` }, status: 'accepted' }],
  extension: [{ url: plateExtension, valueString: plate }],
})
