import { parentPort, workerData } from 'node:worker_threads'
import { JournalFile, type JournalRow } from './journal-file.ts'

/** What the gateway's thread asks; each request gets exactly one answer, in order. */
export type JournalRequest =
  | { what: 'commit'; rows: JournalRow[] }
  | { what: 'trim'; belowSeq: number; bodiesBeforeMs: number; idsBeforeMs: number; limit: number }
  | { what: 'limit'; bytes: number }
  | { what: 'close' }

export type JournalAnswer =
  | { what: 'ready' }
  | { what: 'committed'; outcomes: number[]; tookMs: number }
  | { what: 'done'; rows: number }
  | { what: 'failed'; reason: string }

const port = parentPort
if (!port) throw new Error('journal-worker runs as a worker thread of the gateway')
const answer = (message: JournalAnswer) => port.postMessage(message)
const file = new JournalFile((workerData as { dataDir: string }).dataDir)

function serve(request: JournalRequest): JournalAnswer {
  switch (request.what) {
    case 'commit': {
      const began = performance.now()
      const outcomes = file.commit(request.rows)
      return { what: 'committed', outcomes, tookMs: performance.now() - began }
    }
    case 'trim': {
      const { belowSeq, bodiesBeforeMs, idsBeforeMs, limit } = request
      return { what: 'done', rows: file.trim(belowSeq, bodiesBeforeMs, idsBeforeMs, limit) }
    }
    case 'limit':
      file.limit(request.bytes)
      return { what: 'done', rows: 0 }
    case 'close':
      file.close()
      return { what: 'done', rows: 0 }
  }
}

port.on('message', (request: JournalRequest) => {
  try {
    answer(serve(request))
  } catch (error) {
    answer({ what: 'failed', reason: error instanceof Error ? error.message : String(error) })
  }
  if (request.what === 'close') port.close()
})
answer({ what: 'ready' })
