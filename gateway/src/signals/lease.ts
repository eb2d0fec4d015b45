import type { DispatchJunctionState, PriorityRole } from '@clearway/contracts'

/** What a mission wants of one junction. */
export interface PriorityAsk {
  dispatch: string
  vehicle: string
  role: PriorityRole
  /** `class/level` */
  importance: string
  junction: string
  approach: string
  exit: string
}

/** When the vehicle will be at the stop line, ms. */
export interface RequestWindow {
  earliestMs: number
  latestMs: number
  /** The vehicle is within its stopping distance: nobody takes its green away now. */
  committed: boolean
}

export type LeaseState = Exclude<DispatchJunctionState, 'planned'>

/** One line of the evidence: what was sent, answered, seen or concluded. */
export interface LeaseEvent {
  atMs: number
  kind: 'sent' | 'response' | 'state'
  detail: Record<string, unknown>
}

/**
 * One request towards one controller, from the first message to the controller's return to its plan. While `renewing`
 * the server repeats it every second; once that ends nothing can start it again.
 */
export interface Lease {
  /** Id on the wire. */
  readonly request: string
  readonly madeMs: number
  readonly ask: PriorityAsk
  readonly window: RequestWindow
  readonly state: LeaseState
  readonly reason: string | undefined
  /** First controller feedback of a green that still stands; undefined without. */
  readonly greenAtMs: number | undefined
  readonly renewing: boolean
  /** Others go first: how long the vehicle will stand, as the agent expects, seconds; undefined where none do. */
  readonly delayS: number | undefined
  /** A new request may be tried from then on; undefined: not for the same reason. */
  readonly retryAtMs: number | undefined
}

/** States in which the controller works for the vehicle. */
export const isActive = (state: LeaseState): boolean => state === 'entering' || state === 'green' || state === 'passed'
