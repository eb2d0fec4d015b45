import type { JunctionTable } from '@clearway/contracts'
import type { PriorityRequest } from './priority-request.ts'

/** The controller counts by itself, from a moment that may be some seconds off. */
const slackMs = 5000
/** So much later the vehicle's own count ends what the controller did not. */
const afterControllerMs = 15_000
/** Bounds the memory; many more than can pass a junction within its cycle. */
const mostVehicles = 256

interface Use {
  /** With its call on, over all its requests since it was last away for a cycle. */
  usedMs: number
  awayMs: number
  lockedMs: number
}

/**
 * How long each vehicle has had its call on here. The maximum presence is that of the vehicle: one that cancels and asks
 * again gets no more of it until it was away for a cycle. After it the vehicle is locked out for a cycle.
 */
export class Reservice {
  readonly #cycleMs: number
  readonly #mostMs: number
  readonly #uses = new Map<string, Use>()

  constructor({ cycleS, preempt }: JunctionTable) {
    this.#cycleMs = cycleS * 1000
    this.#mostMs = preempt.maxPresenceS * 1000
  }

  pass(elapsedMs: number, live: readonly PriorityRequest[]): void {
    if (elapsedMs === 0) return
    for (const [vehicle, use] of this.#uses) {
      use.awayMs += elapsedMs
      use.lockedMs = Math.max(0, use.lockedMs - elapsedMs)
      if (use.awayMs > this.#cycleMs && use.lockedMs === 0) this.#uses.delete(vehicle)
    }
    for (const { vehicle, called } of live) {
      if (!called) continue
      const use = this.#uses.get(vehicle) ?? this.#start(vehicle)
      // A vehicle with two requests counts once.
      if (use.awayMs > 0) use.usedMs += elapsedMs
      use.awayMs = 0
    }
  }

  /** Whether the vehicle has had more than the maximum presence, whatever the controller has counted. */
  isOver(vehicle: string): boolean {
    return (this.#uses.get(vehicle)?.usedMs ?? 0) >= this.#mostMs + afterControllerMs
  }

  /** Locks the vehicle out when the maximum presence was its own and not that of the ones before it. */
  lock(vehicle: string): void {
    const use = this.#uses.get(vehicle)
    if (!use || use.usedMs < this.#mostMs - slackMs) return
    use.lockedMs = this.#cycleMs
    use.usedMs = 0
  }

  /** Milliseconds for which the vehicle is still locked out; 0 when it is not. */
  lockedMs(vehicle: string): number {
    return this.#uses.get(vehicle)?.lockedMs ?? 0
  }

  #start(vehicle: string): Use {
    if (this.#uses.size >= mostVehicles) this.#uses.delete(this.#uses.keys().next().value as string)
    const use = { usedMs: 0, awayMs: 0, lockedMs: 0 }
    this.#uses.set(vehicle, use)
    return use
  }
}
