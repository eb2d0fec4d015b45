/** Remembered at once; a flood of valid messages would need the platform's key. */
const remembered = 100_000

/** Nonces of messages that were taken, for as long as their signature would be. */
export class SeenNonces {
  readonly #lifeMs: number
  readonly #seen = new Map<string, number>()

  /** @param lifeS for how long a nonce may not come again */
  constructor(lifeS: number) {
    this.#lifeMs = lifeS * 1000
  }

  /** @returns false when the nonce has been seen; call it only for what is otherwise valid */
  spend(nonce: string, nowMs: number): boolean {
    for (const [old, untilMs] of this.#seen) {
      if (untilMs > nowMs && this.#seen.size < remembered) break
      this.#seen.delete(old)
    }
    if (this.#seen.has(nonce)) return false
    this.#seen.set(nonce, nowMs + this.#lifeMs)
    return true
  }

  /** Lets a nonce come again: what it came with could not be kept. */
  forget(nonce: string): void {
    this.#seen.delete(nonce)
  }
}
