import type { Approach, JunctionTable, ResponseStatus, SignalRequest } from '@clearway/contracts'
import type { ControllerReport, PreemptCall } from './controller-link.ts'
import { isGreen } from './display.ts'
import { Elapsed } from './elapsed.ts'
import { byUrgency, newRequest, type PriorityRequest, pastStopping, refusal, take } from './priority-request.ts'

/** What a request is told. */
export interface Answer {
  request: string
  /** The newest sequence number seen of the request. */
  sequence: number
  status: ResponseStatus
  reason?: string
  /** When the green was confirmed. */
  greenAtMs?: number
}

interface Verdict {
  status: ResponseStatus
  reason?: string
}

interface Closed extends Verdict {
  /** Of the request that is wrong: the same field is complained of once, though its value differs each time. */
  field?: string
  sequence: number
  /** A newer update may open it again: its lease ran out by silence, or its fault can be mended by the sender. */
  mendable: boolean
  forMs: number
}

/** Longer than any message is late. */
const rememberClosedMs = 15 * 60_000

/**
 * Decides which request the controller is asked to serve. Everything that matters is repeated to the link in every step
 * and everything that is answered is read back from it: `granted` means that the controller shows the green.
 *
 * Order: class, level, earliest arrival, id. Requests from one approach are served together; a running one gives way
 * only to a strictly higher class and level, and not while its vehicle is inside its stopping distance.
 */
export class Arbiter {
  readonly #table: JunctionTable
  readonly #approaches: ReadonlyMap<string, Approach>
  // A lease ends by silence however long the host itself was stalled.
  readonly #elapsed = new Elapsed(Number.POSITIVE_INFINITY)
  readonly #live = new Map<string, PriorityRequest>()
  readonly #told = new Map<string, Verdict>()
  readonly #closed = new Map<string, Closed>()
  /** Vehicles whose call was cut at the maximum presence, with the time that they are still locked out. */
  readonly #lockedMs = new Map<string, number>()
  #approach: string | undefined
  #answers: Answer[] = []

  constructor(table: JunctionTable) {
    this.#table = table
    this.#approaches = new Map(table.approaches.map((approach) => [approach.id, approach]))
  }

