import type { PriorityCall } from './controller-link.ts'
import type { GroupTiming } from './display.ts'
import type { SignalHeads } from './signal-heads.ts'

/** What a detector or a push button asks of the groups it is wired to. */
export interface Demands {
  /** A vehicle or a walker waits for this group, or it has a recall. */
  called(group: string): boolean
  /** Traffic still arrives: the group's green is not to end for want of vehicles. */
  extended(group: string): boolean
}

/** One step of a program: the time that has passed, the faces, and what is asked. */
export interface Moment {
  /** Wall clock that coordination follows, ms. */
  nowMs: number
  /** Steady time since the last step, ms. */
  elapsedMs: number
  heads: SignalHeads
  demands: Demands
  /** Transit priority calls that are to be served, the most urgent first; none while it is locked out. */
  priority: readonly PriorityCall[]
}

/**
 * The normal operation of a junction: which groups are to be green, and for how long. A program only wants; the heads
 * decide when a green may begin and how it ends. The controller steps it while no pre-emption, hand or flash has the
 * junction.
 */
export interface Program {
  /** The junction is taken away, or given back after having been. The next step begins anew. */
  leave(): void
  /**
   * Comes back: turns to the greens to begin with. Called in every step until it has reached them; what to begin with is
   * chosen in the first of them after `leave`.
   *
   * @param first groups to serve first; the program's own choice where not given
   * @returns whether they are green, so that `step` may follow
   */
  enter(moment: Moment, first?: readonly string[]): boolean
  /** Runs on from where `enter` or the last `step` has left it. */
  step(moment: Moment): void
  /** On its clock, or free of one. */
  readonly coordinated: boolean
  /** Name of the stage that is green or is being left; with rings the phases in green, `2+6`. */
  readonly stage: string | undefined
  /** Earliest and latest end of the present stage's common green, ms of the wall clock; absent where open. */
  stageEnd(nowMs: number): StageEnd
  /**
   * When the present state of each green or red group ends, where the program knows. A green includes its flash, as its
   * movement state does. What is in flash, yellow or clearance is known to the controller and need not be told.
   */
  timing(nowMs: number, heads: SignalHeads): Readonly<Record<string, GroupTiming>>
  /**
   * What is being done for transit now: from the first cut or hold until the green that it was for has ended, its call
   * is off, or the program is left. The controller keeps the lock-out that follows, and shows a locked program no calls.
   */
  readonly priority: PriorityService | undefined
}

export interface StageEnd {
  minEndMs: number | undefined
  maxEndMs: number | undefined
}

export type PriorityService = { state: 'earlyGreen' | 'extending'; approach: string }
