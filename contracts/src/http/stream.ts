import { type Static, Type } from 'typebox'
import { MovementTiming } from '../messages/signal-state.ts'
import { OneOf, Timestamp } from '../names.ts'

/**
 * Topics of `GET /api/v1/stream` and what one item of each is: `lots` a Lot, `signals` a SignalDelta, `units` a Unit,
 * `dispatches` a Dispatch, `signs` a Sign, `detectors` a DetectorReading, `disruptions` a Closure or an Incident,
 * `advice` an Advice and `reservations` a Reservation, whose states say when they have ended.
 */
export const streamTopics = [
  'lots',
  'signals',
  'units',
  'dispatches',
  'signs',
  'detectors',
  'disruptions',
  'advice',
  'reservations',
] as const
export type StreamTopic = (typeof streamTopics)[number]

/** One server-sent event. `snapshot` replaces all items of the topic, `delta` adds or replaces by `id`. */
export const StreamEvent = Type.Object({
  topic: OneOf(...streamTopics),
  kind: OneOf('snapshot', 'delta'),
  at: Timestamp,
  items: Type.Array(Type.Object({ id: Type.String() }, { additionalProperties: true })),
})
export type StreamEvent = Static<typeof StreamEvent>

/**
 * A live signal as the map needs it. `approaches` maps approach ids to one colour each, `timing` to when it ends, in the
 * gateway's time.
 */
export const SignalDelta = Type.Object({
  id: Type.String({ description: 'junction id' }),
  at: Timestamp,
  mode: Type.String(),
  stage: Type.Optional(Type.String()),
  approaches: Type.Record(Type.String(), OneOf('green', 'amber', 'red', 'dark')),
  maxEndAt: Type.Optional(Timestamp),
  timing: Type.Optional(Type.Record(Type.String(), MovementTiming)),
})
export type SignalDelta = Static<typeof SignalDelta>
