import { type Static, Type } from 'typebox'
import { LotKind } from '../city.ts'
import { LineString, LocalText, Name, OneOf, Position, Timestamp } from '../names.ts'

export const RouteProfile = OneOf('car', 'ambulance', 'fire')
export type RouteProfile = Static<typeof RouteProfile>

/** A place in a query string. */
export const LonLat = Type.String({ pattern: '^-?\\d+(\\.\\d+)?,-?\\d+(\\.\\d+)?$', description: 'lon,lat' })

/** What of a vehicle may not fit the road. No profile relaxes these; what is not given is not looked at. */
export const VehicleLimits = Type.Object({
  heightM: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 20 })),
  widthM: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 20 })),
  weightT: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 200, description: 'metric tons, laden' })),
  axleLoadT: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'metric tons' })),
})
export type VehicleLimits = Static<typeof VehicleLimits>

export const RouteQuery = Type.Object({
  from: LonLat,
  to: LonLat,
  profile: Type.Optional(RouteProfile),
  alternatives: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
  steps: Type.Optional(Type.Boolean({ description: 'true: also what the driver does, in words' })),
  departAt: Type.Optional({
    ...Timestamp,
    description: 'waits at signals as their plans say around this time; expected waits where not given',
  }),
  ...VehicleLimits.properties,
})
export type RouteQuery = Static<typeof RouteQuery>

/** A signalled junction that a route passes. */
export const RouteJunction = Type.Object({
  junction: Name,
  name: LocalText,
  position: Position,
  approach: Type.String(),
  exit: Type.String(),
  offsetM: Type.Number({ description: 'distance from the start of the route to the stop line' }),
  arrivalS: Type.Number({ description: 'expected seconds from departure to the stop line, with priority' }),
  arrivalEarliestS: Type.Number({ description: 'the same on a free road, held by no signal' }),
  arrivalLatestS: Type.Number({ description: 'the same when hindered, but not stopped' }),
})
export type RouteJunction = Static<typeof RouteJunction>

/** A part of a route, metres from its start. */
export const RouteStretch = Type.Object({
  fromM: Type.Number(),
  toM: Type.Number(),
  street: Type.String({ description: 'as on the map; empty where it has no name' }),
})
export type RouteStretch = Static<typeof RouteStretch>

/** A turn that a sign forbids and that an emergency vehicle makes all the same. */
export const ForbiddenTurn = Type.Object({
  offsetM: Type.Number(),
  position: Position,
  fromStreet: Type.String(),
  toStreet: Type.String(),
  atTimes: Type.Optional(Type.Literal(true, { description: 'the sign holds at certain hours only' })),
})
export type ForbiddenTurn = Static<typeof ForbiddenTurn>

export const StepKind = OneOf(
  'depart',
  'straight',
  'slight-left',
  'left',
  'sharp-left',
  'slight-right',
  'right',
  'sharp-right',
  'u-turn',
  'roundabout',
  'merge',
  'arrive',
)
export type StepKind = Static<typeof StepKind>

/** What the driver does at one point of a route, and how far it is from there to the next. */
export const RouteStep = Type.Object({
  kind: StepKind,
  street: Type.String({ description: 'the road driven from here, as on the map; empty where it has no name' }),
  offsetM: Type.Number({ description: 'distance from the start of the route' }),
  distanceM: Type.Number({ description: 'to the next step' }),
  durationS: Type.Number({ description: 'to the next step, waits at signals included' }),
  position: Position,
  exit: Type.Optional(Type.Integer({ minimum: 1, description: 'of a roundabout, counted from where it is entered' })),
  againstOneWay: Type.Optional(Type.Literal(true, { description: 'a stretch against a one-way street begins here' })),
  forbidden: Type.Optional(Type.Literal(true, { description: 'a sign forbids the turn to ordinary traffic' })),
  text: LocalText,
})
export type RouteStep = Static<typeof RouteStep>

