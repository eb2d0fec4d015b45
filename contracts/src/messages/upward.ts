import { Type } from 'typebox'
import { MessageId, Timestamp } from '../names.ts'

/** What every upward message carries. `sequence` counts up within a `bootId` and lets gaps be found. */
export const upward = {
  id: MessageId,
  at: Timestamp,
  sequence: Type.Optional(Type.Integer({ minimum: 0 })),
  bootId: Type.Optional(MessageId),
}

/** What every downward message carries. */
export const downward = { id: MessageId, at: Timestamp }
