import { type PriorityRequest, pastStopping } from './priority-request.ts'
import type { Way } from './way.ts'

/*
 * Who of the emergency vehicles at a junction goes now. In the order of urgency each is called, unless its way conflicts
 * with that of one that is called and does not give way, or of one ahead of it that waits. Called ones give way only to
 * a strictly higher class and level, and never while their vehicle may be inside its stopping distance.
 *
 * Below, `order` is the most urgent first; requests for transit priority come last and are never called.
 */

/** Two that could be green together conflict as well where the controller has a pre-emption for each alone. */
const conflict = ({ way }: PriorityRequest, other: PriorityRequest): boolean =>
  way.conflicts.has(other.way) || !way.servedWith(other.way.approach)

/** Decides which requests are called. */
export function assignRightOfWay(order: readonly PriorityRequest[], nowMs: number): void {
  for (let place = 0; place < order.length; place++) {
    const request = order[place] as PriorityRequest
    if (request.transit) return
    if (request.called || !mayGo(request, place, order, nowMs)) continue
    for (const other of order) if (other.called && conflict(other, request)) other.called = false
    request.called = true
  }
}

function mayGo(request: PriorityRequest, place: number, order: readonly PriorityRequest[], nowMs: number): boolean {
  for (let k = 0; k < order.length; k++) {
    const other = order[k] as PriorityRequest
    if (other.transit) break
    if (!conflict(request, other)) continue
    if (other.called && (request.rank >= other.rank || pastStopping(other, nowMs))) return false
    if (!other.called && k < place && !goneBefore(request, other, order)) return false
  }
  return true
}

/** It may go along with those that `waiting` waits for when it is gone by the time they are: that costs nothing. */
const goneBefore = (request: PriorityRequest, waiting: PriorityRequest, order: readonly PriorityRequest[]): boolean =>
  order.some((other) => other.called && conflict(other, waiting) && other.latestMs >= request.latestMs)

/** After it has changed its way, a called request goes on only from the same side and where nobody called is met. */
export function reclaim(request: PriorityRequest, before: Way, order: readonly PriorityRequest[]): void {
  if (request.way === before || !request.called) return
  const meets = order.some((other) => other !== request && other.called && conflict(other, request))
  request.called = request.way.approach === before.approach && !meets
}

/**
 * Works out what each request that is not called waits for, and how long its vehicle will stand: until the last one
 * ahead is through and the signals have changed, less the time that it still needs to the stop line.
 */
export function foreseeDelays(order: readonly PriorityRequest[], nowMs: number): void {
  for (let place = 0; place < order.length; place++) {
    const request = order[place] as PriorityRequest
    request.waitsFor = undefined
    request.delayMs = 0
    request.throughMs = Math.max(nowMs, request.latestMs)
  }
  for (let place = 0; place < order.length; place++) {
    const request = order[place] as PriorityRequest
    if (request.called) continue
    for (let k = 0; k < order.length; k++) {
      const other = order[k] as PriorityRequest
      if (!other.called && k >= place) continue
      // A pre-emption takes the whole junction from the buses.
      if (request.transit ? !other.called : !conflict(request, other)) continue
      if (!request.waitsFor || other.throughMs > request.waitsFor.throughMs) request.waitsFor = other
    }
    if (!request.waitsFor) continue
    const turnS = request.way.turnS.get(request.waitsFor.way) ?? 0
    const greenMs = request.waitsFor.throughMs + turnS * 1000
    request.delayMs = Math.max(0, greenMs - request.earliestMs)
    request.throughMs = Math.max(request.throughMs, greenMs)
  }
}
