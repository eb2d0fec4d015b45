import type { Clock } from '@clearway/contracts'
import type { Logger } from 'pino'
import type { RecordsOutbox } from './series-outbox.ts'
import type { TelemetryStore } from './store.ts'

const batchPoints = 1_000
const longestBackoffS = 60

/**
 * Carries points from the outbox to the telemetry store: writes, waits for the answer, then removes them. A crash
 * between the two writes them again, which the store's promise (same series and time replaces) makes harmless.
 */
export class Recorder {
  readonly #outbox: RecordsOutbox
  readonly #store: TelemetryStore
  readonly #clock: Clock
  readonly #log: Logger
  readonly #stop = new AbortController()
  #running: Promise<void> | undefined
  #wake: (() => void) | undefined
  #idle: (() => void)[] = []

  constructor(outbox: RecordsOutbox, store: TelemetryStore, clock: Clock, log: Logger) {
    this.#outbox = outbox
    this.#store = store
    this.#clock = clock
    this.#log = log
  }

  /** The store must be started. */
  start(): void {
    // Not in the turn of the append: its transaction is still open.
    this.#outbox.onAppend(() => setImmediate(() => this.#wake?.()))
    this.#running = this.#run()
  }

  /** What is left stays in the outbox for the next start. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.#wake?.()
    await this.#running
  }

  /** Resolves when the outbox was found empty. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve)
      setImmediate(() => this.#wake?.())
    })
  }

  async #run(): Promise<void> {
    let failures = 0
    while (!this.#stop.signal.aborted) {
      const { points, upToSeq } = this.#outbox.waiting(batchPoints)
      if (points.length === 0) {
        for (const resolve of this.#idle.splice(0)) resolve()
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        this.#wake = undefined
        continue
      }
      try {
        await this.#store.write(points)
        this.#outbox.remove(upToSeq)
        failures = 0
      } catch (error) {
        const waitS = Math.min(longestBackoffS, 2 ** failures++)
        this.#log.error({ err: error, points: points.length, waitS }, 'time series could not be written; tried again')
        await this.#clock.wait(waitS, this.#stop.signal).catch(() => {
          // Stopped while waiting: the loop ends.
        })
      }
    }
  }
}
