import { type Static, Type } from 'typebox'
import { MessageId, OneOf, Timestamp } from '../names.ts'
import { upward } from './upward.ts'

/** SAE J2735 PrioritizationResponseStatus. */
export const ResponseStatus = OneOf(
  'requested',
  'processing',
  'watchOtherTraffic',
  'granted',
  'rejected',
  'maxPresence',
  'reserviceLocked',
)
export type ResponseStatus = Static<typeof ResponseStatus>

/** The agent's answer to a request. `granted` only from controller feedback, never from a successful send. */
export const SignalResponse = Type.Object({
  ...upward,
  request: MessageId,
  // Of the request being answered, where every other upward message counts its own.
  sequence: Type.Integer({ minimum: 0 }),
  status: ResponseStatus,
  reason: Type.Optional(Type.String({ maxLength: 200 })),
  greenAt: Type.Optional(Timestamp),
  expectedDelayS: Type.Optional(
    Type.Number({ minimum: 0, description: 'with watchOtherTraffic: how long the vehicle is expected to stand' }),
  ),
})
export type SignalResponse = Static<typeof SignalResponse>
