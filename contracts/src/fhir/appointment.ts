import { type Static, type TSchema, Type } from 'typebox'

/** What of HL7 FHIR R4 (4.0.1) is read: the datatypes and the Appointment resource, https://hl7.org/fhir/R4. */

const Instant = Type.String({
  pattern:
    '^([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)-(0[1-9]|1[0-2])-(0[1-9]|[1-2][0-9]|3[0-1])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?(Z|(\\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))$',
  description: 'a FHIR instant, for example 2026-11-23T08:15:00+08:00',
})
const DateTime = Type.String({
  pattern: '^\\d{4}(-\\d\\d(-\\d\\d(T\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d))?)?)?$',
})
const Id = Type.String({
  pattern: '^[A-Za-z0-9\\-.]{1,64}$',
  description: 'a FHIR id: letters, digits, - and ., at most 64',
})
const Uri = Type.String({ pattern: '^\\S+$' })
const Code = Type.String({ pattern: '^[^\\s]+(\\s[^\\s]+)*$' })
const Text = Type.String({ minLength: 1, maxLength: 100_000 })
const Optional = <S extends TSchema>(schema: S) => Type.Optional(schema)
const Some = <S extends TSchema>(schema: S) => Type.Optional(Type.Array(schema, { minItems: 1, maxItems: 1000 }))
/** Parts that are allowed, and not looked into. */
const Anything = Type.Object({}, { additionalProperties: true })
const loose = { additionalProperties: true }

const Extension = Type.Object({ url: Uri, valueString: Optional(Type.String()), valueCode: Optional(Code) }, loose)
const Coding = Type.Object({ system: Optional(Uri), code: Optional(Code), display: Optional(Text) }, loose)
const CodeableConcept = Type.Object({ coding: Some(Coding), text: Optional(Text) }, loose)
const Identifier = Type.Object({ system: Optional(Uri), value: Optional(Text) }, loose)
const Reference = Type.Object(
  { reference: Optional(Text), identifier: Optional(Identifier), display: Optional(Text) },
  loose,
)
const Period = Type.Object({ start: Optional(DateTime), end: Optional(DateTime) }, loose)

/** All statuses that R4 knows; which are taken is the gateway's rule. */
const AppointmentStatus = Type.Unsafe<string>(
  Type.Enum([
    'proposed',
    'pending',
    'booked',
    'arrived',
    'fulfilled',
    'cancelled',
    'noshow',
    'entered-in-error',
    'checked-in',
    'waitlist',
  ]),
)

const Participant = Type.Object(
  {
    type: Some(CodeableConcept),
    actor: Optional(Reference),
    required: Optional(Type.Enum(['required', 'optional', 'information-only'])),
    status: Type.Enum(['accepted', 'declined', 'tentative', 'needs-action']),
    period: Optional(Period),
  },
  loose,
)

/** HL7 FHIR R4 Appointment: every element of the resource, those that nobody reads unchecked; others are refused. */
export const FhirAppointment = Type.Object({
  resourceType: Type.Literal('Appointment'),
  id: Optional(Id),
  meta: Optional(Type.Object({ versionId: Optional(Id), lastUpdated: Optional(Instant) }, loose)),
  implicitRules: Optional(Uri),
  language: Optional(Code),
  text: Optional(Anything),
  contained: Some(Anything),
  extension: Some(Extension),
  identifier: Some(Identifier),
  status: AppointmentStatus,
  cancelationReason: Optional(CodeableConcept),
  serviceCategory: Some(CodeableConcept),
  serviceType: Some(CodeableConcept),
  specialty: Some(CodeableConcept),
  appointmentType: Optional(CodeableConcept),
  reasonCode: Some(CodeableConcept),
  reasonReference: Some(Reference),
  priority: Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
  description: Optional(Text),
  supportingInformation: Some(Reference),
  start: Optional(Instant),
  end: Optional(Instant),
  minutesDuration: Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  slot: Some(Reference),
  created: Optional(DateTime),
  comment: Optional(Text),
  patientInstruction: Optional(Text),
  basedOn: Some(Reference),
  participant: Type.Array(Participant, { minItems: 1, maxItems: 100 }),
  requestedPeriod: Some(Period),
})
export type FhirAppointment = Static<typeof FhirAppointment>

/** The extension that carries the plate, as `valueString`. */
export const plateExtension = 'urn:clearway:licence-plate'
/** The extension that says which bay is needed, as `valueCode`: `ordinary`, `disabled` or `emergency`. */
export const needExtension = 'urn:clearway:bay-need'
/** The extension of an answer that names the reservation made of the appointment. */
export const reservationExtension = 'urn:clearway:reservation'

export const fhirMediaType = 'application/fhir+json'
