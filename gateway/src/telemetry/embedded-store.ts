import { Worker } from 'node:worker_threads'
import { type Clock, WorldError } from '@clearway/contracts'
import type { Logger } from 'pino'
import { requirePoint } from './series-outbox.ts'
import type { SeriesAnswer, SeriesRequest } from './series-worker.ts'
import type { Point, QuarterSums, Sample, SeriesQuery, TelemetryStore, WeighedSeries } from './store.ts'

const hourS = 3_600
/** A day is packed this long after its end: by then most of what was late has come. */
const graceMs = hourS * 1000
const readingsKeptMs = 400 * 86_400_000

/** Time series in a file beside the records, in a thread of its own: packing a day delays nothing. */
export class EmbeddedStore implements TelemetryStore {
  readonly #dataDir: string
  readonly #clock: Clock
  readonly #log: Logger
  readonly #stop = new AbortController()
  #asked: { resolve: (result: unknown) => void; reject: (error: Error) => void }[] = []
  #worker: Worker | undefined
  #upkeep: Promise<void> | undefined

  constructor(dataDir: string, clock: Clock, log: Logger) {
    this.#dataDir = dataDir
    this.#clock = clock
    this.#log = log
  }

  /** @throws WorldError `series-store` when the file cannot be opened or made */
  async start(): Promise<void> {
    const worker = new Worker(new URL('./series-worker.ts', import.meta.url), {
      workerData: { dataDir: this.#dataDir },
    })
    const ready = this.#promise()
    worker.on('message', (answer: SeriesAnswer) => {
      const asked = this.#asked.shift()
      if ('reason' in answer) asked?.reject(new WorldError('series-store', `series.sqlite: ${answer.reason}`))
      else asked?.resolve(answer.result)
    })
    worker.on('error', (cause) => {
      this.#worker = undefined
      const message = `${this.#dataDir}/series.sqlite cannot be used: ${cause.message}; put back a copy of the data folder`
      const error = new WorldError('series-store', message, cause)
      for (const { reject } of this.#asked.splice(0)) reject(error)
    })
    this.#worker = worker
    await ready
    this.#upkeep = this.#sealNowAndThen()
  }

  async write(points: readonly Point[]): Promise<void> {
    for (const point of points) requirePoint(point)
    await this.#ask({ what: 'write', points })
  }

  async range(query: SeriesQuery): Promise<Sample[]> {
    return (await this.#ask({ what: 'range', query })) as Sample[]
  }

  async means(query: SeriesQuery, bucketS: number): Promise<Sample[]> {
    return (await this.#ask({ what: 'means', query, bucketS })) as Sample[]
  }

  async quarters(series: readonly WeighedSeries[], fromMs: number, toMs: number): Promise<QuarterSums> {
    return (await this.#ask({ what: 'quarters', series, fromMs, toMs })) as QuarterSums
  }

  /** Packs every day that has ended. */
  async seal(): Promise<void> {
    const beforeMs = this.#clock.now() - graceMs
    while ((await this.#ask({ what: 'sealDay', beforeMs })) !== undefined) {
      if (this.#stop.signal.aborted) return
    }
    await this.#ask({ what: 'dropBefore', beforeMs: this.#clock.now() - readingsKeptMs })
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#upkeep
    const worker = this.#worker
    if (!worker) return
    const gone = new Promise((resolve) => worker.once('exit', resolve))
    await this.#ask({ what: 'close' })
    await gone
    this.#worker = undefined
  }

  #promise(): Promise<unknown> {
    return new Promise((resolve, reject) => this.#asked.push({ resolve, reject }))
  }

  #ask(request: SeriesRequest): Promise<unknown> {
    const worker = this.#worker
    if (!worker) return Promise.reject(new WorldError('series-store', 'the store of time series is not open'))
    const answer = this.#promise()
    worker.postMessage(request)
    return answer
  }

  async #sealNowAndThen(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.seal()
      } catch (error) {
        this.#log.error({ err: error }, 'a finished day could not be packed; it is tried again later')
      }
      await this.#clock.wait(hourS, this.#stop.signal).catch(() => {
        // Stopped while waiting: the loop ends.
      })
    }
  }
}
