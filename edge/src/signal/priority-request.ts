import { fromTimestamp, type JunctionTable, type SignalRequest } from '@clearway/contracts'
import { Lease } from './lease.ts'
import type { Way } from './way.ts'

/** After the latest arrival the junction is released although nobody cancelled. */
const releaseAfterLatestMs = 10_000
/** A sender's clock and this one, or the sending and the arrival of a message, are never further apart. */
export const freshMs = 30_000
const reactionS = 1
const brakingMps2 = 3
/** Behind class 10, level 10 of the emergency vehicles, whatever class a bus claims. */
const transitRank = 100

/** One live request for priority at this junction. */
export interface PriorityRequest {
  readonly id: string
  sequence: number
  /** Sender's clock of the newest message taken. */
  atMs: number
  vehicle: string
  /** Public transport: the plan may be adjusted for it, never replaced. */
  transit: boolean
  /** Class, then level; smaller is more urgent, and every bus comes after every emergency vehicle. */
  rank: number
  way: Way
  earliestMs: number
  latestMs: number
  /** Until the release after the latest arrival, in this device's elapsed time. */
  windowMs: number
  readonly lease: Lease
  /** Its pre-emption is demanded of the controller. */
  called: boolean
  /** What it waits for; undefined while it is called. */
  waitsFor: PriorityRequest | undefined
  /** When the last vehicle ahead of it, or it itself, is expected to be through. */
  throughMs: number
  /** How long it is expected to stand at the stop line. */
  delayMs: number
  /** Why its newest update could not be taken. */
  fault: string | undefined
}

/** Why a request cannot be taken: the field, and words that name its value. */
export interface Refusal {
  field: string
  reason: string
}

/** Whether a message was sent about now by this device's clock. */
const sentNow = (atMs: number, nowMs: number): boolean => Math.abs(nowMs - atMs) <= freshMs

/** Sender's clock of a message, ms; undefined where it cannot be right. */
export function sentAtMs({ at }: SignalRequest, nowMs: number): number | undefined {
  const atMs = fromTimestamp(at)
  return sentNow(atMs, nowMs) ? atMs : undefined
}

export function refusal(table: JunctionTable, message: SignalRequest, nowMs: number): Refusal | undefined {
  const { at, expiresAt, role, approach, exit, arrivalEarliest, arrivalLatest, leaseUntil } = message
  const because = (field: keyof SignalRequest, why: string): Refusal => ({ field, reason: `${field} ${why}` })
  // Late, replayed, or one of the two clocks is wrong: all of them leave the junction in its plan.
  if (fromTimestamp(expiresAt) <= nowMs) return because('expiresAt', `${expiresAt} has passed`)
  const aheadMs = fromTimestamp(at) - nowMs
  if (!sentNow(fromTimestamp(at), nowMs)) {
    const side = aheadMs > 0 ? 'ahead of' : 'behind'
    return because('at', `${at} is ${Math.round(Math.abs(aheadMs) / 1000)} s ${side} the clock here`)
  }
  if (role === 'bus' && !table.priority) {
    return because('role', 'bus: this junction has no transit priority, only pre-emption for emergency vehicles')
  }
  const known = table.approaches.find(({ id }) => id === approach)
  if (!known) {
    return because('approach', `"${approach}" is not one of ${table.approaches.map(({ id }) => id).join(', ')}`)
  }
  if (!known.exits.includes(exit)) {
    return because('exit', `"${exit}" cannot be reached from approach "${approach}", only ${known.exits.join(', ')}`)
  }
  if (fromTimestamp(arrivalLatest) < fromTimestamp(arrivalEarliest)) {
    return because('arrivalLatest', `${arrivalLatest} is before arrivalEarliest ${arrivalEarliest}`)
  }
  if (fromTimestamp(arrivalLatest) + releaseAfterLatestMs <= nowMs) {
    return because('arrivalLatest', `${arrivalLatest} has passed`)
  }
  if (fromTimestamp(leaseUntil) <= nowMs) return because('leaseUntil', `${leaseUntil} has passed`)
  return undefined
}

/** `class/level` as one number, ten levels a class. */
export function rankOf({ importance, role }: Pick<SignalRequest, 'importance' | 'role'>): number {
  const slash = importance.indexOf('/')
  const rank = (Number(importance.slice(0, slash)) - 1) * 10 + Number(importance.slice(slash + 1))
  return role === 'bus' ? transitRank + rank : rank
}

/** Takes what a `new` or `update` that is not refused says into the request. */
export function take(request: PriorityRequest, way: Way, message: SignalRequest, nowMs: number): void {
  request.sequence = message.sequence
  request.atMs = fromTimestamp(message.at)
  request.vehicle = message.vehicle
  request.transit = message.role === 'bus'
  // Whatever it has said it was before: a bus is never called.
  if (request.transit) request.called = false
  request.rank = rankOf(message)
  request.way = way
  request.earliestMs = fromTimestamp(message.arrivalEarliest)
  request.latestMs = fromTimestamp(message.arrivalLatest)
  request.windowMs = request.latestMs + releaseAfterLatestMs - nowMs
  request.fault = undefined
  request.lease.renew(message.leaseUntil, nowMs)
}

export function newRequest(way: Way, message: SignalRequest, nowMs: number): PriorityRequest {
  const request: PriorityRequest = {
    id: message.request,
    sequence: 0,
    atMs: 0,
    vehicle: '',
    transit: false,
    rank: 0,
    way,
    earliestMs: 0,
    latestMs: 0,
    windowMs: 0,
    lease: new Lease(),
    called: false,
    waitsFor: undefined,
    throughMs: 0,
    delayMs: 0,
    fault: undefined,
  }
  take(request, way, message, nowMs)
  return request
}

/** Most urgent first: class and level, earliest arrival, id. */
export const byUrgency = (a: PriorityRequest, b: PriorityRequest): number =>
  a.rank - b.rank || a.earliestMs - b.earliestMs || (a.id < b.id ? -1 : 1)

/**
 * Whether the vehicle may be too close to stop: then its way must not be taken for another. Time to cover the stopping
 * distance v·t_r + v²/2a at the approach's speed.
 */
export function pastStopping({ way, earliestMs, latestMs }: PriorityRequest, nowMs: number): boolean {
  const stoppingMs = (reactionS + way.approach.speedMps / (2 * brakingMps2)) * 1000
  return nowMs >= earliestMs - stoppingMs && nowMs <= latestMs
}
