import type { MovementState, SignalMode } from '@clearway/contracts'

/** What a junction shows to the street, and what its controller expects of it. */
export interface Display {
  mode: SignalMode
  /** The stage that is green or is being left; absent outside the plan. */
  stage: string | undefined
  groups: Readonly<Record<string, MovementState>>
  /** Groups in green flash; their movement state is still their green. */
  greenFlash: readonly string[]
  /** Earliest and latest end of the present stage or pre-emption green as predicted now; absent where open. */
  minEndMs: number | undefined
  maxEndMs: number | undefined
}

/** J2735 movement states in which a face is green. */
export const isGreen = (state: MovementState | undefined): boolean =>
  state === 'protected-Movement-Allowed' || state === 'permissive-Movement-Allowed'
