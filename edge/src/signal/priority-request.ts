import { type Approach, fromTimestamp, type JunctionTable, type SignalRequest } from '@clearway/contracts'
import { Lease } from './lease.ts'

/** After the latest arrival the junction is released although nobody cancelled. */
const releaseAfterLatestMs = 10_000
const reactionS = 1
const brakingMps2 = 3

/** One live request for priority at this junction. */
export interface PriorityRequest {
  readonly id: string
  sequence: number
  vehicle: string
  /** Class, then level; smaller is more urgent. */
  rank: number
  approach: string
  earliestMs: number
  latestMs: number
  /** Until the release after the latest arrival, in this device's elapsed time. */
  windowMs: number
  readonly lease: Lease
}

/** Why a request cannot be taken: the field, and words that name its value. */
export interface Refusal {
  field: string
  reason: string
}

export function refusal(table: JunctionTable, message: SignalRequest, nowMs: number): Refusal | undefined {
  const { role, approach, exit, arrivalEarliest, arrivalLatest, leaseUntil } = message
  const because = (field: keyof SignalRequest, why: string): Refusal => ({ field, reason: `${field} ${why}` })
  // A bus may ask for a longer green one day, never for what an emergency vehicle gets.
  if (role === 'bus') return because('role', 'bus: this junction offers pre-emption to emergency vehicles only')
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

/** `class/level` as one number. Ten levels a class. */
const rankOf = (importance: string): number => {
  const [cls, level] = importance.split('/').map(Number) as [number, number]
  return (cls - 1) * 10 + level
}

/** Takes what a `new` or `update` says into the request. */
export function take(request: PriorityRequest, message: SignalRequest, nowMs: number): void {
  request.sequence = message.sequence
  request.vehicle = message.vehicle
  request.rank = rankOf(message.importance)
  request.approach = message.approach
  request.earliestMs = fromTimestamp(message.arrivalEarliest)
  request.latestMs = fromTimestamp(message.arrivalLatest)
  request.windowMs = request.latestMs + releaseAfterLatestMs - nowMs
  request.lease.renew(message.leaseUntil, nowMs)
}

export function newRequest(message: SignalRequest, nowMs: number): PriorityRequest {
  const request: PriorityRequest = {
    id: message.request,
    sequence: 0,
    vehicle: '',
    rank: 0,
    approach: '',
    earliestMs: 0,
    latestMs: 0,
    windowMs: 0,
    lease: new Lease(),
  }
  take(request, message, nowMs)
  return request
}

/** Most urgent first: class and level, earliest arrival, id. */
export const byUrgency = (a: PriorityRequest, b: PriorityRequest): number =>
  a.rank - b.rank || a.earliestMs - b.earliestMs || (a.id < b.id ? -1 : 1)

/**
 * Whether the vehicle may be too close to stop: then its green must not be taken for another. Time to cover the stopping
 * distance v·t_r + v²/2a at the approach's speed.
 */
export function pastStopping(request: PriorityRequest, approach: Approach, nowMs: number): boolean {
  const stoppingMs = (reactionS + approach.speedMps / (2 * brakingMps2)) * 1000
  return nowMs >= request.earliestMs - stoppingMs && nowMs <= request.latestMs
}
