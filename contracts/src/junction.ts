import { type Static, Type } from 'typebox'
import { LocalText, Name, OneOf, Position } from './names.ts'

/**
 * The timing table of a signalled junction: what its controller is loaded with, what the planner reasons about and what
 * the map names. Stage-based, or ring-and-barrier where `rings` is given. Every vehicle signal group serves one approach,
 * every pedestrian group crosses one arm. Durations in seconds.
 */
export const Approach = Type.Object({
  id: Type.String({ maxLength: 32 }),
  name: LocalText,
  position: Position,
  bearingDeg: Type.Number({
    minimum: 0,
    maximum: 360,
    description: 'direction of travel at the stop line, clockwise from north',
  }),
  lanes: Type.Integer({ minimum: 1, maximum: 12 }),
  speedMps: Type.Number({ exclusiveMinimum: 0, maximum: 60, description: 'approach speed' }),
  group: Type.String({ maxLength: 32, description: 'the vehicle signal group that releases this approach' }),
  exits: Type.Array(Type.String({ maxLength: 32 }), { description: 'exits that may be reached from here' }),
  connections: Type.Optional(
    Type.Array(Type.Object({ exit: Type.String({ maxLength: 32 }), group: Type.String({ maxLength: 32 }) }), {
      description: 'exits released by a signal group of their own, as a left turn often is (SAE J2735 connectsTo)',
    }),
  ),
})
export type Approach = Static<typeof Approach>

export const Exit = Type.Object({
  id: Type.String({ maxLength: 32 }),
  name: LocalText,
  position: Position,
  bearingDeg: Type.Number({ minimum: 0, maximum: 360, description: 'direction of travel when leaving' }),
})
export type Exit = Static<typeof Exit>

export const SignalGroup = Type.Object({
  id: Type.String({ maxLength: 32 }),
  kind: OneOf('vehicle', 'pedestrian'),
  approach: Type.String({ description: 'vehicle: the approach released; pedestrian: the arm crossed' }),
  minGreenS: Type.Number({ minimum: 1, maximum: 60, description: 'vehicle minimum green, or the walk interval' }),
  greenFlashS: Type.Number({ minimum: 0, maximum: 10, description: 'vehicle; 0 where not used' }),
  yellowS: Type.Number({ minimum: 0, maximum: 6, description: 'vehicle 3–6; pedestrian 0' }),
  clearanceS: Type.Number({ minimum: 0, maximum: 60, description: 'pedestrian clearance after walk; vehicle 0' }),
  maxGreenS: Type.Optional(
    Type.Number({ minimum: 1, maximum: 255, description: 'actuated: the longest green against a waiting conflict' }),
  ),
  passageS: Type.Optional(
    Type.Number({ minimum: 0, maximum: 25.5, description: 'actuated: green kept after the detector was last covered' }),
  ),
  // Actuated: served without a call, to its minimum or its maximum green. `none`, the default, waits for a detector.
  recall: Type.Optional(OneOf('none', 'minimum', 'maximum')),
})
export type SignalGroup = Static<typeof SignalGroup>

/** After `ends` has finished its yellow or pedestrian clearance, `begins` may turn green `redS` later. A pair that is
 * listed conflicts; a pair that is not listed may be green together. */
export const Intergreen = Type.Object({
  ends: Type.String(),
  begins: Type.String(),
  redS: Type.Number({ minimum: 0, maximum: 20, description: 'all-red' }),
})
export type Intergreen = Static<typeof Intergreen>

export const Stage = Type.Object({
  id: Type.String({ maxLength: 32 }),
  groups: Type.Array(Type.String(), { minItems: 1, description: 'groups green together' }),
  greenS: Type.Number({
    minimum: 1,
    maximum: 180,
    description: 'green time in the plan; at least every minimum of its groups',
  }),
})
export type Stage = Static<typeof Stage>

/** A detector wired to the controller: a loop before the stop line or a push button. */
export const ControllerDetector = Type.Object({
  id: Type.String({ maxLength: 32 }),
  kind: OneOf('vehicle', 'pedestrian'),
  groups: Type.Array(Type.String(), { minItems: 1, description: 'signal groups it calls and, vehicles, extends' }),
})
export type ControllerDetector = Static<typeof ControllerDetector>

/** One timed movement of a ring-and-barrier controller (NEMA TS 2, NTCIP 1202 `phaseTable`). */
export const Phase = Type.Object({
  number: Type.Integer({ minimum: 1, maximum: 16 }),
  groups: Type.Array(Type.String(), {
    minItems: 1,
    description: 'its vehicle signal group and, where there is one, the pedestrian group that walks with it',
  }),
  redS: Type.Number({ minimum: 0, maximum: 20, description: 'red clearance' }),
  splitS: Type.Number({
    minimum: 1,
    maximum: 255,
    description: 'coordinated: its share of the cycle, clearance included',
  }),
  coordinated: Type.Optional(
    Type.Boolean({ description: 'gets what the others leave over; its end is the yield point' }),
  ),
})
export type Phase = Static<typeof Phase>

