import { Worker } from 'node:worker_threads'
import { type FieldError, InputError, WorldError } from '@clearway/contracts'
import type { NumbersQuestion } from './number-answers.ts'
import type { NumbersAnswer, NumbersRequest, NumbersWorkerData } from './numbers-worker.ts'

/** Questions that may wait at once; each takes a fraction of a second. */
const mostWaiting = 64

interface Waiting {
  resolve: (answer: NumbersAnswer) => void
  reject: (error: unknown) => void
}

/** Figures worked out in a thread of its own with its own connection: a year of all lots must not hold up a gate. */
export class NumbersThread {
  readonly #data: NumbersWorkerData
  /** Answers come in the order of the requests. */
  readonly #waiting: Waiting[] = []
  #worker: Worker | undefined
  #stopped = false

  constructor(data: NumbersWorkerData) {
    this.#data = data
  }

  /** Opens the thread, which brings the rollups of days up to date. */
  start(): void {
    this.#worker ??= this.#open()
  }

  /**
   * @returns the body of the answer
   * @throws InputError as the question has it; WorldError `numbers-thread` when the thread fails (the next question
   *   starts another), `numbers-busy` when too many wait
   */
  async answer(question: NumbersQuestion, nowMs: number): Promise<Buffer> {
    if (this.#stopped) throw failure('the gateway is stopping')
    if (this.#waiting.length >= mostWaiting) {
      throw new WorldError('numbers-busy', `${mostWaiting} questions for figures wait already; ask again in a moment`)
    }
    this.start()
    const answer = new Promise<NumbersAnswer>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    this.#worker?.postMessage({ question, nowMs } satisfies NumbersRequest)
    const given = await answer
    if ('body' in given) return Buffer.from(given.body.buffer, given.body.byteOffset, given.body.byteLength)
    throw errorOf(given.error as PlainError)
  }

  /** Abandons what is under way and starts nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
    for (const { reject } of this.#waiting.splice(0)) reject(failure('the gateway is stopping'))
  }

  #open(): Worker {
    const worker = new Worker(new URL('./numbers-worker.ts', import.meta.url), { workerData: this.#data })
    worker.unref()
    const lost = (reason: string, cause?: unknown) => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      for (const { reject } of this.#waiting.splice(0)) reject(failure(reason, cause))
    }
    worker.on('message', (answer: NumbersAnswer) => this.#waiting.shift()?.resolve(answer))
    worker.on('error', (error: Error) => lost(error.message, error))
    worker.on('exit', (code) => lost(`it ended with code ${code}`))
    return worker
  }
}

interface PlainError {
  code?: string
  message: string
  kind?: string
  fields?: FieldError[]
}

const failure = (reason: string, cause?: unknown) =>
  new WorldError('numbers-thread', `the thread of the figures failed: ${reason}`, cause)

function errorOf({ code, message, kind, fields }: PlainError): Error {
  return kind === 'caller' && code !== undefined ? new InputError(code, message, fields) : failure(message)
}
