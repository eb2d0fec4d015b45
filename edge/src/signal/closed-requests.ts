import type { ResponseStatus } from '@clearway/contracts'

/** Longer than any message is late. */
const rememberMs = 15 * 60_000
/** Bounds the memory under a flood of ids, some hundred kilobytes. */
const mostRemembered = 1024

/** A request that is over, or that was never taken. */
export interface ClosedRequest {
  sequence: number
  /** Sender's clock of its newest message, ms; undefined where that clock was wrong. */
  atMs: number | undefined
  status: ResponseStatus
  reason?: string
  /** Of the request that is wrong: the same field is complained of once, though its value differs each time. */
  field?: string
  /** A newer update may open it again: its lease ran out by silence, or its fault can be mended by the sender. */
  mendable: boolean
}

/**
 * Requests that must not come alive again by a message heard before. What is forgotten, by age or by number, leaves a
 * mark: a message for an unknown request that was sent no later than the newest of a forgotten one may be its replay.
 * Before the start of this process everything is forgotten.
 */
export class ClosedRequests {
  /** In the order of their last change. */
  readonly #closed = new Map<string, ClosedRequest & { sinceMs: number }>()
  #elapsedMs = 0
  #knownFromMs: number

  constructor(nowMs: number) {
    this.#knownFromMs = nowMs
  }

  get(id: string): Readonly<ClosedRequest> | undefined {
    return this.#closed.get(id)
  }

  /** Sender's clock, ms: a message for an unknown request sent before may be a replay. */
  get knownFromMs(): number {
    return this.#knownFromMs
  }

  get size(): number {
    return this.#closed.size
  }

  set(id: string, closed: ClosedRequest): void {
    this.#closed.delete(id)
    this.#closed.set(id, { ...closed, sinceMs: this.#elapsedMs })
    if (this.#closed.size > mostRemembered) this.#forgetOldest()
  }

  /** It lives again: whoever keeps it now answers for its sequence numbers. */
  delete(id: string): void {
    this.#closed.delete(id)
  }

  /** @param latestMs of a message that is taken now: a mark beyond was set by a clock that ran ahead and is drawn back */
  pass(elapsedMs: number, latestMs: number): void {
    this.#elapsedMs += elapsedMs
    this.#knownFromMs = Math.min(this.#knownFromMs, latestMs)
    for (const { sinceMs } of this.#closed.values()) {
      if (this.#elapsedMs - sinceMs <= rememberMs) return
      this.#forgetOldest()
    }
  }

  #forgetOldest(): void {
    const [id, { atMs }] = this.#closed.entries().next().value as [string, ClosedRequest]
    this.#closed.delete(id)
    if (atMs !== undefined) this.#knownFromMs = Math.max(this.#knownFromMs, atMs + 1)
  }
}
