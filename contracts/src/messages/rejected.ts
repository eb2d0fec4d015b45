import { type Static, Type } from 'typebox'
import { Timestamp } from '../names.ts'

/** The gateway's answer to a message that it keeps in quarantine. `id` is the message's own id where it could be read. */
export const Rejected = Type.Object({
  id: Type.Union([Type.String(), Type.Null()]),
  at: Timestamp,
  channel: Type.String(),
  reason: Type.String({ description: 'stable code: malformed-json, schema, unknown-channel, too-large, clock' }),
  detail: Type.String({ description: 'the field, the value and what is expected' }),
})
export type Rejected = Static<typeof Rejected>
