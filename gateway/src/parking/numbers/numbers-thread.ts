import { type FieldError, InputError, WorldError } from '@clearway/contracts'
import { AnsweringThread } from '../../answering-thread.ts'
import type { NumbersQuestion } from './number-answers.ts'
import type { NumbersAnswer, NumbersRequest, NumbersWorkerData } from './numbers-worker.ts'

/** Questions that may wait at once; each takes a fraction of a second. */
const mostWaiting = 64

/** Figures worked out in a thread of its own with its own connection: a year of all lots must not hold up a gate. */
export class NumbersThread {
  readonly #thread: AnsweringThread<NumbersRequest, NumbersAnswer>

  constructor(workerData: NumbersWorkerData) {
    this.#thread = new AnsweringThread({ module: new URL('./numbers-worker.ts', import.meta.url), workerData, failure })
  }

  /** Opens the thread, which brings the rollups of days up to date. */
  start(): void {
    this.#thread.start()
  }

  /**
   * @returns the body of the answer
   * @throws InputError as the question has it; WorldError `numbers-thread` when the thread fails (the next question
   *   starts another), `numbers-busy` when too many wait
   */
  async answer(question: NumbersQuestion, nowMs: number): Promise<Buffer> {
    if (this.#thread.waiting >= mostWaiting) {
      throw new WorldError('numbers-busy', `${mostWaiting} questions for figures wait already; ask again in a moment`)
    }
    const given = await this.#thread.ask({ question, nowMs })
    if ('body' in given) return Buffer.from(given.body.buffer, given.body.byteOffset, given.body.byteLength)
    throw errorOf(given.error as PlainError)
  }

  /** Abandons what is under way and starts nothing more. */
  stop(): Promise<void> {
    return this.#thread.stop()
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