  /** Requests alive now, the most urgent first. */
  get requests(): readonly Readonly<PriorityRequest>[] {
    return [...this.#live.values()].sort(byUrgency)
  }

  /** Takes a message in. What is stale, repeated or closed changes nothing. Answers come with the next `step`. */
  receive(message: SignalRequest, nowMs: number): void {
    const { request: id, type, sequence } = message
    const live = this.#live.get(id)
    const closed = this.#closed.get(id)
    const seen = live?.sequence ?? closed?.sequence
    if (seen !== undefined && sequence <= seen) return
    if (type === 'cancel') {
      this.#live.delete(id)
      this.#told.delete(id)
      // Also where the request is not known: its `new` may have been overtaken.
      this.#closed.set(id, { sequence, status: 'requested', mendable: false, forMs: 0 })
      return
    }
    // Who sends `new` again under a new number has not heard an answer: it gets the present one once more.
    const unheard = type === 'new' && seen !== undefined
    if (closed && !closed.mendable) {
      closed.sequence = sequence
      const { status, reason } = closed
      if (unheard && status !== 'requested') {
        this.#answers.push({ request: id, sequence, status, ...(reason === undefined ? {} : { reason }) })
      }
      return
    }
    if (unheard && closed) this.#closed.delete(id)
    if (unheard) this.#told.delete(id)
    const refused = refusal(this.#table, message, nowMs)
    if (live) {
      // Late or wrong, it does not end what runs; without a better one the lease does.
      live.sequence = sequence
      if (!refused) take(live, message, nowMs)
      return
    }
    if (refused) {
      this.#close(id, { sequence, status: 'rejected', ...refused, mendable: true })
    } else if (this.#lockedMs.has(message.vehicle)) {
      const locked = `vehicle ${message.vehicle} has just used up the maximum presence here`
      this.#close(id, { sequence, status: 'reserviceLocked', reason: locked, mendable: true })
    } else {
      this.#live.set(id, newRequest(message, nowMs))
    }
  }

  /**
   * @param upMs steady time, in which leases run
   * @param report the controller's newest, or undefined while it does not answer
   * @returns the complete demand, and the answers whose status has changed
   */
  step(nowMs: number, upMs: number, report: ControllerReport | undefined): { calls: PreemptCall[]; answers: Answer[] } {
    this.#pass(this.#elapsed.since(upMs))
    this.#endWhatCannotBeServed(report)
    this.#choose(nowMs, report)
    for (const request of this.#live.values()) this.#tell(request, this.#verdict(request, report), nowMs)
    const answers = this.#answers
    this.#answers = []
    return { calls: this.#calls(report), answers }
  }

  #pass(elapsedMs: number): void {
    for (const [id, request] of this.#live) {
      request.lease.elapse(elapsedMs)
      request.windowMs -= elapsedMs
      const { sequence } = request
      if (request.lease.ended) this.#close(id, { sequence, status: 'rejected', reason: 'lease ended', mendable: true })
      else if (request.windowMs <= 0) {
        this.#close(id, { sequence, status: 'rejected', reason: 'latest arrival passed', mendable: true })
      }
    }
    for (const [id, closed] of this.#closed) {
      closed.forMs += elapsedMs
      if (closed.forMs > rememberClosedMs) this.#closed.delete(id)
    }
    for (const [vehicle, leftMs] of this.#lockedMs) {
      if (leftMs > elapsedMs) this.#lockedMs.set(vehicle, leftMs - elapsedMs)
      else this.#lockedMs.delete(vehicle)
    }
  }

  #endWhatCannotBeServed(report: ControllerReport | undefined): void {
    for (const [id, { sequence, approach, vehicle }] of this.#live) {
      if (!report) {
        this.#close(id, { sequence, status: 'rejected', reason: 'controller does not answer', mendable: true })
      } else if (report.preempt.state === 'other') {
        // Cabinet flash, conflict and manual control beat everything: reported, not retried.
        const reason = `controller is in ${report.display.mode} mode`
        this.#close(id, { sequence, status: 'rejected', reason, mendable: false })
      } else if (report.preempt.exhausted.includes(approach)) {
        this.#close(id, { sequence, status: 'maxPresence', mendable: false })
        this.#lockedMs.set(vehicle, this.#table.cycleS * 1000)
      }
    }
  }

  #choose(nowMs: number, report: ControllerReport | undefined): void {
    const best = this.requests[0]
    const running = this.requests.filter(({ approach }) => approach === this.#approach)
    const first = running[0]
    if (!best || !first) {
      this.#approach = best?.approach
      return
    }
    if (best.approach === this.#approach || best.rank >= first.rank) return
    const approach = this.#approaches.get(first.approach) as Approach
    const green = isGreen(report?.display.groups[approach.group])
    if (green && running.some((request) => pastStopping(request, approach, nowMs))) return
    this.#approach = best.approach
  }

  #calls(report: ControllerReport | undefined): PreemptCall[] {
    const wanted = this.requests
    // One that is displaced stays called until the controller has turned away from it: a call that simply went off
    // would hold its minimum dwell first.
    const held = report?.preempt.approach
    return [...new Set([this.#approach, held])].flatMap((approach) => {
      const first = wanted.find((request) => request.approach === approach)
      return first ? [{ approach: first.approach, urgency: first.rank }] : []
    })
  }

  #verdict({ approach }: PriorityRequest, report: ControllerReport | undefined): Verdict {
    if (approach !== this.#approach) {
      const first = this.requests.find((request) => request.approach === this.#approach)
      return { status: 'watchOtherTraffic', reason: `waits for request ${first?.id}` }
    }
    const state = report?.preempt.state
    const served = report?.preempt.approach === approach && (state === 'entryStarted' || state === 'dwell')
    if (!report || !served) return { status: 'requested' }
    const { group } = this.#approaches.get(approach) as Approach
    const green = isGreen(report.display.groups[group]) && !report.display.greenFlash.includes(group)
    return { status: green ? 'granted' : 'processing' }
  }

  #tell({ id, sequence }: Pick<PriorityRequest, 'id' | 'sequence'>, verdict: Verdict, nowMs: number): void {
    const told = this.#told.get(id)
    if (told?.status === verdict.status && told.reason === verdict.reason) return
    this.#told.set(id, verdict)
    // Alive again and told so: its next end is news.
    this.#closed.delete(id)
    const greenAt = verdict.status === 'granted' ? { greenAtMs: nowMs } : {}
    this.#answers.push({ request: id, sequence, ...verdict, ...greenAt })
  }

  #close(id: string, { mendable, sequence, field, ...verdict }: Omit<Closed, 'forMs'>): void {
    const before = this.#closed.get(id)
    this.#live.delete(id)
    this.#told.delete(id)
    this.#closed.set(id, { ...verdict, ...(field === undefined ? {} : { field }), sequence, mendable, forMs: 0 })
    const toldBefore = field === undefined ? before?.reason === verdict.reason : before?.field === field
    if (before?.status === verdict.status && toldBefore) return
    this.#answers.push({ request: id, sequence, ...verdict })
  }
}
