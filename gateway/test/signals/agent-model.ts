import { fromTimestamp, type ResponseStatus, type SignalMode, type SignalRequest } from '@clearway/contracts'
import { groupStates } from './crossroads.ts'

interface Live {
  request: string
  sequence: number
  approach: string
  leaseUntilMs: number
}

/** How long it takes from a call to the green, and from its end back to the plan, seconds. */
const entryS = 8
const exitS = 5

/**
 * What the contract promises of a signal agent, as small as can be: one request at a time, a lease that ends by
 * silence, an entry of some seconds, reports on change and every 5 s. The real one is driven in test/green-channel.test.ts.
 */
export class AgentModel {
  readonly junction: string
  /** Sends a message up. */
  readonly #send: (channel: 'state' | 'response', body: Record<string, unknown>) => void
  #live: Live | undefined
  #closed = new Map<string, number>()
  #phase: 'plan' | 'entering' | 'green' | 'exit' = 'plan'
  #untilMs = 0
  #approach = 'w'
  #saidMs = Number.NEGATIVE_INFINITY
  #said = ''
  control: 'plan' | 'manual' = 'plan'
  /** When the approach was last shown green for a request, ms. */
  readonly greenMs: number[] = []

  constructor(junction: string, send: (channel: 'state' | 'response', body: Record<string, unknown>) => void) {
    this.junction = junction
    this.#send = send
  }

  get mode(): SignalMode {
    if (this.control === 'manual') return 'manual'
    if (this.#phase === 'plan') return 'coordinated'
    return this.#phase === 'exit' ? 'recovering' : 'preempted'
  }

  get green(): boolean {
    return this.#phase === 'green'
  }

  receive(body: SignalRequest, nowMs: number): void {
    const { request, sequence, type, approach, leaseUntil } = body
    const seen = this.#live?.request === request ? this.#live.sequence : this.#closed.get(request)
    if (seen !== undefined && sequence <= seen) return
    if (type === 'cancel') {
      this.#closed.set(request, sequence)
      if (this.#live?.request === request) this.#live = undefined
      return
    }
    if (this.#closed.has(request) || this.control === 'manual') return
    if (this.#live && this.#live.request !== request) {
      this.#send('response', {
        request,
        sequence,
        status: 'watchOtherTraffic',
        reason: `waits for ${this.#live.request}`,
        expectedDelayS: 40,
      })
      return
    }
    const fresh = this.#live === undefined
    this.#live = { request, sequence, approach, leaseUntilMs: fromTimestamp(leaseUntil) }
    if (fresh) this.#answer('requested')
    this.step(nowMs)
  }

  step(nowMs: number): void {
    if (this.#live && this.#live.leaseUntilMs <= nowMs) this.#live = undefined
    if (this.control === 'manual') this.#phase = 'plan'
    else this.#serve(nowMs)
    this.#say(nowMs)
    if (this.green) this.greenMs.push(nowMs)
  }

  #serve(nowMs: number): void {
    if (this.#phase === 'plan' && this.#live) {
      this.#phase = 'entering'
      this.#approach = this.#live.approach
      this.#untilMs = nowMs + entryS * 1000
      this.#answer('processing')
    } else if (this.#phase === 'entering' && nowMs >= this.#untilMs) {
      this.#phase = 'green'
      if (this.#live) {
        this.#answer('granted')
      }
    } else if (this.#phase === 'green' && !this.#live) {
      this.#phase = 'exit'
      this.#untilMs = nowMs + exitS * 1000
    } else if (this.#phase === 'exit' && nowMs >= this.#untilMs) this.#phase = 'plan'
  }

  #say(nowMs: number): void {
    const shown =
      this.#phase === 'plan' ? 'v-n' : this.#phase === 'green' ? (`v-${this.#approach}` as 'v-w') : undefined
    const body = { mode: this.mode, groups: groupStates(shown) }
    const text = JSON.stringify(body)
    if (text === this.#said && nowMs - this.#saidMs < 5000) return
    this.#said = text
    this.#saidMs = nowMs
    this.#send('state', body)
  }

  #answer(status: ResponseStatus): void {
    if (!this.#live) return
    const { request, sequence } = this.#live
    this.#send('response', { request, sequence, status })
  }
}
