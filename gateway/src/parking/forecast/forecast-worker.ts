import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { readCalendar } from '../tariffs/calendar/calendar.ts'
import { type FitReport, LotForecaster, type LotOutlook } from './lot-forecaster.ts'
import type { LotGrid } from './lot-grid.ts'

export type ForecastRequest = { what: 'fit'; grid: LotGrid; seed: number } | { what: 'forecast'; grid: LotGrid }

export type ForecastAnswer = { fitted: FitReport } | { outlooks: LotOutlook[] } | { reason: string }

export interface ForecastWorkerData {
  zone: string
  /** The city's own calendar; undefined: China's. */
  calendarFile: string | undefined
}

const port = parentPort
if (!port) throw new Error('forecast-worker runs as a worker thread of the gateway')
// On Linux this is the thread's own priority; a fit takes what others leave. Elsewhere it would be the whole gateway's.
if (process.platform === 'linux') setPriority(0, 10)
const { zone, calendarFile } = workerData as ForecastWorkerData
const forecaster = new LotForecaster(zone, readCalendar(calendarFile))

function serve(request: ForecastRequest): ForecastAnswer {
  if (request.what === 'forecast') return { outlooks: forecaster.forecast(request.grid) }
  const begun = performance.now()
  const report = forecaster.fit(request.grid, request.seed)
  return { fitted: { ...report, tookMs: Math.round(performance.now() - begun) } }
}

port.on('message', (request: ForecastRequest) => {
  try {
    port.postMessage(serve(request))
  } catch (error) {
    port.postMessage({ reason: error instanceof Error ? error.message : String(error) } satisfies ForecastAnswer)
  }
})
