import type { ResponseStatus } from '@clearway/contracts'
import type { ControllerReport } from './controller-link.ts'
import { isGreen } from './display.ts'
import type { PriorityRequest } from './priority-request.ts'

/** What the controller's feedback and the arbitration mean for one request. */
export interface Verdict {
  status: ResponseStatus
  /** Says why; without numbers that run, so that the same reason is the same text. */
  reason?: string
  /** How long the vehicle will stand at the stop line, whole seconds. */
  expectedDelayS?: number
}

const requested: Verdict = { status: 'requested' }
const processing: Verdict = { status: 'processing' }
const granted: Verdict = { status: 'granted' }

const showsGreen = ({ display }: ControllerReport, { way }: PriorityRequest): boolean =>
  isGreen(display.groups[way.group]) && !display.greenFlash.includes(way.group)

const served = (report: ControllerReport, request: PriorityRequest): Verdict =>
  showsGreen(report, request) ? granted : processing

const isKept = ({ preempt: { state, keepsGreen = true } }: ControllerReport): boolean => keepsGreen || state === 'dwell'

/** Whether the pre-emption that runs is for this approach too. */
export function isPreempted({ preempt }: ControllerReport, approach: string): boolean {
  if (preempt.state !== 'entryStarted' && preempt.state !== 'dwell') return false
  return preempt.approach === approach || preempt.together?.includes(approach) === true
}

function waits({ waitsFor, delayMs }: PriorityRequest): Verdict {
  const reason = waitsFor ? `waits for request ${waitsFor.id}` : 'waits for a pre-emption that was not asked for here'
  return { status: 'watchOtherTraffic', reason, expectedDelayS: Math.round(delayMs / 1000) }
}

/** `granted` only where the controller shows the green, and shows it for this request. */
export function verdictOf(request: PriorityRequest, report: ControllerReport): Verdict {
  if (request.transit) return transitVerdict(request, report)
  if (!request.called) return waits(request)
  if (!isPreempted(report, request.way.approach.id)) return requested
  return isKept(report) ? served(report, request) : processing
}

function transitVerdict(request: PriorityRequest, report: ControllerReport): Verdict {
  const { preempt, priority } = report
  const preempting = preempt.state === 'entryStarted' || preempt.state === 'dwell' || preempt.state === 'exitStarted'
  if (request.waitsFor || preempting) return waits(request)
  if (!priority) return requested
  const mine = priority.approach === request.way.approach.id
  if (priority.state !== 'notActive' && mine) return served(report, request)
  if (priority.lockedMs > 0) {
    return { status: 'reserviceLocked', reason: 'priority was given here a moment ago' }
  }
  return requested
}

/**
 * Why the junction cannot serve the request at all now; undefined when it can.
 *
 * @returns `final` where no newer message of the same request may try again
 */
export function hindrance(
  request: PriorityRequest,
  report: ControllerReport | undefined,
): { reason: string; final: boolean } | undefined {
  if (!report) return { reason: 'controller does not answer', final: false }
  // Cabinet flash, conflict and manual control beat everything: reported, not retried.
  const { mode } = report.display
  const taken = mode === 'flash' || mode === 'dark' || mode === 'manual'
  // A state that is `other` for what may be mended is no one's hand.
  if (report.refusal !== undefined && !taken) return { reason: report.refusal, final: false }
  if (report.preempt.state === 'other') return { reason: `controller is in ${mode} mode`, final: true }
  if (request.transit && !report.priority) {
    return { reason: 'role bus: the controller gives no transit priority, only pre-emption', final: false }
  }
  return undefined
}
