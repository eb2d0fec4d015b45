import { type Static, Type } from 'typebox'
import { LineString, MessageId, Timestamp } from '../names.ts'
import { downward } from './upward.ts'

/** The route a vehicle is to drive for a dispatch; a later one for the same dispatch replaces it. */
export const VehicleRoute = Type.Object({
  ...downward,
  dispatch: MessageId,
  geometry: LineString,
  etaAt: Timestamp,
})
export type VehicleRoute = Static<typeof VehicleRoute>
