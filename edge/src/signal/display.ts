import type { MovementState, SignalMode } from '@clearway/contracts'

/**
 * When what a group shows ends, ms of the wall clock: a green with its flash, whether or not it turns from permissive to
 * protected on the way. `maxEndMs` is absent where nothing bounds it, `likelyEndMs` is told where the end is certain.
 */
export interface GroupTiming {
  minEndMs: number
  maxEndMs?: number
  likelyEndMs?: number
}

/** How long something lasts yet, ms; `mostMs` is undefined where nothing bounds it. */
export interface Left {
  leastMs: number
  mostMs: number | undefined
}

export const exactly = (ms: number): Left => ({ leastMs: ms, mostMs: ms })

/** On the wall clock; the likely end is told where it is certain. */
export function timingOf({ leastMs, mostMs }: Left, nowMs: number): GroupTiming {
  const minEndMs = nowMs + leastMs
  if (mostMs === undefined) return { minEndMs }
  return { minEndMs, maxEndMs: nowMs + mostMs, ...(mostMs === leastMs ? { likelyEndMs: minEndMs } : {}) }
}

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
  /** By group, where something is known of the end of its present state. */
  timing?: Readonly<Record<string, GroupTiming>>
}

/** J2735 movement states in which a face is green. */
export const isGreen = (state: MovementState | undefined): boolean =>
  state === 'protected-Movement-Allowed' || state === 'permissive-Movement-Allowed'
