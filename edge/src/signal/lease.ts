import { fromTimestamp } from '@clearway/contracts'

/** Whatever a message claims: silence of this length ends a lease (8 s is field practice for radio requests). */
const longestLeaseMs = 10_000

/**
 * A right that ends by silence. The wire says when by the gateway's clock; from then on only this device's elapsed time
 * counts, so a clock that steps while the lease runs cannot stretch it.
 */
export class Lease {
  #leftMs = 0

  renew(leaseUntil: string, nowMs: number): void {
    this.#leftMs = Math.min(longestLeaseMs, fromTimestamp(leaseUntil) - nowMs)
  }

  elapse(elapsedMs: number): void {
    this.#leftMs -= elapsedMs
  }

  get ended(): boolean {
    return this.#leftMs <= 0
  }
}