export const Route = Type.Object({
  geometry: LineString,
  distanceM: Type.Number(),
  durationS: Type.Number({ description: 'with priority at every signal where the profile has it' }),
  durationEarliestS: Type.Number({ description: 'on a free road, held by no signal' }),
  durationLatestS: Type.Number({ description: 'hindered, but not stopped' }),
  durationWithoutPriorityS: Type.Number(),
  junctions: Type.Array(RouteJunction),
  contraflow: Type.Array(RouteStretch, { description: 'stretches driven against a one-way street' }),
  emergencyOnly: Type.Array(RouteStretch, { description: 'stretches closed to ordinary traffic, such as bus roads' }),
  unknownClearances: Type.Array(RouteStretch, {
    description: 'bridges, tunnels and the like on the way whose headroom the map does not tell',
  }),
  forbiddenTurns: Type.Array(ForbiddenTurn, { description: 'turns taken that signs forbid to ordinary traffic' }),
  epoch: Type.Integer({ minimum: 0, description: 'the set of live weights it was computed on' }),
  steps: Type.Optional(Type.Array(RouteStep, { description: 'where asked for' })),
})
export type Route = Static<typeof Route>

export const Routes = Type.Object({ routes: Type.Array(Route, { minItems: 1 }) })
export type Routes = Static<typeof Routes>

/** Places of one side of a matrix. */
const MatrixPlaces = Type.Array(Position, { minItems: 1, maxItems: 500 })

export const MatrixRequest = Type.Object({
  from: MatrixPlaces,
  to: MatrixPlaces,
  profile: Type.Optional(RouteProfile),
  vehicle: Type.Optional(VehicleLimits),
})
export type MatrixRequest = Static<typeof MatrixRequest>

/** A row for each place of `from`, a column for each of `to`. */
export const Matrix = Type.Object({
  durationsS: Type.Array(Type.Array(Type.Union([Type.Number(), Type.Null()])), {
    description: 'seconds; null where no route leads',
  }),
  epoch: Route.properties.epoch,
})
export type Matrix = Static<typeof Matrix>

export const IsochroneQuery = Type.Object({
  from: LonLat,
  withinS: Type.String({
    pattern: '^\\d{1,4}(,\\d{1,4}){0,5}$',
    description: 'seconds, one to six numbers separated by commas, for example 300,600',
  }),
  profile: Type.Optional(RouteProfile),
  ...VehicleLimits.properties,
})
export type IsochroneQuery = Static<typeof IsochroneQuery>

/** An available unit and its way. */
export const RankedUnit = Type.Object({ vehicle: Name, name: LocalText, position: Position, route: Route })
export type RankedUnit = Static<typeof RankedUnit>

/** `lon,lat`, or the id of a hospital or station of the city. */
const WalkEnd = Type.String({
  pattern: '^(-?\\d+(\\.\\d+)?,-?\\d+(\\.\\d+)?|[a-z0-9][a-z0-9-]{0,62})$',
  description: 'lon,lat, or the id of a place of the city; a hospital is entered by its doors',
})

export const WalkQuery = Type.Object({ from: WalkEnd, to: WalkEnd })
export type WalkQuery = Static<typeof WalkQuery>

export const Walk = Type.Object({
  geometry: LineString,
  distanceM: Type.Number({ description: 'to the nearest way and from it as the crow flies, between along the ways' }),
  durationS: Type.Number({ description: 'at 1.3 m/s' }),
})
export type Walk = Static<typeof Walk>

export const WalkLotsQuery = Type.Object({
  from: WalkEnd,
  withinM: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 10_000 })),
})
export type WalkLotsQuery = Static<typeof WalkLotsQuery>

/** A car park and how far it is to walk there. */
export const LotInWalk = Type.Object({
  lot: Name,
  name: LocalText,
  position: Position,
  kind: LotKind,
  vacant: Type.Integer({ minimum: 0 }),
  walkM: Type.Number(),
  walkS: Type.Number(),
})
export type LotInWalk = Static<typeof LotInWalk>
