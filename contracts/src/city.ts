import { type Static, Type } from 'typebox'
import { JunctionTable } from './junction.ts'
import { LocalText, Name, OneOf, Position } from './names.ts'

export const LotKind = OneOf('barrier-less', 'gated', 'street', 'hospital', 'shared')
export type LotKind = Static<typeof LotKind>

/** A car park as the map source knows it. */
export const CarPark = Type.Object({
  id: Name,
  name: LocalText,
  position: Position,
  capacity: Type.Integer({ minimum: 1 }),
  kind: LotKind,
})
export type CarPark = Static<typeof CarPark>

/** Somewhere a dispatch starts or ends. */
export const Place = Type.Object({
  id: Name,
  name: LocalText,
  position: Position,
  kind: OneOf('hospital', 'fire-station', 'rescue-station'),
})
export type Place = Static<typeof Place>

/** A variable-message sign. `shows` names the lot whose vacancy it announces, or the road it stands on. */
export const Sign = Type.Object({
  id: Name,
  name: LocalText,
  position: Position,
  bearingDeg: Type.Number({ minimum: 0, maximum: 360, description: 'direction of travel of the drivers who read it' }),
  lot: Type.Optional(Name),
})
export type Sign = Static<typeof Sign>

/** All that a road-network import found, beside the network itself. */
export const City = Type.Object({
  name: LocalText,
  district: Name,
  timeZone: Type.String({ description: 'IANA zone, for example Asia/Shanghai' }),
  attribution: Type.String({ description: 'shown on the map' }),
  bounds: Type.Object({ west: Type.Number(), south: Type.Number(), east: Type.Number(), north: Type.Number() }),
  junctions: Type.Array(JunctionTable),
  carParks: Type.Array(CarPark),
  places: Type.Array(Place),
  signs: Type.Array(Sign),
})
export type City = Static<typeof City>
