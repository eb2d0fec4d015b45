import { type SignalRequest, toTimestamp } from '@clearway/contracts'
import type { Lease, PriorityAsk, RequestWindow } from './lease.ts'

/** Silence for so long ends a lease at the agent, ms. Renewed every second: four renewals may be lost. */
export const leaseMs = 5_000

/** A lease as its server keeps it. */
export type LiveLease = { -readonly [K in keyof Lease]: Lease[K] } & {
  device: string
  sequence: number
  sentMs: number
  /** `new` is repeated until the agent has answered, so that an agent that starts late understands it. */
  answered: boolean
  answeredSequence: number
  /** Controller's clock of the newest evidence; older evidence says nothing new. */
  evidenceAtMs: number
  heardMs: number
  loggedWindow: RequestWindow
  /** When the mission last spoke of it. */
  wantedMs: number
  releasedMs: number | undefined
}

/** @param resumed request id and time of a lease that an earlier run of this process had made */
export function newLease(
  ask: PriorityAsk,
  window: RequestWindow,
  device: string,
  { request, madeMs }: { request: string; madeMs: number },
  nowMs: number,
  resumed: boolean,
): LiveLease {
  return {
    request,
    madeMs,
    ask,
    window,
    state: 'requested',
    reason: undefined,
    greenAtMs: undefined,
    renewing: true,
    delayS: undefined,
    retryAtMs: undefined,
    device,
    sequence: 0,
    sentMs: nowMs,
    // An agent answers what changes; it has nothing new to say about a request that it kept over our restart.
    answered: resumed,
    answeredSequence: -1,
    evidenceAtMs: Number.NEGATIVE_INFINITY,
    heardMs: nowMs,
    loggedWindow: window,
    wantedMs: nowMs,
    releasedMs: undefined,
  }
}

/**
 * Sequence numbers are tenths of a second since the request was made: they say when a message was sent, and go on
 * counting up after a restart.
 */
export const nextSequence = ({ sequence, madeMs }: LiveLease, nowMs: number): number =>
  Math.max(sequence + 1, Math.floor((nowMs - madeMs) / 100))

/** When the message with this sequence number was sent, ms. */
export const sentAtMs = ({ madeMs }: LiveLease, sequence: number): number => madeMs + sequence * 100

/** The message of a lease as it stands. */
export function requestBody({ request, sequence, ask, window }: LiveLease, type: SignalRequest['type'], nowMs: number) {
  return {
    request,
    type,
    sequence,
    vehicle: ask.vehicle,
    role: ask.role,
    importance: ask.importance,
    approach: ask.approach,
    exit: ask.exit,
    arrivalEarliest: toTimestamp(window.earliestMs),
    arrivalLatest: toTimestamp(window.latestMs),
    leaseUntil: toTimestamp(nowMs + leaseMs),
    expiresAt: toTimestamp(nowMs + leaseMs),
  } satisfies Omit<SignalRequest, 'id' | 'at'>
}
