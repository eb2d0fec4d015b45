import type { Clock } from '@clearway/contracts'

/** What has been opened and how it is closed again, last opened first. */
export class Lifetime {
  readonly #closers: (() => unknown)[] = []
  readonly #stop = new AbortController()

  /** Opens something and remembers how to close it; what failed to open is not closed. */
  async open<T>(open: () => T | Promise<T>, close: () => unknown): Promise<T> {
    const opened = await open()
    this.#closers.push(close)
    return opened
  }

  /** Does `work` every `everyS` seconds until the end. */
  repeat(clock: Clock, everyS: number, work: () => void): void {
    const run = async () => {
      while (!this.#stop.signal.aborted) {
        await clock.wait(everyS, this.#stop.signal).catch((reason: unknown) => {
          if (!this.#stop.signal.aborted) throw reason
        })
        if (!this.#stop.signal.aborted) work()
      }
    }
    const running = run()
    this.#closers.push(() => running)
  }

  /** Closes everything, whatever fails on the way. @throws AggregateError of what failed */
  async close(): Promise<void> {
    this.#stop.abort()
    const failures: unknown[] = []
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed')
  }
}
