import { type Static, Type } from 'typebox'
import { Position } from '../names.ts'
import { upward } from './upward.ts'

/** Where a vehicle is, once a second. */
export const VehiclePosition = Type.Object({
  ...upward,
  ...Position.properties,
  speedMps: Type.Number({ minimum: 0, maximum: 100 }),
  headingDeg: Type.Number({ minimum: 0, maximum: 360, description: 'clockwise from north' }),
  accuracyM: Type.Number({ minimum: 0 }),
})
export type VehiclePosition = Static<typeof VehiclePosition>
