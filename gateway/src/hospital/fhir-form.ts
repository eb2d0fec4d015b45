import { type FhirAppointment, fhirMediaType, type Reservation } from '@clearway/contracts'
import type { AnswerForm } from '../http/route.ts'
import { appointmentWithBay, operationOutcome } from './fhir-answers.ts'

/** Answers to appointments as FHIR resources, for callers that accept them. */
export const fhirForm: AnswerForm = {
  mediaType: fhirMediaType,
  answer: (body, sent) => appointmentWithBay(sent as FhirAppointment, body as Reservation),
  problem: operationOutcome,
}
