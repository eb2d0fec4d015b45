import { type Static, Type } from 'typebox'
import { Place, Sign } from '../city.ts'
import { JunctionTable } from '../junction.ts'
import { Importance, PriorityRole } from '../messages/signal-request.ts'
import { MovementState, MovementTiming, SignalMode } from '../messages/signal-state.ts'
import { LineString, LocalText, Name, OneOf, Position, Timestamp } from '../names.ts'
import { Route } from './routes.ts'

/**
 * What is displayed now, as last reported. `stale` after three missed reports. `at` is the controller's time; the
 * predicted ends are told in the gateway's, `clockAheadS` having been taken off where the two clocks differ.
 */
export const LiveSignal = Type.Object({
  at: Timestamp,
  mode: SignalMode,
  stage: Type.Optional(Type.String()),
  groups: Type.Record(Type.String(), MovementState),
  greenFlash: Type.Optional(Type.Array(Type.String())),
  minEndAt: Type.Optional(Timestamp),
  maxEndAt: Type.Optional(Timestamp),
  timing: Type.Optional(Type.Record(Type.String(), MovementTiming, { description: 'by signal group' })),
  clockAheadS: Type.Optional(
    Type.Number({ description: "how far the controller's clock is ahead of the gateway's; absent within 2 s" }),
  ),
  stale: Type.Boolean(),
})
export type LiveSignal = Static<typeof LiveSignal>

export const Junction = Type.Object({ ...JunctionTable.properties, live: Type.Union([LiveSignal, Type.Null()]) })
export type Junction = Static<typeof Junction>

/** A moving unit of the emergency services. */
export const Unit = Type.Object({
  id: Name,
  role: PriorityRole,
  name: LocalText,
  station: Type.Optional(Name),
  position: Type.Union([Position, Type.Null()]),
  speedMps: Type.Optional(Type.Number()),
  headingDeg: Type.Optional(Type.Number()),
  at: Type.Optional(Timestamp),
  state: OneOf('available', 'dispatched', 'offline'),
})
export type Unit = Static<typeof Unit>

export const NewDispatch = Type.Object({
  role: PriorityRole,
  vehicle: Type.Optional(Name),
  origin: Type.Optional(Position),
  destination: Position,
  importance: Type.Optional(Importance),
  route: Type.Optional({
    ...LineString,
    description:
      'the way to be driven, drawn along roads of the map from where the vehicle is; else the best is searched',
  }),
})
export type NewDispatch = Static<typeof NewDispatch>

export const DispatchJunctionState = OneOf(
  'planned',
  'requested',
  'accepted',
  'entering',
  'green',
  'passed',
  'released',
  'recovered',
  'rejected',
  'overridden',
  'expired',
  'failed',
)
export type DispatchJunctionState = Static<typeof DispatchJunctionState>

export const DispatchJunction = Type.Object({
  junction: Name,
  name: LocalText,
  position: Position,
  approach: Type.String(),
  exit: Type.String(),
  arrivalAt: Timestamp,
  requestAt: Timestamp,
  greenPromised: Type.Boolean(),
  expectedDelayS: Type.Optional(Type.Number({ description: 'where green in time is not promised' })),
  state: DispatchJunctionState,
  greenAt: Type.Optional(Timestamp),
  passedAt: Type.Optional(Timestamp),
  reason: Type.Optional(Type.String()),
})
export type DispatchJunction = Static<typeof DispatchJunction>

const Measured = (description: string) => Type.Union([Type.Number({ minimum: 0 }), Type.Null()], { description })

/** What a pre-emption cost the others, as far as detectors tell. */
export const JunctionHarm = Type.Object({
  wastedGreenS: Measured('green shown for the vehicle while nobody crossed the stop line; null: no detector was heard'),
  sideDelayVehS: Measured(
    'estimate: vehicle seconds that more than usual stood before the stop lines that were not served, from the call until the plan ran in step again; null: no detector was heard before and after',
  ),
  longestSideQueueM: Measured('longest queue before those stop lines meanwhile; null: no detector was heard'),
})
export type JunctionHarm = Static<typeof JunctionHarm>

export const DispatchState = OneOf('planned', 'active', 'completed', 'cancelled', 'failed')
export type DispatchState = Static<typeof DispatchState>

export const Dispatch = Type.Object({
  id: Name,
  role: PriorityRole,
  importance: Importance,
  vehicle: Type.Union([Name, Type.Null()], { description: 'null while only an origin is planned' }),
  origin: Position,
  destination: Position,
  state: DispatchState,
  createdAt: Timestamp,
  createdBy: Type.String(),
  activatedAt: Type.Optional(Timestamp),
  endedAt: Type.Optional(Timestamp),
  reason: Type.Optional(Type.String()),
  route: Route,
  alternatives: Type.Array(Route),
  etaAt: Timestamp,
  etaWithoutPriorityAt: Timestamp,
  progressM: Type.Number({ description: 'distance driven along the route' }),
  junctions: Type.Array(DispatchJunction),
  harm: Type.Optional({
    ...JunctionHarm,
    description: 'of all junctions that have come back to their plans so far, in sum; the longest queue of any',
  }),
})
export type Dispatch = Static<typeof Dispatch>

/** A variable-message sign and what it was last told to show. */
export const SignWithMessage = Type.Object({
  ...Sign.properties,
  message: Type.Union([
    Type.Object({ text: LocalText, symbol: Type.Optional(Type.String()), until: Timestamp, by: Type.String() }),
    Type.Null(),
  ]),
})
export type SignWithMessage = Static<typeof SignWithMessage>

/** What a flow or a person asks a sign to show. */
export const NewSignMessage = Type.Object({
  text: LocalText,
  symbol: Type.Optional(Type.String({ maxLength: 32 })),
  until: Timestamp,
})
export type NewSignMessage = Static<typeof NewSignMessage>

/** The last report of one detector. */
export const DetectorReading = Type.Object({
  id: Name,
  junction: Type.Optional(Name),
  position: Type.Optional(Position),
  at: Timestamp,
  flowVehPerH: Type.Number(),
  speedMps: Type.Optional(Type.Number()),
  occupancy: Type.Number(),
  queueM: Type.Optional(Type.Number()),
  groupQueuesM: Type.Optional(Type.Record(Type.String(), Type.Number(), { description: 'by signal group' })),
})
export type DetectorReading = Static<typeof DetectorReading>

/** What the city looks like before anything moves. */
export const CityOverview = Type.Object({
  name: LocalText,
  district: Name,
  timeZone: Type.String(),
  attribution: Type.String(),
  bounds: Type.Object({ west: Type.Number(), south: Type.Number(), east: Type.Number(), north: Type.Number() }),
  places: Type.Array(Place),
  simulated: Type.Boolean({ description: 'true when simulators drive this city' }),
})
export type CityOverview = Static<typeof CityOverview>

/** Run-time settings of the pages. The Mapbox token comes from the server's configuration, never from the build. */
export const PageConfiguration = Type.Object({
  mapboxToken: Type.Union([Type.String(), Type.Null()]),
  version: Type.String(),
})
export type PageConfiguration = Static<typeof PageConfiguration>
