import { type Static, Type } from 'typebox'
import { PriorityRole } from '../messages/signal-request.ts'
import { LocalText, Name, OneOf, Position, Timestamp } from '../names.ts'
import { deviceKinds } from '../topic.ts'

/** People's roles, `flows` for the automation process, and `navigation` for who guides other drivers. */
export const roles = [
  'admin',
  'dispatcher',
  'manager',
  'cashier',
  'hospital',
  'auditor',
  'data-officer',
  'flows',
  'navigation',
] as const
export type Role = (typeof roles)[number]

const Secret = Type.String({ minLength: 1, maxLength: 200, secret: true })

/** Either a user name and password, or the one-time code of a sign-in link. */
export const SignIn = Type.Union([Type.Object({ user: Name, password: Secret }), Type.Object({ code: Secret })])
export type SignIn = Static<typeof SignIn>

export const SignedIn = Type.Object({
  user: Type.String(),
  roles: Type.Array(OneOf(...roles)),
  token: Type.String({ description: 'bearer token; also set as an HttpOnly cookie' }),
  expiresAt: Timestamp,
})
export type SignedIn = Static<typeof SignedIn>

/** Who the caller is. */
export const Session = Type.Object({ user: Type.String(), roles: Type.Array(OneOf(...roles)), expiresAt: Timestamp })
export type Session = Static<typeof Session>

/** Someone who signs in with a password. */
export const Person = Type.Object({
  id: Name,
  roles: Type.Array(OneOf(...roles), { minItems: 1, uniqueItems: true }),
  createdAt: Timestamp,
})
export type Person = Static<typeof Person>

export const NewPerson = Type.Object({
  id: Name,
  roles: Person.properties.roles,
  password: Type.String({ minLength: 12, maxLength: 200, secret: true }),
})
export type NewPerson = Static<typeof NewPerson>

export const NewDevice = Type.Object({
  id: Name,
  kind: OneOf(...deviceKinds),
  district: Name,
  name: Type.Optional(LocalText),
  lot: Type.Optional(Name),
  junction: Type.Optional(Name),
  position: Type.Optional(Position),
  role: Type.Optional(PriorityRole),
})
export type NewDevice = Static<typeof NewDevice>

export const Device = Type.Object({
  ...NewDevice.properties,
  state: OneOf('online', 'offline', 'never-seen', 'revoked'),
  lastSeenAt: Type.Optional(Timestamp),
})
export type Device = Static<typeof Device>

/** The token is shown once. */
export const DeviceToken = Type.Object({ id: Name, token: Type.String() })
export type DeviceToken = Static<typeof DeviceToken>

export const AuditEntry = Type.Object({
  sequence: Type.Integer(),
  at: Timestamp,
  actor: Type.String({ description: 'a user name, a device id or "system"' }),
  action: Type.String(),
  subject: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
  hash: Type.String({ description: 'SHA-256 over the previous hash and this entry, hexadecimal' }),
})
export type AuditEntry = Static<typeof AuditEntry>

export const AuditVerdict = Type.Object({
  ok: Type.Boolean(),
  entries: Type.Integer(),
  firstBad: Type.Optional(
    Type.Integer({ description: 'sequence of the first entry that was edited, removed or reordered' }),
  ),
  head: Type.String(),
})
export type AuditVerdict = Static<typeof AuditVerdict>
