import type { Clock, DispatchJunctionState, SignalMode, SignalRequest, SignalResponse } from '@clearway/contracts'
import type { Logger } from 'pino'
import type { Downlink } from '../core.ts'
import type { JournalEntry } from '../ingest/entry.ts'
import { givesWay, rivalsOf, WaitingClaims } from './arbitration.ts'
import type { Lease, LeaseEvent, LeaseState, PriorityAsk, RequestWindow } from './lease.ts'
import { type LiveLease, leaseMs, newLease, nextSequence, requestBody, sentAtMs } from './live-lease.ts'
import type { SignalBoard } from './signal-board.ts'

const renewEveryMs = 1_000
/** No answer to a first request within this: the junction counts as failed, though the request is kept up. */
const answerWithinMs = 3_000
/** A green is shown as confirmed only while the controller was heard within its reporting period and some slack. */
const heardWithinMs = 7_000
/** A mission that has said nothing of its lease for so long has lost its way; its lease ends. */
const wantedWithinMs = 5_000
/** A refused or displaced request may be tried again after this. */
const retryAfterMs = 5_000
/** An arrival that moved by more is worth a line in the evidence (field practice, 6 s). */
const arrivalMovedMs = 6_000
/** A released junction that has not reported its plan by then is no longer watched. */
const watchRecoveryMs = 600_000
/** Weight of the newest round trip in the running mean. */
const smoothing = 0.2

/** People or the cabinet have the controller: report, do not insist. */
const outOfReach: ReadonlySet<SignalMode> = new Set(['manual', 'flash', 'dark'])

/** A request, or the lease that it has to wait for. */
export type RequestOutcome = { lease: Lease } | { waitsFor: Lease }

/**
 * Speaks with the signal agents for the missions. It only asks: every request is a lease that the agent lets lapse
 * when renewals stay out, and `green` is said only when the controller has said so.
 *
 * The path is its own: it reads answers and signal states as they are journalled and writes to the downlink; nothing
 * here waits for storage of time series or for a page.
 */
export class PriorityRequestServer {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #board: SignalBoard
  readonly #downlink: Downlink
  readonly #deviceOf: (junction: string) => string
  readonly #leases = new Map<string, LiveLease>()
  readonly #waiting = new WaitingClaims()
  readonly #listeners = new Set<(lease: Lease, event: LeaseEvent) => void>()
  readonly #sending = new Set<Promise<void>>()
  #count = 0
  #roundTripMs = 400

  /** @param deviceOf the signal agent of a junction */
  constructor(parts: {
    clock: Clock
    log: Logger
    board: SignalBoard
    downlink: Downlink
    deviceOf: (junction: string) => string
  }) {
    this.#clock = parts.clock
    this.#log = parts.log
    this.#board = parts.board
    this.#downlink = parts.downlink
    this.#deviceOf = parts.deviceOf
    this.#board.on((junction) => this.#onState(junction))
  }

  /** Calls `listener` after each message sent or received and each change of state. It must not throw. */
  on(listener: (lease: Lease, event: LeaseEvent) => void): void {
    this.#listeners.add(listener)
  }

  /** Measured delay from command to controller, seconds: half of the running mean of round trips. */
  get commandDelayS(): number {
    return this.#roundTripMs / 2000
  }

