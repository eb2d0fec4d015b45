/**
 * Time and randomness come in through arguments, so that an hour of city time tests in milliseconds and a failure
 * repeats. In code an instant is a number of milliseconds since 1970-01-01T00:00:00Z and its name ends in `Ms`; a span
 * is a number of seconds and its name ends in `S`. On the wire an instant is an RFC 3339 string with milliseconds.
 */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number
  /** Resolves after `durationS` seconds of this clock; rejects with the signal's reason when `stop` aborts first. */
  wait(durationS: number, stop?: AbortSignal): Promise<void>
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (durationS, stop) =>
    new Promise((resolve, reject) => {
      if (stop?.aborted) return reject(stop.reason)
      const abandon = () => {
        clearTimeout(timer)
        reject(stop?.reason)
      }
      const timer = setTimeout(() => {
        stop?.removeEventListener('abort', abandon)
        resolve()
      }, durationS * 1000)
      stop?.addEventListener('abort', abandon, { once: true })
    }),
}

interface Sleeper {
  dueMs: number
  order: number
  wake: () => void
}

/** A clock that moves only when told to: `advance` wakes the sleepers in order of their due time, then of arrival. */
export class ManualClock implements Clock {
  #nowMs: number
  #order = 0
  #sleepers: Sleeper[] = []

  constructor(startMs: number) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  wait(durationS: number, stop?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (stop?.aborted) return reject(stop.reason)
      const abandon = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(stop?.reason)
      }
      const wake = () => {
        // A signal that outlives many waits must not keep what each of them left.
        stop?.removeEventListener('abort', abandon)
        resolve()
      }
      const sleeper: Sleeper = { dueMs: this.#nowMs + durationS * 1000, order: this.#order++, wake }
      this.#sleepers.push(sleeper)
      stop?.addEventListener('abort', abandon, { once: true })
    })
  }

  /** Moves time forward and lets everything that fell due run, including what it scheduled within the span. */
  async advance(durationS: number): Promise<void> {
    const endMs = this.#nowMs + durationS * 1000
    for (;;) {
      this.#sleepers.sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)
      const next = this.#sleepers[0]
      if (!next || next.dueMs > endMs) break
      this.#sleepers.shift()
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.wake()
      // What the sleeper does next runs in microtasks; a turn of the event loop lets it finish.
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#nowMs = endMs
  }
}

/** RFC 3339 with milliseconds, UTC: `2026-11-23T08:15:00.000Z`. */
export const toTimestamp = (ms: number): string => new Date(ms).toISOString()

/** Milliseconds since the epoch. The string has passed the `Timestamp` schema, so it has an offset and parses. */
export const fromTimestamp = (timestamp: string): number => Date.parse(timestamp)
