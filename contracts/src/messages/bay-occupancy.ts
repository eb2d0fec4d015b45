import { type Static, Type } from 'typebox'
import { upward } from './upward.ts'

/** A sensor in or over one bay. */
export const BayOccupancy = Type.Object({ ...upward, occupied: Type.Boolean() })
export type BayOccupancy = Static<typeof BayOccupancy>
