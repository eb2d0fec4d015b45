import type { Display } from './display.ts'

/** NTCIP 1202 `preemptState`, without track service and linking, which emergency vehicles do not use. */
export type PreemptState =
  | 'other'
  | 'notActive'
  | 'notActiveWithCall'
  | 'entryStarted'
  | 'dwell'
  | 'exitStarted'
  | 'maxPresence'

/**
 * Pre-emption wanted for one approach; several calls for one approach are one that serves all their exits. A lower
 * `urgency` is more urgent, as NTCIP numbers its preempts.
 */
export interface PreemptCall {
  approach: string
  /** Where the vehicle goes on. Only a controller that serves single movements needs it; absent, it serves all. */
  exit?: string
  urgency: number
}

/** Transit priority wanted for one movement: the plan is kept, its green comes earlier or lasts longer. */
export interface PriorityCall {
  approach: string
  exit: string
  urgency: number
}

/** Whether a controller gives transit priority, and what it does for whom. */
export interface PriorityReport {
  state: 'notActive' | 'earlyGreen' | 'extending'
  /** The approach that is served. */
  approach: string | undefined
  /** Just given: no further priority until this has run out, ms of steady time left. */
  lockedMs: number
}

/** What a controller says about itself. */
export interface ControllerReport {
  display: Display
  preempt: {
    state: PreemptState
    /** The approach in entry, dwell or exit. */
    approach: string | undefined
    /** Approaches served in the same pre-emption because their groups go with those of `approach`. */
    together?: readonly string[]
    /** False where a green that is shown in entry may still end; then it is none of the pre-emption before the dwell. */
    keepsGreen?: boolean
    /** Approaches whose call has been on for the maximum presence and is ignored until it goes off. */
    exhausted: readonly string[]
  }
  /** Why the controller may not be asked to pre-empt, for people; the state is then `other`. */
  refusal?: string
  /** Absent where the controller offers no transit priority. */
  priority?: PriorityReport
  /** Ids of the table's detectors that are on; absent where the driver does not see them. */
  detectors?: readonly string[]
}

/**
 * The line to the controller in the cabinet. Level, not edge: the complete demand is repeated in every step, so a lost
 * or doubled command changes nothing, and a controller that hears none for its backup time drops every call by itself.
 */
export interface ControllerLink {
  /** Opens what the driver needs. A driver whose controller cannot be reached reports undefined and goes on trying. */
  start?(): void
  /** Lets go of every call and closes. */
  stop?(): Promise<void>
  /**
   * Lets the driver do what is due: poll, refresh, or, where the controller is a simulated one, run it.
   *
   * @param nowMs wall clock
   * @param upMs steady time
   */
  step(nowMs: number, upMs: number): void
  /** Exactly these calls on, every other off. Success shows only in `report`. */
  demand(preempt: readonly PreemptCall[], priority?: readonly PriorityCall[]): void
  /**
   * Whether one pre-emption can serve both approaches, whose groups do not conflict. Absent where every controller of
   * this driver can. Two that cannot are not called together: the controller would end one green for the other.
   */
  servesTogether?(a: string, b: string): boolean
  /** The newest report, or undefined while the controller does not answer. */
  report(): ControllerReport | undefined
}
