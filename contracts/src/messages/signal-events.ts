import { type Static, Type } from 'typebox'
import { Timestamp } from '../names.ts'
import { upward } from './upward.ts'

/**
 * One entry of a controller's high-resolution log. `code` is that of the Indiana Traffic Signal Hi Resolution Data Logger
 * Enumerations; `parameter` is what the code asks for: the place of the signal group in the timing table's `groups`,
 * counted from 1, that of the detector in `detectors`, or for a pre-emption that of the approach in `approaches`.
 */
export const SignalEvent = Type.Object({
  at: Timestamp,
  code: Type.Integer({ minimum: 0, maximum: 255 }),
  parameter: Type.Integer({ minimum: 0, maximum: 255 }),
})
export type SignalEvent = Static<typeof SignalEvent>

/** The log of a controller, in the order of its events: every few seconds while there is something to tell. */
export const SignalEvents = Type.Object({
  ...upward,
  events: Type.Array(SignalEvent, { minItems: 1, maxItems: 120 }),
})
export type SignalEvents = Static<typeof SignalEvents>