  /** Leases that are being renewed. */
  renewing(): Lease[] {
    return [...this.#leases.values()].filter((lease) => lease.renewing)
  }

  /**
   * Asks for green, or names the lease of a conflicting movement that goes first; the ones that give way are called off.
   *
   * @param resumed request id and time of a lease that an earlier run of this process had made
   * @throws InputError when the junction has no such approach
   */
  request(ask: PriorityAsk, window: RequestWindow, resumed?: { request: string; madeMs: number }): RequestOutcome {
    const table = this.#board.table(ask.junction)
    const rivals = table ? rivalsOf(this.#leases.values(), ask, table) : []
    const stronger =
      rivals.find((rival) => !givesWay(rival, ask, window)) ??
      (table && !resumed && this.#waiting.ahead(ask, window, table, this.#clock.now()))
    if (stronger) {
      this.#waiting.wait(ask, window, stronger, this.#clock.now())
      return { waitsFor: stronger }
    }
    this.#waiting.served(ask)
    for (const rival of rivals) {
      this.#end(rival, 'overridden', `gave way to ${ask.dispatch}`, this.#clock.now() + retryAfterMs)
    }
    const nowMs = this.#clock.now()
    const identity = resumed ?? { request: `${ask.dispatch}.${nowMs.toString(36)}-${this.#count++}`, madeMs: nowMs }
    const lease = newLease(ask, window, this.#deviceOf(ask.junction), identity, nowMs, resumed !== undefined)
    this.#leases.set(lease.request, lease)
    this.#send(lease, 'new')
    return { lease }
  }

  /** Gives a live lease its newest arrival, which goes out with the next renewal. Call at least every few seconds. */
  update(lease: Lease, window: RequestWindow): void {
    const mine = this.#mine(lease)
    if (!mine) return
    mine.window = window
    mine.wantedMs = this.#clock.now()
  }

  /** The vehicle has passed the stop line; renewals go on until `release`. */
  passed(lease: Lease): void {
    const mine = this.#mine(lease)
    if (!mine?.renewing || mine.state === 'passed') return
    mine.wantedMs = this.#clock.now()
    this.#become(mine, 'passed')
  }

  /** Gives the junction back, at once. It is watched until the controller reports its plan again. */
  release(lease: Lease, reason?: string): void {
    const mine = this.#mine(lease)
    if (mine?.renewing) this.#end(mine, 'released', reason)
  }

  /** Lets go of a junction because nothing is known of the vehicle any more. */
  expire(lease: Lease, reason: string): void {
    const mine = this.#mine(lease)
    if (mine?.renewing) this.#end(mine, 'expired', reason, this.#clock.now())
  }

  /** Takes one `signal/response`. Unknown, stale, repeated and outdated ones change nothing. */
  onResponse(entry: JournalEntry): void {
    const body = entry.body as SignalResponse
    const lease = this.#leases.get(body.request)
    if (!lease?.renewing || entry.device !== lease.device) return
    // The lease of that message has run out, and so has what was said about it.
    const outdated = this.#clock.now() - sentAtMs(lease, body.sequence) >= leaseMs
    if (body.sequence > lease.sequence || body.sequence < lease.answeredSequence || outdated) return
    if (entry.atMs < lease.evidenceAtMs) return
    if (!lease.answered) {
      const tripMs = Math.max(0, entry.receivedMs - sentAtMs(lease, body.sequence))
      this.#roundTripMs += smoothing * (tripMs - this.#roundTripMs)
    }
    const { status, reason, greenAt, sequence, expectedDelayS = 0 } = body
    lease.answered = true
    lease.answeredSequence = sequence
    lease.delayS = status === 'watchOtherTraffic' ? expectedDelayS : undefined
    this.#heard(lease, entry.atMs)
    const repeats = lease.state === stateOfStatus[status] && lease.reason === reason
    if (!repeats) {
      this.#tell(lease, 'response', { sequence, status, ...(reason && { reason }), ...(greenAt && { greenAt }) })
    }
    if (lease.state === 'passed') return
    const refusal = refusals[status]
    if (refusal) {
      this.#end(lease, refusal.state, reason ?? refusal.reason, this.#clock.now() + retryAfterMs)
      return
    }
    // Of an answer and a display of the same moment the display wins, whichever arrives first.
    const shownAtMs = this.#board.reportedAtMs(lease.ask.junction) ?? Number.NEGATIVE_INFINITY
    const shownGreen = shownAtMs >= entry.atMs && this.#preemptedGreen(lease)
    if (!shownGreen) this.#become(lease, stateOfStatus[status], reason)
  }

  /** Renews what is live, notices what is silent. Call once a second. */
  tick(): void {
    const nowMs = this.#clock.now()
    for (const lease of this.#leases.values()) {
      if (!lease.renewing) {
        if (lease.releasedMs !== undefined && nowMs - lease.releasedMs > watchRecoveryMs) this.#forget(lease)
        continue
      }
      if (nowMs - lease.wantedMs > wantedWithinMs) {
        this.#end(lease, 'expired', 'no longer asked for by its mission', nowMs)
        continue
      }
      const silentMs = nowMs - lease.heardMs
      if (lease.state !== 'failed' && lease.state !== 'passed') {
        if (!lease.answered && silentMs >= answerWithinMs) this.#fail(lease, 'no answer from the controller')
        else if (silentMs > heardWithinMs) this.#fail(lease, 'controller no longer heard')
      }
      if (nowMs - lease.sentMs >= renewEveryMs) this.#send(lease, lease.answered ? 'update' : 'new')
    }
  }

  /** Resolves when everything handed to the downlink has left. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending)
  }

  #mine(lease: Lease): LiveLease | undefined {
    return this.#leases.get(lease.request)
  }

  #onState(junction: string): void {
    for (const lease of this.#leases.values()) {
      if (lease.ask.junction === junction) this.#weighState(lease)
    }
  }

  #weighState(lease: LiveLease): void {
    const { junction } = lease.ask
    const live = this.#board.live(junction)
    const atMs = this.#board.reportedAtMs(junction)
    if (!live || atMs === undefined) return
    if (live.stale) {
      if (lease.renewing && lease.state !== 'passed') this.#fail(lease, 'controller is offline')
      return
    }
    if (atMs < lease.evidenceAtMs) return
    if (lease.releasedMs !== undefined) {
      const heardAfter = (this.#board.heardAtMs(junction) ?? 0) > lease.releasedMs
      if (live.mode === 'coordinated' && heardAfter) {
        if (lease.state === 'released') this.#become(lease, 'recovered')
        this.#forget(lease)
      }
      return
    }
    if (!lease.renewing || lease.state === 'passed') return
    if (outOfReach.has(live.mode)) {
      this.#end(lease, 'overridden', `controller is in mode ${live.mode}`, this.#clock.now() + retryAfterMs)
      return
    }
    // The 5 s reports of a controller that has never answered this request say nothing about it.
    if (this.#preemptedGreen(lease)) {
      this.#heard(lease, atMs)
      this.#become(lease, 'green')
    } else if (lease.answered) {
      this.#heard(lease, atMs)
      if (lease.state !== 'green') return
      if (lease.ask.role === 'bus') this.#weighPriority(lease, live.mode)
      else if (live.mode === 'preempted') this.#become(lease, 'entering', 'green has ended')
      else {
        lease.answered = false
        this.#become(lease, 'requested', `controller went to mode ${live.mode}`)
      }
    }
  }

  /** Priority adjusts the plan, so no mode tells of it: green is what was granted, as long as it is shown. */
  #weighPriority(lease: LiveLease, mode: SignalMode): void {
    if (mode === 'preempted') this.#become(lease, 'accepted', 'an emergency vehicle goes first')
    else if (!this.#board.showsGreen(lease.ask.junction, lease.ask)) this.#become(lease, 'accepted', 'green has ended')
  }

  /** In a pre-emption a green is for those that it serves, but not before the others have ended theirs. */
  #preemptedGreen(lease: LiveLease): boolean {
    if (lease.ask.role === 'bus' || lease.delayS !== undefined) return false
    const { junction } = lease.ask
    return this.#board.live(junction)?.mode === 'preempted' && this.#board.showsGreen(junction, lease.ask)
  }

  #heard(lease: LiveLease, atMs: number): void {
    lease.evidenceAtMs = Math.max(lease.evidenceAtMs, atMs)
    lease.heardMs = this.#clock.now()
  }

  /** The request is kept up: an agent that comes back finds it, and its answer revives the lease. */
  #fail(lease: LiveLease, reason: string): void {
    lease.answered = false
    this.#become(lease, 'failed', reason)
  }

  #end(lease: LiveLease, state: LeaseState, reason?: string, retryAtMs?: number): void {
    lease.renewing = false
    lease.releasedMs = this.#clock.now()
    lease.retryAtMs = retryAtMs
    // A refused request holds nothing at the controller; every other one is called off.
    if (state !== 'rejected') this.#send(lease, 'cancel')
    this.#become(lease, state, reason)
  }

