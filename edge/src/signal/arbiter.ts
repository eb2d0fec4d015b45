import type { JunctionTable, SignalRequest } from '@clearway/contracts'
import { type ClosedRequest, ClosedRequests } from './closed-requests.ts'
import type { ControllerReport, PreemptCall, PriorityCall } from './controller-link.ts'
import { Elapsed } from './elapsed.ts'
import {
  byUrgency,
  freshMs,
  newRequest,
  type PriorityRequest,
  type Refusal,
  rankOf,
  refusal,
  sentAtMs,
  take,
} from './priority-request.ts'
import { Reservice } from './reservice.ts'
import { assignRightOfWay, foreseeDelays, reclaim } from './right-of-way.ts'
import { hindrance, isPreempted, type Verdict, verdictOf } from './verdict.ts'
import { type Way, waysOf } from './way.ts'

/** What a request is told. */
export interface Answer extends Verdict {
  request: string
  /** The newest sequence number seen of the request. */
  sequence: number
  /** When the green was confirmed. */
  greenAtMs?: number
}

/** What the controller is asked for, and who is told what. */
export interface Decision {
  calls: readonly PreemptCall[]
  priority: readonly PriorityCall[]
  answers: readonly Answer[]
}

/** More than ever meet at one junction; above it somebody else is asking. */
const mostLive = 32
/** A delay is told again when it has changed by more, s, as arrivals are. */
const delayMovedS = 6
/** Of `reason` in `signal/response`. */
const longestReason = 200

const none: readonly never[] = []

/**
 * Decides which requests the controller is asked to serve. Everything that matters is repeated to the link in every step
 * and everything that is answered is read back from it: `granted` means that the controller shows the green.
 *
 * Emergency vehicles get pre-emption: those whose ways do not conflict together, the others in their order, see
 * `right-of-way.ts`. Buses get transit priority, and none while any pre-emption is called.
 */
export class Arbiter {
  readonly #table: JunctionTable
  readonly #ways: readonly Way[]
  // A lease ends by silence however long the host itself was stalled.
  readonly #elapsed = new Elapsed(Number.POSITIVE_INFINITY)
  readonly #live = new Map<string, PriorityRequest>()
  /** The live ones, the most urgent first. */
  readonly #order: PriorityRequest[] = []
  #ordered = true
  readonly #told = new Map<string, Verdict>()
  readonly #closed: ClosedRequests
  readonly #reservice: Reservice
  #answers: Answer[] = []

  /**
   * @param nowMs present time: what was sent before the start of this process may have been answered by an earlier one
   * @param together whether the controller can serve two approaches, whose groups do not conflict, in one pre-emption
   */
  constructor(table: JunctionTable, nowMs: number, together: (a: string, b: string) => boolean = () => true) {
    this.#table = table
    this.#ways = waysOf(table, together)
    this.#closed = new ClosedRequests(nowMs)
    this.#reservice = new Reservice(table)
  }

  /** Requests alive now, the most urgent first. */
  get requests(): readonly Readonly<PriorityRequest>[] {
    this.#sort()
    return this.#order
  }

  /** Number of requests that are over and still known, bounded whatever is sent. */
  get remembered(): number {
    return this.#closed.size
  }

  /** Takes a message in. What is stale, repeated or closed changes nothing. Answers come with the next `step`. */
  receive(message: SignalRequest, nowMs: number): void {
    const { request: id, type, sequence } = message
    const live = this.#live.get(id)
    const closed = live ? undefined : this.#closed.get(id)
    const seen = (live ?? closed)?.sequence
    if (seen !== undefined && sequence <= seen) return
    const atMs = sentAtMs(message, nowMs) ?? (live ?? closed)?.atMs
    if (type === 'cancel') {
      this.#remove(id)
      // Also where the request is not known: its `new` may have been overtaken.
      this.#closed.set(id, { sequence, atMs, status: 'requested', mendable: false })
      return
    }
    // Who sends `new` again under a new number has not heard an answer: it gets the present one once more.
    const unheard = type === 'new' && seen !== undefined
    if (live) {
      if (unheard) this.#told.delete(id)
      this.#update(live, message, nowMs)
    } else if (closed && !closed.mendable) {
      this.#closed.set(id, { ...closed, sequence, atMs })
      if (unheard && closed.status !== 'requested') this.#answer(id, sequence, closed)
    } else {
      if (unheard) this.#closed.delete(id)
      this.#open(message, atMs, closed !== undefined, nowMs)
    }
  }

