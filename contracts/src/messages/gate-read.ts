import { type Static, Type } from 'typebox'
import { OneOf } from '../names.ts'
import { upward } from './upward.ts'

export const PlateColour = OneOf('blue', 'yellow', 'green', 'yellow-green', 'white', 'black', 'unknown')
export type PlateColour = Static<typeof PlateColour>

export const VehicleClass = OneOf('small', 'large', 'motorcycle', 'emergency')
export type VehicleClass = Static<typeof VehicleClass>

/** A camera saw one vehicle pass. One per vehicle and direction. */
export const GateRead = Type.Object({
  ...upward,
  direction: OneOf('in', 'out'),
  plate: Type.Union([Type.String({ minLength: 1, maxLength: 16 }), Type.Null()], {
    description: 'null: seen, not readable',
  }),
  plateColour: PlateColour,
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  lane: Type.Optional(Type.String({ maxLength: 32 })),
  vehicleClass: VehicleClass,
  imageRef: Type.Optional(Type.String({ maxLength: 256 })),
})
export type GateRead = Static<typeof GateRead>