  #forget(lease: LiveLease): void {
    this.#leases.delete(lease.request)
  }

  #become(lease: LiveLease, state: LeaseState, reason?: string): void {
    const changed = lease.state !== state || lease.reason !== reason
    lease.state = state
    lease.reason = reason
    if (state === 'green') lease.greenAtMs ??= this.#clock.now()
    else if (state !== 'passed' && lease.renewing) lease.greenAtMs = undefined
    if (changed) this.#tell(lease, 'state', { state, ...(reason && { reason }) })
  }

  #tell(lease: Lease, kind: LeaseEvent['kind'], detail: Record<string, unknown>): void {
    const event: LeaseEvent = { atMs: this.#clock.now(), kind, detail: { request: lease.request, ...detail } }
    for (const listener of this.#listeners) listener(lease, event)
  }

  #send(lease: LiveLease, type: SignalRequest['type']): void {
    const nowMs = this.#clock.now()
    const { window, ask } = lease
    const first = lease.sequence === 0 && type === 'new'
    lease.sequence = nextSequence(lease, nowMs)
    lease.sentMs = nowMs
    const moved = Math.abs(window.earliestMs - lease.loggedWindow.earliestMs) > arrivalMovedMs
    if (first || type === 'cancel' || moved) {
      lease.loggedWindow = window
      this.#tell(lease, 'sent', { type: moved && type === 'new' ? 'update' : type, sequence: lease.sequence })
    }
    const sending = this.#downlink
      .send(lease.device, 'request', requestBody(lease, type, nowMs))
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error)
        this.#log.warn({ request: lease.request, junction: ask.junction, type, reason }, 'signal request not sent')
        if (lease.renewing && lease.state !== 'passed') this.#fail(lease, reason)
      })
      .finally(() => this.#sending.delete(sending))
    this.#sending.add(sending)
  }
}

/** What an answer means in the life of a request. */
const stateOfStatus = {
  requested: 'accepted',
  watchOtherTraffic: 'accepted',
  processing: 'entering',
  granted: 'green',
  rejected: 'rejected',
  reserviceLocked: 'rejected',
  maxPresence: 'expired',
} as const satisfies Record<SignalResponse['status'], DispatchJunctionState>

/** Answers that end a request. */
const refusals: Partial<Record<SignalResponse['status'], { state: LeaseState; reason: string }>> = {
  rejected: { state: 'rejected', reason: 'refused by the controller' },
  reserviceLocked: { state: 'rejected', reason: 'served too recently' },
  maxPresence: { state: 'expired', reason: 'held for as long as allowed' },
}
