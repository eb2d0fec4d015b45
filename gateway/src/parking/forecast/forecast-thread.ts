import { Worker } from 'node:worker_threads'
import { WorldError } from '@clearway/contracts'
import type { ForecastAnswer, ForecastRequest, ForecastWorkerData } from './forecast-worker.ts'
import type { FitReport, LotOutlook } from './lot-forecaster.ts'
import type { LotGrid } from './lot-grid.ts'

interface Waiting {
  resolve: (answer: ForecastAnswer) => void
  reject: (error: unknown) => void
}

/** The forecaster in a thread of its own: a fit takes seconds, for which the gateway must not stand still. */
export class ForecastThread {
  readonly #data: ForecastWorkerData
  /** Answers come in the order of the requests. */
  readonly #waiting: Waiting[] = []
  #worker: Worker | undefined
  #stopped = false

  constructor(data: ForecastWorkerData) {
    this.#data = data
  }

  /** @throws WorldError `forecast-thread` when the thread fails; the next request starts another */
  async fit(grid: LotGrid, seed: number): Promise<FitReport> {
    const answer = await this.#ask({ what: 'fit', grid, seed })
    if ('fitted' in answer) return answer.fitted
    throw failure('reason' in answer ? answer.reason : 'it answered something else')
  }

  /** @throws WorldError as `fit` does */
  async forecast(grid: LotGrid): Promise<LotOutlook[]> {
    const answer = await this.#ask({ what: 'forecast', grid })
    if ('outlooks' in answer) return answer.outlooks
    throw failure('reason' in answer ? answer.reason : 'it answered something else')
  }

  /** Abandons what is under way and starts nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
    for (const { reject } of this.#waiting.splice(0)) reject(failure('the gateway is stopping'))
  }

  async #ask(request: ForecastRequest): Promise<ForecastAnswer> {
    if (this.#stopped) throw failure('the gateway is stopping')
    this.#worker ??= this.#open()
    const answer = new Promise<ForecastAnswer>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    this.#worker.postMessage(request)
    return answer
  }

  #open(): Worker {
    const worker = new Worker(new URL('./forecast-worker.ts', import.meta.url), { workerData: this.#data })
    worker.unref()
    const lost = (reason: string, cause?: unknown) => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      for (const { reject } of this.#waiting.splice(0)) reject(failure(reason, cause))
    }
    worker.on('message', (answer: ForecastAnswer) => this.#waiting.shift()?.resolve(answer))
    worker.on('error', (error: Error) => lost(error.message, error))
    worker.on('exit', (code) => lost(`it ended with code ${code}`))
    return worker
  }
}

const failure = (reason: string, cause?: unknown) =>
  new WorldError('forecast-thread', `the forecast thread failed: ${reason}`, cause)
