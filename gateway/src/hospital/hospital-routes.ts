import {
  FhirAppointment,
  type Hospital,
  HospitalDay,
  Hospital as HospitalSchema,
  HospitalSettings,
  InputError,
  Name,
  Page,
  pageQuery,
  Reservation,
} from '@clearway/contracts'
import { DateTime } from 'luxon'
import { Type } from 'typebox'
import manifest from '../../package.json' with { type: 'json' }
import type { Core } from '../core.ts'
import { pageOfList } from '../http/paging.ts'
import { type Route, rawRoute, route } from '../http/route.ts'
import type { ReservationRecord } from '../parking/reservations/reservations.ts'
import { readAppointment, takenStatuses } from './appointment-notice.ts'
import type { Appointments } from './appointments.ts'
import type { ReservationCounters } from './counters.ts'
import { capabilityStatement } from './fhir-answers.ts'
import { fhirForm } from './fhir-form.ts'
import type { Hospitals } from './hospitals.ts'

const params = Type.Object({ id: Name })
const readers = ['hospital', 'manager', 'auditor'] as const

export interface HospitalRouteParts {
  hospitals: Hospitals
  appointments: Appointments
  counters: ReservationCounters
  zone: string
  body(record: ReservationRecord, plate: string): Reservation
  day(hospital: Hospital, span: { fromMs: number; untilMs: number }): HospitalDay
  /** Gives out bays by the settings as they are now. */
  step(): void
}

export function hospitalRoutes(core: Core, parts: HospitalRouteParts): Route[] {
  const { hospitals, appointments, counters, zone } = parts
  return [
    route({
      method: 'GET',
      path: '/hospitals',
      access: readers,
      summary: 'Hospitals and how they give out their bays',
      query: Type.Object(pageQuery),
      answer: Page(HospitalSchema),
      handle: ({ query }) => pageOfList(hospitals.list(), query),
    }),
    route({
      method: 'GET',
      path: '/hospitals/{id}',
      access: readers,
      summary: 'One hospital',
      params,
      answer: HospitalSchema,
      handle: ({ params: { id } }) => hospitals.get(id),
    }),
    route({
      method: 'PUT',
      path: '/hospitals/{id}',
      access: ['manager'],
      summary: 'Adds a hospital or changes how it gives out the bays of its lot',
      params,
      body: HospitalSettings,
      answer: HospitalSchema,
      handle: ({ params: { id }, body, actor }) =>
        core.records.transaction(() => {
          const before = hospitals.find(id)
          hospitals.put(id, body)
          core.audit.record(actor, before ? 'hospital.change' : 'hospital.add', id, { before, after: body })
          parts.step()
          return hospitals.get(id)
        }),
    }),
    route({
      method: 'POST',
      path: '/hospitals/{id}/appointments',
      access: ['hospital'],
      summary:
        'An HL7 FHIR R4 Appointment, or a change of one: a bay is held, moved or given back; with Accept: application/fhir+json the answers are FHIR as well',
      params,
      body: FhirAppointment,
      answer: Reservation,
      form: fhirForm,
      handle: ({ params: { id }, body, actor }) => {
        const hospital = hospitals.get(id)
        const status = takenStatuses.find((taken) => taken === body.status) ?? 'other'
        try {
          const record = appointments.receive(actor, hospital, readAppointment(body))
          counters.notices.inc({ status, outcome: record.state })
          return parts.body(record, record.plate)
        } catch (error) {
          counters.notices.inc({ status, outcome: 'rejected' })
          throw error
        }
      },
    }),
    rawRoute({
      method: 'GET',
      path: '/hospitals/{id}/metadata',
      access: 'signed-in',
      summary: 'The FHIR CapabilityStatement of this address',
      params,
      mediaType: 'application/fhir+json',
      answer: Type.Object({}),
      handle: ({ params: { id } }) => {
        hospitals.get(id)
        const body = capabilityStatement(new Date(core.clock.now()).toISOString(), manifest.version)
        return { body: Buffer.from(JSON.stringify(body)) }
      },
    }),
    route({
      method: 'GET',
      path: '/hospitals/{id}/day',
      access: readers,
      summary: 'A day of a hospital by the hour: bays, bookings, who is expected, who waits, shared lots nearby',
      params,
      query: Type.Object({
        date: Type.Optional(
          Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'YYYY-MM-DD of the city; today if absent' }),
        ),
      }),
      answer: HospitalDay,
      handle: ({ params: { id }, query: { date } }) => {
        const day =
          date === undefined
            ? DateTime.fromMillis(core.clock.now(), { zone }).startOf('day')
            : DateTime.fromISO(date, { zone })
        if (!day.isValid) {
          const message = `"${date}" is no date`
          throw new InputError('date', `date ${message}`, [{ field: 'date', message }])
        }
        return parts.day(hospitals.get(id), { fromMs: day.toMillis(), untilMs: day.plus({ days: 1 }).toMillis() })
      },
    }),
  ]
}
