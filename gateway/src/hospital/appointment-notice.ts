import {
  type BayNeed,
  compile,
  type FhirAppointment,
  FhirAppointment as FhirAppointmentSchema,
  type FieldError,
  InputError,
  needExtension,
  plateExtension,
} from '@clearway/contracts'
import { isPlate, normalisePlate } from '../parking/stays/plate.ts'

/** Statuses of an appointment that are taken; R4 knows more. */
export const takenStatuses = ['booked', 'arrived', 'cancelled', 'noshow'] as const

/** What an appointment says that matters here. */
export interface AppointmentNotice {
  /** Of the appointment at the hospital: the same in every update. */
  appointment: string
  status: (typeof takenStatuses)[number]
  startMs: number
  endMs: number
  /** Normalised. */
  plate: string
  need: BayNeed
  /** Code of the specialty, else of the service; empty where none is named. */
  department: string
  /** Reference of the patient, not yet a pseudonym. */
  patient: string | undefined
  /** When the hospital last changed it. */
  updatedMs: number | null
}

const needs: readonly BayNeed[] = ['ordinary', 'disabled', 'emergency']
const checkAppointment = compile(FhirAppointmentSchema)

/**
 * Reads an appointment: R4's structure and its invariants app-1 to app-4 as far as they touch us, then our own rules.
 *
 * @throws InputError `appointment` naming every field that is wrong
 */
export function readAppointment(body: unknown): AppointmentNotice {
  const appointment = checkAppointment.require(body, 'Appointment')
  const faults = [...r4Faults(appointment), ...ownFaults(appointment)]
  if (faults.length > 0) {
    const lines = faults.map(({ field, message }) => `${field} ${message}`)
    throw new InputError('appointment', `Appointment: ${lines.join('; ')}`, faults)
  }
  const startMs = Date.parse(appointment.start as string)
  const patient = appointment.participant.find(({ actor }) => actor?.reference?.startsWith('Patient/'))
  return {
    appointment: idOf(appointment) as string,
    status: appointment.status as AppointmentNotice['status'],
    startMs,
    endMs: Date.parse(appointment.end as string),
    plate: normalisePlate(extensionOf(appointment, plateExtension)?.valueString ?? ''),
    need: (extensionOf(appointment, needExtension)?.valueCode as BayNeed | undefined) ?? 'ordinary',
    department: departmentOf(appointment),
    patient: patient?.actor?.reference,
    updatedMs: appointment.meta?.lastUpdated === undefined ? null : Date.parse(appointment.meta.lastUpdated),
  }
}

/** What R4 asks beyond the shape of each element. */
function r4Faults({ participant, start, end, status, cancelationReason }: FhirAppointment): FieldError[] {
  const faults: FieldError[] = []
  for (const [i, { type, actor }] of participant.entries()) {
    if (type || actor) continue
    faults.push({ field: `participant.${i}`, message: 'needs a type or an actor (app-1)' })
  }
  if ((start === undefined) !== (end === undefined)) {
    const [missing, given] = start === undefined ? ['start', 'end'] : ['end', 'start']
    faults.push({ field: missing, message: `is missing, and ${given} is given (app-2)` })
  } else if (start === undefined && status !== 'cancelled') {
    faults.push({ field: 'start', message: `is missing, which "${status}" does not allow (app-3)` })
  }
  if (cancelationReason && status !== 'cancelled' && status !== 'noshow') {
    faults.push({ field: 'cancelationReason', message: `does not go with the status "${status}" (app-4)` })
  }
  return faults
}

function ownFaults(appointment: FhirAppointment): FieldError[] {
  const faults: FieldError[] = []
  const fault = (field: string, message: string) => faults.push({ field, message })
  const { status, start, end } = appointment
  if (!(takenStatuses as readonly string[]).includes(status)) {
    fault('status', `"${status}" is a status of FHIR that is not taken here; send one of ${takenStatuses.join(', ')}`)
  }
  if (idOf(appointment) === undefined) fault('id', 'is missing, and so is identifier.0.value: updates need one of them')
  if (start !== undefined && end !== undefined && Date.parse(end) < Date.parse(start)) {
    fault('end', `${end} is before start ${start}`)
  }
  const plates = (appointment.extension ?? []).filter(({ url }) => url === plateExtension)
  const at = `extension[${plateExtension}].valueString`
  const plate = plates[0]?.valueString
  // A cancellation need not say whose it is: the appointment is known.
  if (plate === undefined) {
    if (status === 'booked') fault(at, 'is missing: a bay is held for a plate')
  } else if (plates.length > 1) fault(at, `stands here ${plates.length} times; give one plate`)
  else if (!isPlate(normalisePlate(plate))) fault(at, `"${plate}" is no plate of GA 36-2018; correct it`)
  const need = extensionOf(appointment, needExtension)
  if (need && !needs.includes(need.valueCode as BayNeed)) {
    fault(`extension[${needExtension}].valueCode`, `"${need.valueCode}" is not one of ${needs.join(', ')}`)
  }
  return faults
}

const extensionOf = ({ extension }: FhirAppointment, url: string) => extension?.find((each) => each.url === url)

function idOf({ id, identifier }: FhirAppointment): string | undefined {
  if (id !== undefined) return id
  const { system, value } = identifier?.find((each) => each.value !== undefined) ?? {}
  return value === undefined ? undefined : [system, value].filter(Boolean).join('|')
}

function departmentOf({ specialty, serviceType }: FhirAppointment): string {
  const [concept] = [...(specialty ?? []), ...(serviceType ?? [])]
  return (concept?.coding?.[0]?.code ?? concept?.text ?? '').slice(0, 64)
}
