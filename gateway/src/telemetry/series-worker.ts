import { parentPort, workerData } from 'node:worker_threads'
import { SeriesFile } from './series-file.ts'
import type { Point, SeriesQuery, WeighedSeries } from './store.ts'

export type SeriesRequest =
  | { what: 'write'; points: readonly Point[] }
  | { what: 'range'; query: SeriesQuery }
  | { what: 'means'; query: SeriesQuery; bucketS: number }
  | { what: 'quarters'; series: readonly WeighedSeries[]; fromMs: number; toMs: number }
  | { what: 'sealDay'; beforeMs: number }
  | { what: 'dropBefore'; beforeMs: number }
  | { what: 'close' }

export type SeriesAnswer = { result: unknown } | { reason: string }

const port = parentPort
if (!port) throw new Error('series-worker runs as a worker thread of the gateway')
const file = new SeriesFile((workerData as { dataDir: string }).dataDir)

function serve(request: SeriesRequest): unknown {
  switch (request.what) {
    case 'write':
      return file.write(request.points)
    case 'range':
      return file.range(request.query)
    case 'means':
      return file.means(request.query, request.bucketS)
    case 'quarters':
      return file.quarters(request.series, request.fromMs, request.toMs)
    case 'sealDay':
      return file.sealDay(request.beforeMs)
    case 'dropBefore':
      return file.dropBefore(request.beforeMs)
    case 'close':
      return file.close()
  }
}

port.on('message', (request: SeriesRequest) => {
  try {
    port.postMessage({ result: serve(request) } satisfies SeriesAnswer)
  } catch (error) {
    port.postMessage({ reason: error instanceof Error ? error.message : String(error) } satisfies SeriesAnswer)
  }
  if (request.what === 'close') port.close()
})
port.postMessage({ result: 'ready' } satisfies SeriesAnswer)
