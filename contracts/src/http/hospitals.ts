import { type Static, Type } from 'typebox'
import { LocalText, Name, Position, Timestamp } from '../names.ts'

/** How a hospital gives out the bays of its lot. */
export const HospitalSettings = Type.Object({
  name: LocalText,
  lot: Name,
  position: Type.Optional(Type.Unsafe<Position>({ ...Position, description: "of its door; the lot's if absent" })),
  emergencyBays: Type.Integer({ minimum: 0, maximum: 100_000, description: 'never given to others' }),
  disabledBays: Type.Integer({ minimum: 0, maximum: 100_000, description: 'never given to others' }),
  advanceShare: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'share of the other bays that is given ahead; the rest on the day, by the count at the gates',
  }),
  rollingMin: Type.Integer({
    minimum: 0,
    maximum: 1440,
    description: 'bays of reservations that begin within so many minutes are given by the count at the gates',
  }),
  overbookingRisk: Type.Number({
    minimum: 0,
    maximum: 0.2,
    description: 'highest chance that more come than there are bays; 0: never more bookings than bays',
  }),
  mostWalkM: Type.Integer({ minimum: 0, maximum: 5000, description: 'how far shared lots may be away on foot' }),
  relief: Type.Optional(
    Type.Unsafe<string>({ ...Name, description: 'discount given to patients, where the tariff of the lot has it' }),
  ),
})
export type HospitalSettings = Static<typeof HospitalSettings>

export const Hospital = Type.Object({ id: Name, ...HospitalSettings.properties })
export type Hospital = Static<typeof Hospital>

/** One hour of a hospital's lot. */
export const HospitalHour = Type.Object({
  from: Timestamp,
  bays: Type.Integer({ minimum: 0, description: 'that may be given at this hour, protected ones apart' }),
  booked: Type.Integer({ minimum: 0, description: 'most held at one time' }),
  expected: Type.Number({ minimum: 0, description: 'of these, how many come by the show rates' }),
  waiting: Type.Integer({ minimum: 0, description: 'waiting for an appointment in this hour' }),
})

/** A day of a hospital as its desk sees it. */
export const HospitalDay = Type.Object({
  hospital: Name,
  from: Timestamp,
  until: Timestamp,
  occupied: Type.Integer({ minimum: 0 }),
  capacity: Type.Integer({ minimum: 0 }),
  protectedBays: Type.Integer({ minimum: 0 }),
  hours: Type.Array(HospitalHour),
  states: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
  showRate: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'of the hospital so far; null before enough has been seen',
  }),
  shared: Type.Array(Type.Object({ lot: Name, walkM: Type.Number(), bays: Type.Integer(), booked: Type.Integer() })),
})
export type HospitalDay = Static<typeof HospitalDay>
