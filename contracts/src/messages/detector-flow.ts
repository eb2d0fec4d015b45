import { type Static, Type } from 'typebox'
import { upward } from './upward.ts'

/** What one detector saw in the period that ended at `at`. */
export const DetectorFlow = Type.Object({
  ...upward,
  periodS: Type.Number({ exclusiveMinimum: 0, maximum: 3600 }),
  count: Type.Integer({ minimum: 0, description: 'vehicles that crossed in the period' }),
  speedMps: Type.Optional(
    Type.Number({ minimum: 0, maximum: 100, description: 'mean of those vehicles; absent when none' }),
  ),
  occupancy: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'share of the period in which the detector was covered',
  }),
  queueM: Type.Optional(
    Type.Number({ minimum: 0, description: 'length of the queue upstream at the end of the period' }),
  ),
  groupQueuesM: Type.Optional(
    Type.Record(Type.String({ maxLength: 32 }), Type.Number({ minimum: 0 }), {
      maxProperties: 32,
      description: 'the same by signal group, where the detector tells their lanes apart; the longest of their lanes',
    }),
  ),
})
export type DetectorFlow = Static<typeof DetectorFlow>
