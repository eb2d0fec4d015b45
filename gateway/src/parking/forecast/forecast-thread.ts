import { WorldError } from '@clearway/contracts'
import { AnsweringThread } from '../../answering-thread.ts'
import type { ForecastAnswer, ForecastRequest, ForecastWorkerData } from './forecast-worker.ts'
import type { FitReport, LotOutlook } from './lot-forecaster.ts'
import type { LotGrid } from './lot-grid.ts'

/** The forecaster in a thread of its own: a fit takes seconds, for which the gateway must not stand still. */
export class ForecastThread {
  readonly #thread: AnsweringThread<ForecastRequest, ForecastAnswer>

  constructor(workerData: ForecastWorkerData) {
    this.#thread = new AnsweringThread({
      module: new URL('./forecast-worker.ts', import.meta.url),
      workerData,
      failure,
    })
  }

  /** @throws WorldError `forecast-thread` when the thread fails; the next request starts another */
  async fit(grid: LotGrid, seed: number): Promise<FitReport> {
    const answer = await this.#thread.ask({ what: 'fit', grid, seed })
    if ('fitted' in answer) return answer.fitted
    throw failure('reason' in answer ? answer.reason : 'it answered something else')
  }

  /** @throws WorldError as `fit` does */
  async forecast(grid: LotGrid): Promise<LotOutlook[]> {
    const answer = await this.#thread.ask({ what: 'forecast', grid })
    if ('outlooks' in answer) return answer.outlooks
    throw failure('reason' in answer ? answer.reason : 'it answered something else')
  }

  /** Abandons what is under way and starts nothing more. */
  stop(): Promise<void> {
    return this.#thread.stop()
  }
}

const failure = (reason: string, cause?: unknown) =>
  new WorldError('forecast-thread', `the forecast thread failed: ${reason}`, cause)
