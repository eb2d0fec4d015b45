import { type Static, Type } from 'typebox'
import { OneOf, Timestamp } from '../names.ts'
import { upward } from './upward.ts'

/** SAE J2735 MovementPhaseState names used here. Green flash has none: see `greenFlash`. */
export const MovementState = OneOf(
  'stop-And-Remain',
  'pre-Movement',
  'permissive-Movement-Allowed',
  'protected-Movement-Allowed',
  'permissive-clearance',
  'protected-clearance',
  'caution-Conflicting-Traffic',
  'dark',
)
export type MovementState = Static<typeof MovementState>

export const SignalMode = OneOf('coordinated', 'preempted', 'recovering', 'manual', 'flash', 'dark')
export type SignalMode = Static<typeof SignalMode>

/** When a signal group's present state ends, as predicted now (SAE J2735 TimeChangeDetails). */
export const MovementTiming = Type.Object({
  minEndAt: Timestamp,
  maxEndAt: Type.Optional(Timestamp),
  likelyEndAt: Type.Optional(Timestamp),
})
export type MovementTiming = Static<typeof MovementTiming>

/** What a controller displays now: on change, and every 5 s. */
export const SignalState = Type.Object({
  ...upward,
  mode: SignalMode,
  stage: Type.Optional(Type.String({ maxLength: 32 })),
  groups: Type.Record(Type.String(), MovementState),
  greenFlash: Type.Optional(Type.Array(Type.String(), { description: 'signal groups in green flash' })),
  minEndAt: Type.Optional(Timestamp),
  maxEndAt: Type.Optional(Timestamp),
  timing: Type.Optional(Type.Record(Type.String(), MovementTiming)),
})
export type SignalState = Static<typeof SignalState>
