import type { Clock } from '@clearway/contracts'
import type { Logger } from 'pino'
import type { RecordsOutbox } from './series-outbox.ts'
import type { TelemetryStore } from './store.ts'

const batchPoints = 1_000
const longestBackoffS = 60
/** Points that follow each other within this time go together: each batch costs two syncs of the disk. */
const gatherS = 0.5

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
  #gathering = new AbortController()
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
    this.#gathering.abort()
    this.#wake?.()
    await this.#running
  }

  /** Resolves when the outbox was found empty. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve)
      this.#gathering.abort()
      setImmediate(() => this.#wake?.())
    })
  }

  async #run(): Promise<void> {
    let failures = 0
    while (!this.#stop.signal.aborted) {
      const { points, upToSeq } = this.#outbox.waiting(batchPoints)
      if (points.length === 0) {
        for (const resolve of this.#idle.splice(0)) resolve()
        await this.#somethingNew()
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
  /** Waits for the first new point, then a little for those that follow it. */
  async #somethingNew(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#wake = undefined
    if (this.#idle.length > 0 || this.#stop.signal.aborted) return
    this.#gathering = new AbortController()
    await this.#clock.wait(gatherS, this.#gathering.signal).catch(() => {
      // Somebody waits for the outbox to be empty, or the end has come: no gathering.
    })
  }
}
