import { type Static, Type } from 'typebox'
import { LineString, Name, OneOf, Position, Timestamp } from '../names.ts'
import { LonLat, RouteProfile } from './routes.ts'

/** Where on the roads: the piece of road from junction to junction at a place, or all of a line drawn along roads. */
const onRoads = {
  position: Type.Optional(Position),
  line: Type.Optional(LineString),
  direction: Type.Optional(
    // That of the line, or of `bearingDeg`; both where absent.
    OneOf('both', 'one'),
  ),
  bearingDeg: Type.Optional(
    Type.Number({ minimum: 0, maximum: 360, description: 'direction of travel at position, clockwise from north' }),
  ),
}

const inTime = {
  from: Type.Optional(Timestamp),
  until: Type.Optional(Type.Union([Timestamp, Type.Null()], { description: 'null or absent: until it is removed' })),
}

const Note = Type.String({ maxLength: 500 })

/** `ordinary`: emergency vehicles may pass, as through a police line. `everyone`: nothing can. */
const ClosedTo = OneOf('everyone', 'ordinary')

export const NewClosure = Type.Object({
  ...onRoads,
  ...inTime,
  closedTo: Type.Optional(ClosedTo),
  reason: Type.Optional(Note),
})
export type NewClosure = Static<typeof NewClosure>

const IncidentKind = OneOf('accident', 'breakdown', 'roadworks', 'event', 'weather', 'obstacle', 'other')

export const NewIncident = Type.Object({
  ...onRoads,
  ...inTime,
  kind: IncidentKind,
  radiusM: Type.Optional(
    Type.Number({ minimum: 1, maximum: 2000, description: 'every road within so far of position instead of one' }),
  ),
  speedFactor: Type.Optional(
    Type.Number({ minimum: 0.05, maximum: 1, description: 'what is left of the usual speed' }),
  ),
  remainingCapacity: Type.Optional(
    Type.Number({
      minimum: 0.05,
      maximum: 1,
      description: 'share of the lanes that is left; gives speedFactor where that is absent',
    }),
  ),
  delayS: Type.Optional(
    Type.Number({ minimum: 0, maximum: 3600, description: 'passing takes so much longer: a hand-held sign, a check' }),
  ),
  note: Type.Optional(Note),
})
export type NewIncident = Static<typeof NewIncident>

const MultiLineString = Type.Object({
  type: Type.Literal('MultiLineString'),
  coordinates: Type.Array(Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), { minItems: 2 })),
})

const disruption = {
  id: Name,
  state: OneOf('planned', 'in-force', 'ended'),
  from: Timestamp,
  until: Type.Union([Timestamp, Type.Null()]),
  createdAt: Timestamp,
  createdBy: Type.String(),
  geometry: MultiLineString,
  lengthM: Type.Number({ description: 'of road, both directions once' }),
  streets: Type.Array(Type.String()),
  // One: that of the lines.
  direction: OneOf('both', 'one'),
}

/** A road that may not be driven. */
export const Closure = Type.Object({
  type: Type.Literal('closure'),
  ...disruption,
  closedTo: ClosedTo,
  reason: Type.Optional(Note),
})
export type Closure = Static<typeof Closure>

/** Something that slows a road. */
export const Incident = Type.Object({
  type: Type.Literal('incident'),
  ...disruption,
  kind: IncidentKind,
  speedFactor: Type.Number(),
  delayS: Type.Number(),
  note: Type.Optional(Note),
})
export type Incident = Static<typeof Incident>

/** The roads on which something is known, GeoJSON: one line per direction. */
export const TrafficQuery = Type.Object({
  slowerThan: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 2,
      description: 'only arcs below this share of their free speed; 0.8 where absent',
    }),
  ),
})
export type TrafficQuery = Static<typeof TrafficQuery>

export const ForecastQuery = Type.Object({
  from: LonLat,
  to: LonLat,
  departAt: Type.Optional(Timestamp),
  profile: Type.Optional(RouteProfile),
})
export type ForecastQuery = Static<typeof ForecastQuery>

/** When somebody who departs then arrives, on the way that is best now; eight of ten between earliest and latest. */
export const TravelForecast = Type.Object({
  departAt: Timestamp,
  distanceM: Type.Number(),
  earliestAt: Timestamp,
  expectedAt: Timestamp,
  latestAt: Timestamp,
  freeFlowS: Type.Number({ description: 'at the speeds of the roads, with the waits at signals' }),
})
export type TravelForecast = Static<typeof TravelForecast>
