import { type Static, Type } from 'typebox'
import { Fen, Name, OneOf, Timestamp } from '../names.ts'

/**
 * `waiting`: on the list of its lot. `booked`: a bay is held. `arrived`: the vehicle, or its patient, is there. `ended`:
 * it has left. `noshow`: it did not come in its window. `refused`: waited in vain.
 */
export const ReservationState = OneOf('waiting', 'booked', 'arrived', 'ended', 'cancelled', 'noshow', 'refused')
export type ReservationState = Static<typeof ReservationState>

/** Whose protected bays may be used as well. */
export const BayNeed = OneOf('ordinary', 'disabled', 'emergency')
export type BayNeed = Static<typeof BayNeed>

export const Reservation = Type.Object({
  id: Type.String(),
  state: ReservationState,
  lot: Type.Unsafe<string>({ ...Name, description: 'where the bay is held, or waited for' }),
  bay: Type.Optional(
    Type.String({ description: 'absent while waiting, and where more are booked than there are bays' }),
  ),
  from: Type.Unsafe<string>({ ...Timestamp, description: 'entry opens' }),
  until: Type.Unsafe<string>({ ...Timestamp, description: 'the bay must be free again' }),
  arriveBy: Type.Unsafe<string>({ ...Timestamp, description: 'later the bay is given to others' }),
  walkM: Type.Number({ minimum: 0, description: 'on foot to where the driver wants to be, 0 in the lot asked for' }),
  plate: Type.String(),
  need: BayNeed,
  hospital: Type.Optional(Name),
  appointment: Type.Optional(Type.String()),
  appointmentAt: Type.Optional(Timestamp),
  reason: Type.Optional(Type.String({ description: 'why it is in this state or in this lot' })),
  overbooked: Type.Optional(Type.Boolean({ description: 'counts on others not coming' })),
  relief: Type.Optional(Type.Unsafe<string>({ ...Name, description: "discount of the lot's tariff that applies" })),
  stay: Type.Optional(Type.String()),
  overrunS: Type.Optional(Type.Number({ description: 'in the bay for so long after `until`' })),
  alternativeBay: Type.Optional(Type.String({ description: 'for the owner whose bay is overrun' })),
  createdAt: Timestamp,
})
export type Reservation = Static<typeof Reservation>

/** Of a bay in a lot that is shared by owners. A bay of a hospital follows from an appointment instead. */
export const NewReservation = Type.Object({
  lot: Name,
  plate: Type.String({ minLength: 1, maxLength: 16 }),
  from: Timestamp,
  until: Timestamp,
  need: Type.Optional(BayNeed),
})
export type NewReservation = Static<typeof NewReservation>

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const ClockTime = Type.String({
  pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
  description: 'HH:MM of the city, to 24:00',
})

/** When the owner needs the bay: on these days of the week, from one time to another, over midnight if that is earlier. */
export const OwnerWindow = Type.Object({
  days: Type.Array(OneOf(...weekdays), { minItems: 1, uniqueItems: true }),
  from: ClockTime,
  until: ClockTime,
})
export type OwnerWindow = Static<typeof OwnerWindow>

export const OwnerBay = Type.Object({
  bay: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9-]{0,15}$',
    description: 'letters, digits and hyphens, at most 16',
  }),
  windows: Type.Array(OwnerWindow, { maxItems: 21 }),
})
export type OwnerBay = Static<typeof OwnerBay>

/** The bays of a lot that owners share, and what becomes of who stays too long. */
export const LotWindows = Type.Object({
  bays: Type.Array(OwnerBay, { maxItems: 1000 }),
  returnMarginMin: Type.Integer({
    minimum: 0,
    maximum: 240,
    default: 15,
    description: 'a shared stay ends so long before the owner needs the bay',
  }),
  overrun: Type.Optional(
    Type.Object(
      {
        everyMin: Type.Integer({ minimum: 1, maximum: 1440 }),
        amountFen: Type.Unsafe<number>({ ...Fen, minimum: 0, maximum: 10_000_000 }),
      },
      { description: 'surcharge for each such span begun after `until`' },
    ),
  ),
})
export type LotWindows = Static<typeof LotWindows>
