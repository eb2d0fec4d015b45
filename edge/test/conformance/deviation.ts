import type { MovementState, SignalRequest } from '@clearway/contracts'
import type { ClauseId } from '../../src/conformance/clauses.ts'
import type { ControllerReport, PreemptCall } from '../../src/index.ts'
import type { Deviation, Device, Outgoing } from './rig.ts'

type Display = ControllerReport['display']

/** Changes what one channel says. */
export const saying =
  (
    channel: string,
    change: (body: Record<string, unknown>, device: Device) => Record<string, unknown>,
  ): Deviation['up'] =>
  (message, device) => [
    message.channel === channel ? { ...message, body: change({ ...message.body }, device) } : message,
  ]

/** Changes what is displayed: a cabinet that does something else than its controller wants. */
export const showing =
  (change: (display: Display, nowMs: number) => Display): Deviation['cabinet'] =>
  (cabinet, device) => ({
    step: (nowMs, upMs) => cabinet.step(nowMs, upMs),
    demand: (calls, priority) => cabinet.demand(calls, priority),
    report: () => {
      const report = cabinet.report()
      return report && { ...report, display: change(report.display, device.clock.now()) }
    },
  })

/** Changes what is demanded of the controller. */
export const demanding =
  (change: (calls: readonly PreemptCall[], device: Device) => readonly PreemptCall[]): Deviation['cabinet'] =>
  (cabinet, device) => ({
    step: (nowMs, upMs) => cabinet.step(nowMs, upMs),
    demand: (calls, priority) => cabinet.demand(change(calls, device), priority),
    report: () => cabinet.report(),
  })

export const repaint = (display: Display, changes: Record<string, MovementState>): Display => ({
  ...display,
  groups: { ...display.groups, ...changes },
})

/** Ends the yellow or clearance of one group when it has been shown for so long. */
export function cutEnding(group: string, afterMs: number): Deviation['cabinet'] {
  let sinceMs: number | undefined
  return showing((display, nowMs) => {
    const ending = display.groups[group]?.endsWith('clearance') === true
    if (!ending) sinceMs = undefined
    else sinceMs ??= nowMs
    return ending && nowMs - (sinceMs ?? nowMs) >= afterMs ? repaint(display, { [group]: 'stop-And-Remain' }) : display
  })
}

/** Takes some messages whatever their number, and gives the device numbers that it cannot refuse. */
export function takingStale(which: (request: SignalRequest) => boolean): Deviation {
  let sequence = 1000
  const newest = new Map<string, number>()
  return {
    down: (request) => {
      const seen = newest.get(request.request) ?? -1
      if (request.sequence <= seen && !which(request)) return []
      newest.set(request.request, Math.max(seen, request.sequence))
      return [{ ...request, sequence: ++sequence }]
    },
    up: numbered,
  }
}

/** Answers carry the number that was sent, whatever the device made of it. */
const numbered: Deviation['up'] = saying('response', (body, { requests }) => {
  const { sequence } = requests.findLast(({ request }) => request === body.request) ?? {}
  return { ...body, sequence }
})

export const dropping =
  (which: (message: Outgoing, device: Device) => boolean): Deviation['up'] =>
  (message, device) =>
    which(message, device) ? [] : [message]

export const telling = (status: string, instead: string): Deviation['up'] =>
  saying('response', (body) => (body.status === status ? { ...body, status: instead } : body))

/** Rewrites a message before the device sees it: a device that looks at it in its own way. */
export const hearing =
  (change: (request: SignalRequest, device: Device) => Partial<SignalRequest> | undefined): Deviation['down'] =>
  (request, device) => {
    const changed = change(request, device)
    return changed ? [{ ...request, ...changed }] : []
  }

/** By the clause that is broken: what the device does, and a fresh one that does it. */
export type Deviations = Readonly<Partial<Record<ClauseId, readonly [string, () => Deviation][]>>>
