import { parentPort, workerData } from 'node:worker_threads'
import { Records } from '../../records/records.ts'
import { Lots } from '../lots/lots.ts'
import { Stays } from '../stays/stays.ts'
import { Tariffs } from '../tariffs/tariffs.ts'
import { Coverage } from './coverage.ts'
import { LotMetricsReader } from './metrics.ts'
import { answerNumbers, type NumbersQuestion } from './number-answers.ts'

export interface NumbersRequest {
  question: NumbersQuestion
  nowMs: number
}

export type NumbersAnswer = { body: Uint8Array } | { error: unknown }

export interface NumbersWorkerData {
  dataDir: string
  zone: string
}

const port = parentPort
if (!port) throw new Error('numbers-worker runs as a worker thread of the gateway')
const { dataDir, zone } = workerData as NumbersWorkerData
const records = Records.open(dataDir)
// What this thread writes can be made anew; waiting for the disk would hold up the gates.
records.db.exec('PRAGMA synchronous=NORMAL')
const sources = {
  stays: new Stays(records),
  coverage: new Coverage(records),
  lots: new Lots(records, new Tariffs(records)),
}
const reader = new LotMetricsReader(records, sources, zone)

port.on('message', ({ question, nowMs }: NumbersRequest) => {
  try {
    const answer = answerNumbers(reader, question, nowMs)
    // A buffer of its own, so that it is handed over instead of copied.
    const body = typeof answer === 'string' ? new TextEncoder().encode(answer) : new Uint8Array(answer)
    port.postMessage({ body } satisfies NumbersAnswer, [body.buffer])
  } catch (error) {
    port.postMessage({ error: plain(error) } satisfies NumbersAnswer)
  }
})

/** What of an error survives the way to another thread. */
function plain(error: unknown): unknown {
  const { code, message, kind, fields } = error as { code?: string; message: string; kind?: string; fields?: unknown }
  return { code, message, kind, fields }
}

// Days that are stale, or all where the data folder has none yet, are made before somebody asks.
reader.rollups.rebuild()
