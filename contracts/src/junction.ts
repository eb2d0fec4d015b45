import { type Static, Type } from 'typebox'
import { LocalText, Name, OneOf, Position } from './names.ts'

/**
 * The timing table of a signalled junction: what its controller is loaded with, what the planner reasons about and what
 * the map names. Stage-based. Vehicle signal groups serve one approach each, pedestrian groups cross one arm each.
 * Durations in seconds.
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
  stages: Type.Array(Stage, { minItems: 2, description: 'in the order of the cycle' }),
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
    minGreenS: Type.Number({
      minimum: 1,
      description: 'safe minimum green when a pre-emption ends a vehicle green early',
    }),
    minDwellS: Type.Number({ minimum: 1, description: 'the pre-emption green is shown at least so long' }),
    maxPresenceS: Type.Number({
      minimum: 10,
      maximum: 600,
      description: 'a call on longer than this is ignored until it goes off once',
    }),
  }),
})
export type JunctionTable = Static<typeof JunctionTable>
