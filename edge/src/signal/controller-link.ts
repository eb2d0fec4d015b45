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

/** Pre-emption wanted for one approach. A lower `urgency` is more urgent, as NTCIP numbers its preempts. */
export interface PreemptCall {
  approach: string
  urgency: number
}

/** What a controller says about itself. */
export interface ControllerReport {
  display: Display
  preempt: {
    state: PreemptState
    /** The approach in entry, dwell or exit. */
    approach: string | undefined
    /** Approaches whose call has been on for the maximum presence and is ignored until it goes off. */
    exhausted: readonly string[]
  }
}

/**
 * The line to the controller in the cabinet. Level, not edge: the complete demand is repeated in every step, so a lost
 * or doubled command changes nothing, and a controller that hears none for its backup time drops every call by itself.
 */
export interface ControllerLink {
  /**
   * Lets the driver do what is due: poll, refresh, or, where the controller is a simulated one, run it.
   *
   * @param nowMs wall clock
   * @param upMs steady time
   */
  step(nowMs: number, upMs: number): void
  /** Exactly these calls on, every other off. Success shows only in `report`. */
  demand(calls: readonly PreemptCall[]): void
  /** The newest report, or undefined while the controller does not answer. */
  report(): ControllerReport | undefined
}
