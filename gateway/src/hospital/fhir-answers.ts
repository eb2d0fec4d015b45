import {
  type FhirAppointment,
  fhirMediaType,
  type Problem,
  plateExtension,
  type Reservation,
  reservationExtension,
} from '@clearway/contracts'
import { takenStatuses } from './appointment-notice.ts'

/** R4 issue types by status number, https://hl7.org/fhir/R4/valueset-issue-type.html. */
const issueTypes: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-supported',
  409: 'conflict',
  413: 'too-long',
  415: 'not-supported',
  429: 'throttled',
}

/** A refusal as FHIR says it: one issue for each wrong field. */
export function operationOutcome({ status, detail, errors = [] }: Problem) {
  const code = issueTypes[status] ?? 'exception'
  const issue = { severity: 'error', code }
  return {
    resourceType: 'OperationOutcome',
    issue:
      errors.length === 0
        ? [{ ...issue, diagnostics: detail }]
        : errors.map(({ field, message }) => ({
            ...issue,
            diagnostics: `${field} ${message}`,
            expression: [field.startsWith('extension[') ? 'Appointment.extension' : `Appointment.${field}`],
          })),
  }
}

/** The appointment that was sent, with what became of its bay. */
export function appointmentWithBay(appointment: FhirAppointment, reservation: Reservation): FhirAppointment {
  const { state, lot, bay, from, until, arriveBy, walkM, reason } = reservation
  const parts = { state, lot, bay, from, until, arriveBy, walkM, reason }
  const inner = Object.entries(parts).flatMap(([url, value]) =>
    value === undefined
      ? []
      : [{ url, ...(typeof value === 'number' ? { valueDecimal: value } : { valueString: value }) }],
  )
  const kept = (appointment.extension ?? []).filter(({ url }) => url !== reservationExtension)
  return { ...appointment, extension: [...kept, { url: reservationExtension, extension: inner }] as typeof kept }
}

/** What this end of FHIR can do. @param version of the gateway */
export const capabilityStatement = (date: string, version: string) => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date,
  kind: 'instance',
  software: { name: 'Clearway', version },
  implementation: { description: 'Bays held for appointments' },
  fhirVersion: '4.0.1',
  format: [fhirMediaType, 'json'],
  rest: [
    {
      mode: 'server',
      security: { description: 'bearer token of a person with the role hospital' },
      resource: [
        {
          type: 'Appointment',
          interaction: [{ code: 'create' }, { code: 'update' }],
          updateCreate: true,
          documentation:
            `POST the whole resource to appointments, anew for each change: status ${takenStatuses.join(', ')}; the plate ` +
            `as valueString of the extension ${plateExtension}. The same id again is an update; the same content changes nothing.`,
        },
      ],
    },
  ],
})