/** A signal group that is green with any of several phases and stays so from one of them to the next. */
export const Overlap = Type.Object({
  group: Type.String(),
  phases: Type.Array(Type.Integer({ minimum: 1, maximum: 16 }), { minItems: 1, description: 'included phases' }),
  redS: Type.Number({ minimum: 0, maximum: 20, description: 'red clearance after its own yellow' }),
})
export type Overlap = Static<typeof Overlap>

/**
 * Rings and barriers. All rings cross a barrier together; phases of different rings between the same two barriers may be
 * green together where their groups do not conflict.
 */
export const RingPlan = Type.Object({
  phases: Type.Array(Phase, { minItems: 2, maxItems: 16 }),
  rings: Type.Array(Type.Array(Type.Array(Type.Integer()), { minItems: 1 }), {
    minItems: 1,
    maxItems: 4,
    description: 'ring → barrier → phase numbers in their sequence; every ring has the same number of barriers',
  }),
  overlaps: Type.Array(Overlap),
})
export type RingPlan = Static<typeof RingPlan>

export const JunctionTable = Type.Object({
  id: Name,
  district: Name,
  name: LocalText,
  position: Position,
  provenance: OneOf('synthetic', 'surveyed'),
  approaches: Type.Array(Approach, { minItems: 1 }),
  exits: Type.Array(Exit, { minItems: 1 }),
  groups: Type.Array(SignalGroup, { minItems: 1 }),
  intergreens: Type.Array(Intergreen),
  stages: Type.Array(Stage, {
    minItems: 2,
    description: 'in the order of the cycle; with `rings` the phase pairs of a full cycle, for planners and pages',
  }),
  rings: Type.Optional(RingPlan),
  // `fixed-time`, the default, serves every stage for its time. `coordinated` is actuated within the cycle: what is left
  // over goes to the first stage or to the coordinated phases. `free` is actuated without a cycle.
  operation: Type.Optional(OneOf('fixed-time', 'coordinated', 'free')),
  detectors: Type.Optional(Type.Array(ControllerDetector)),
  cycleS: Type.Number({
    minimum: 20,
    maximum: 300,
    description: 'sum of the stages and of the intergreens between them',
  }),
  offsetS: Type.Number({
    minimum: 0,
    description: 'start of the first stage after each multiple of the cycle since the epoch',
  }),
  preempt: Type.Object({
    // `movement` where every movement has lanes of its own: the others of its stage go on. `approach`, the default, where
    // lanes are shared: who waits to turn would block the vehicle, so the whole approach goes, and it alone.
    serves: Type.Optional(OneOf('approach', 'movement')),
    minGreenS: Type.Number({
      minimum: 1,
      description: 'safe minimum green when a pre-emption ends a vehicle green early',
    }),
    minWalkS: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 60,
        description: 'a walk that a pre-emption ends was shown at least so long; it ends at once where not given',
      }),
    ),
    minDwellS: Type.Number({ minimum: 1, description: 'the pre-emption green is shown at least so long' }),
    maxPresenceS: Type.Number({
      minimum: 10,
      maximum: 600,
      description: 'a call on longer than this is ignored until it goes off once',
    }),
    delayS: Type.Optional(Type.Number({ minimum: 0, maximum: 600, description: 'a call is on so long before entry' })),
    minDurationS: Type.Optional(
      Type.Number({ minimum: 0, maximum: 600, description: 'from the end of the delay the pre-emption lasts so long' }),
    ),
    locking: Type.Optional(Type.Boolean({ description: 'a call that drops during the delay is served all the same' })),
    exit: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        description:
          'groups served first afterwards; where not given, those by whom least is waited (fixed time), or that have waited longest (actuated)',
      }),
    ),
  }),
  priority: Type.Optional(
    Type.Object(
      {
        maxExtensionS: Type.Number({ minimum: 0, maximum: 60, description: 'a green is held at most so much longer' }),
        earlyGreen: Type.Boolean({ description: 'stages in the way are cut to their minimums' }),
        reserviceS: Type.Number({
          minimum: 0,
          maximum: 3600,
          description: 'after priority was given, none for so long',
        }),
      },
      { description: 'transit priority; without it buses are refused' },
    ),
  ),
})
export type JunctionTable = Static<typeof JunctionTable>
