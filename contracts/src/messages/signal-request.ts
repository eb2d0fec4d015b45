import { type Static, Type } from 'typebox'
import { MessageId, Name, OneOf, Timestamp } from '../names.ts'
import { downward } from './upward.ts'

export const PriorityRole = OneOf('ambulance', 'fire', 'police', 'bus')
export type PriorityRole = Static<typeof PriorityRole>

/** `class/level`, class 1 (highest) … 10, level 1 (highest) … 10. */
export const Importance = Type.String({ pattern: '^([1-9]|10)/([1-9]|10)$' })

/**
 * Asks a signal agent for green from `approach` to `exit`. A lease: silence after `leaseUntil` ends it. `new`,
 * `update` and `cancel` share `request`; a `sequence` at or below the last one seen is dropped.
 */
export const SignalRequest = Type.Object({
  ...downward,
  request: MessageId,
  type: OneOf('new', 'update', 'cancel'),
  sequence: Type.Integer({ minimum: 0 }),
  vehicle: Name,
  role: PriorityRole,
  importance: Importance,
  approach: Type.String({ maxLength: 32 }),
  exit: Type.String({ maxLength: 32 }),
  arrivalEarliest: Timestamp,
  arrivalLatest: Timestamp,
  leaseUntil: Timestamp,
  expiresAt: Timestamp,
  signature: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9+/]{86}==$',
      description: "issuer's Ed25519 signature over topic and fields, base64; agents that hold its key take no other",
    }),
  ),
})
export type SignalRequest = Static<typeof SignalRequest>

const signedFields = [
  ...['id', 'at', 'request', 'type', 'sequence', 'vehicle', 'role', 'importance', 'approach', 'exit'],
  ...['arrivalEarliest', 'arrivalLatest', 'leaseUntil', 'expiresAt'],
] as const satisfies readonly (keyof SignalRequest)[]

/**
 * What the issuer signs, UTF-8: a JSON array of the topic and of every other field in the order of the schema, without
 * white space. The topic is in it, so that no request can be played to another junction.
 */
export const signedText = (topic: string, request: SignalRequest): string =>
  JSON.stringify([topic, ...signedFields.map((field) => request[field])])
