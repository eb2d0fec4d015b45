/** Lets through `rate` items a second on average, and `burst` at once. One per device: its own flood slows it alone. */
export class TokenBucket {
  readonly #rate: number
  readonly #burst: number
  #tokens: number
  #filledMs: number

  /** @param rate items per second, > 0 @param burst items, ≥ 1 */
  constructor(rate: number, burst: number, nowMs: number) {
    this.#rate = rate
    this.#burst = burst
    this.#tokens = burst
    this.#filledMs = nowMs
  }

  /** Takes `items`, into debt if need be. @returns seconds to wait before the next, 0 while tokens are left */
  take(items: number, nowMs: number): number {
    const passedS = Math.max(0, nowMs - this.#filledMs) / 1000
    this.#tokens = Math.min(this.#burst, this.#tokens + passedS * this.#rate) - items
    this.#filledMs = nowMs
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#rate
  }
}
