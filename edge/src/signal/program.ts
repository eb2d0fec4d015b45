import type { PriorityCall, PriorityReport } from './controller-link.ts'
import type { GroupTiming } from './display.ts'
import type { Head, SignalHeads } from './signal-heads.ts'

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
  /** Transit priority calls that are on, the most urgent first. */
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
   * Comes back: turns to the greens to begin with.
   *
   * @param first groups to serve first; those that have waited longest where not given
   * @returns whether they are green, so that `step` may follow
   */
  enter(moment: Moment, first?: readonly string[]): boolean
  /** Runs on from where `enter` or the last `step` has left it. */
  step(moment: Moment): void
  /** On its clock, or free of one. */
  readonly coordinated: boolean
  /** Name of the stage that is green or is being left; with rings the phases in green, `2+6`. */
  readonly stage: string | undefined
  /** When the present state of each group ends, where the program knows. */
  timing(nowMs: number, heads: readonly Head[]): Record<string, GroupTiming>
  readonly priority: PriorityReport | undefined
}