  /**
   * @param upMs steady time, in which leases run
   * @param report the controller's newest, or undefined while it does not answer
   */
  step(nowMs: number, upMs: number, report: ControllerReport | undefined): Decision {
    this.#pass(this.#elapsed.since(upMs), nowMs)
    if (this.#order.length === 0) return { calls: none, priority: none, answers: this.#take() }
    this.#endWhatCannotBeServed(report)
    this.#sort()
    assignRightOfWay(this.#order, nowMs)
    foreseeDelays(this.#order, nowMs)
    if (report) for (const request of this.#order) this.#tell(request, verdictOf(request, report), nowMs)
    return { calls: this.#calls(report), priority: this.#priority(), answers: this.#take() }
  }

  #update(live: PriorityRequest, message: SignalRequest, nowMs: number): void {
    const refused = refusal(this.#table, message, nowMs)
    live.sequence = message.sequence
    // Late or wrong, it does not end what runs; without a better one the lease does.
    live.fault = refused?.reason
    if (refused) return
    const before = live.way
    take(live, this.#wayOf(message), message, nowMs)
    reclaim(live, before, this.#order)
    this.#ordered = false
  }

  /** @param known the request was heard of before, so that its sequence number already tells a replay */
  #open(message: SignalRequest, atMs: number | undefined, known: boolean, nowMs: number): void {
    const { request: id, sequence, vehicle } = message
    const refused = refusal(this.#table, message, nowMs) ?? (known ? undefined : this.#replayed(message, atMs))
    const lockedMs = this.#reservice.lockedMs(vehicle)
    if (refused) {
      this.#close(id, { sequence, atMs, status: 'rejected', ...refused, mendable: true })
    } else if (lockedMs > 0) {
      const reason = `vehicle ${vehicle} has just used up the maximum presence here`
      this.#close(id, { sequence, atMs, status: 'reserviceLocked', reason, mendable: true })
    } else if (!this.#makeRoom(message)) {
      const reason = `request ${id}: ${mostLive} requests are live here, the most that are taken`
      this.#close(id, { sequence, atMs, status: 'rejected', reason, mendable: true })
    } else {
      const request = newRequest(this.#wayOf(message), message, nowMs)
      this.#live.set(id, request)
      this.#order.push(request)
      this.#ordered = false
    }
  }

  #replayed({ at }: SignalRequest, atMs: number | undefined): Refusal | undefined {
    if (atMs === undefined || atMs >= this.#closed.knownFromMs) return undefined
    return { field: 'at', reason: `at ${at} may be a replay: requests of that time are no longer remembered` }
  }

  /** A more urgent one always finds room: the least urgent that waits makes it. */
  #makeRoom(message: SignalRequest): boolean {
    if (this.#order.length < mostLive) return true
    this.#sort()
    const last = this.#order.findLast(({ called }) => !called)
    if (!last || last.rank <= rankOf(message)) return false
    const { sequence, atMs } = last
    const reason = `gave way: ${mostLive} more urgent requests are live here, the most that are taken`
    this.#close(last.id, { sequence, atMs, status: 'rejected', reason, mendable: true })
    return true
  }

  #wayOf({ approach, exit }: SignalRequest): Way {
    return this.#ways.find((way) => way.approach.id === approach && way.exit === exit) as Way
  }

  #pass(elapsedMs: number, nowMs: number): void {
    this.#closed.pass(elapsedMs, nowMs + freshMs)
    this.#reservice.pass(elapsedMs, this.#order)
    for (const request of this.#live.values()) {
      request.lease.elapse(elapsedMs)
      request.windowMs -= elapsedMs
      const { id, sequence, atMs, fault } = request
      if (request.lease.ended) {
        const reason = fault === undefined ? 'lease ended' : `lease ended: ${fault}`
        this.#close(id, { sequence, atMs, status: 'rejected', reason, mendable: true })
      } else if (request.windowMs <= 0) {
        this.#close(id, { sequence, atMs, status: 'rejected', reason: 'latest arrival passed', mendable: true })
      }
    }
  }

  #endWhatCannotBeServed(report: ControllerReport | undefined): void {
    for (const request of this.#live.values()) {
      const { id, sequence, atMs, vehicle, way, transit } = request
      const hindered = hindrance(request, report)
      if (hindered) {
        const { reason, final } = hindered
        this.#close(id, { sequence, atMs, status: 'rejected', reason, mendable: !final })
      } else if (!transit) {
        // The call goes off for all of them, or the controller would ignore it for ever.
        const exhausted = report?.preempt.exhausted.includes(way.approach.id)
        if (!exhausted && !this.#reservice.isOver(vehicle)) continue
        this.#close(id, { sequence, atMs, status: 'maxPresence', mendable: false })
        this.#reservice.lock(vehicle)
      }
    }
  }

  #calls(report: ControllerReport | undefined): readonly PreemptCall[] {
    const first = this.#order[0]
    if (!first || first.transit) return none
    const calls: PreemptCall[] = []
    const call = ({ approach: { id: approach }, exit }: Way, urgency: number) => {
      const wanted = this.#table.preempt.serves === 'movement' ? { approach, exit } : { approach }
      if (calls.some((other) => other.approach === approach && other.exit === wanted.exit)) return
      calls.push({ ...wanted, urgency })
    }
    for (const { called, way, rank } of this.#order) if (called) call(way, rank)
    const least = calls.at(-1)
    if (!report || !least) return calls
    // One that is displaced stays called until the controller has turned away from it: a call that simply went off
    // would hold its minimum dwell first. Where both can be green nothing has to turn.
    for (const { called, transit, way, rank } of this.#order) {
      if (called || transit || !isPreempted(report, way.approach.id)) continue
      const against = this.#order.some(
        ({ called, way: other }) => called && (way.turnS.has(other) || !way.servedWith(other.approach)),
      )
      if (against) call(way, Math.max(rank, least.urgency + 1))
    }
    return calls
  }

  /** No priority while any pre-emption is called. */
  #priority(): readonly PriorityCall[] {
    if (!this.#order.at(-1)?.transit || this.#order.some(({ called }) => called)) return none
    return this.#order
      .filter(({ transit }) => transit)
      .map(({ way, rank }) => ({ approach: way.approach.id, exit: way.exit, urgency: rank }))
  }

  #tell({ id, sequence }: PriorityRequest, verdict: Verdict, nowMs: number): void {
    const told = this.#told.get(id)
    if (told?.status === verdict.status && told.reason === verdict.reason) {
      const movedS = Math.abs((told.expectedDelayS ?? 0) - (verdict.expectedDelayS ?? 0))
      if (movedS <= delayMovedS) return
    }
    this.#told.set(id, verdict)
    // Alive again and told so: its next end is news.
    this.#closed.delete(id)
    this.#answer(id, sequence, verdict, verdict.status === 'granted' ? nowMs : undefined)
  }

  #answer(request: string, sequence: number, { status, reason, expectedDelayS }: Verdict, greenAtMs?: number): void {
    const late = expectedDelayS === undefined ? undefined : `${reason}, expected delay ${expectedDelayS} s`
    this.#answers.push({
      request,
      sequence,
      status,
      ...(reason === undefined ? {} : { reason: (late ?? reason).slice(0, longestReason) }),
      ...(expectedDelayS === undefined ? {} : { expectedDelayS }),
      ...(greenAtMs === undefined ? {} : { greenAtMs }),
    })
  }

  #take(): readonly Answer[] {
    if (this.#answers.length === 0) return none
    const answers = this.#answers
    this.#answers = []
    return answers
  }

  #sort(): void {
    if (!this.#ordered) this.#order.sort(byUrgency)
    this.#ordered = true
  }

  #remove(id: string): void {
    const live = this.#live.get(id)
    if (!live) return
    this.#live.delete(id)
    this.#told.delete(id)
    this.#order.splice(this.#order.indexOf(live), 1)
  }

  #close(id: string, closed: ClosedRequest): void {
    const before = this.#closed.get(id)
    this.#remove(id)
    this.#closed.set(id, closed)
    const { status, reason, field } = closed
    const toldBefore = field === undefined ? before?.reason === reason : before?.field === field
    if (before?.status === status && toldBefore) return
    this.#answer(id, closed.sequence, closed)
  }
}
