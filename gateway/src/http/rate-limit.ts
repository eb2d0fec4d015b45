import { type Clock, OverloadError } from '@clearway/contracts'

/** Addresses remembered at once; the longest unseen one goes first. Bounds the memory a flood of addresses can take. */
const remembered = 10_000

/** A bucket per address: a minute's worth at once, refilled evenly. */
export class RateLimit {
  readonly #clock: Clock
  readonly #perMinute: number
  readonly #buckets = new Map<string, { level: number; atMs: number }>()

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock
    this.#perMinute = perMinute
  }

  /** @throws OverloadError `rate` when the address has used up its share */
  take(address: string): void {
    const nowMs = this.#clock.now()
    const bucket = this.#buckets.get(address) ?? { level: this.#perMinute, atMs: nowMs }
    const refill = (Math.max(0, nowMs - bucket.atMs) / 60_000) * this.#perMinute
    const level = Math.min(this.#perMinute, bucket.level + refill)
    if (level < 1) {
      throw new OverloadError('rate', `more than ${this.#perMinute} requests a minute from this address; wait a while`)
    }
    this.#buckets.delete(address)
    this.#buckets.set(address, { level: level - 1, atMs: nowMs })
    if (this.#buckets.size > remembered) {
      const [oldest] = this.#buckets.keys()
      this.#buckets.delete(oldest as string)
    }
  }
}
