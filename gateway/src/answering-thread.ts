import { Worker } from 'node:worker_threads'

interface Waiting<Answer> {
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

export interface AnsweringThreadOptions {
  /** Module that answers each message with one message, in order. */
  module: URL
  /** Plain data that the module begins with. */
  workerData: unknown
  /** Makes the error of a thread that failed or is stopping. */
  failure: (reason: string, cause?: unknown) => Error
}

/** A worker thread for what takes seconds. It opens when it is first needed, and anew when it has failed. */
export class AnsweringThread<Request, Answer> {
  readonly #options: AnsweringThreadOptions
  /** Answers come in the order of the requests. */
  readonly #waiting: Waiting<Answer>[] = []
  #worker: Worker | undefined
  #stopped = false

  constructor(options: AnsweringThreadOptions) {
    this.#options = options
  }

  /** Requests that have no answer yet. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Opens the thread before the first request. */
  start(): void {
    this.#worker ??= this.#open()
  }

  /** @throws what `failure` makes when the thread fails or is stopping; the next request starts another thread */
  async ask(request: Request): Promise<Answer> {
    if (this.#stopped) throw this.#options.failure('the gateway is stopping')
    this.start()
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    this.#worker?.postMessage(request)
    return answer
  }

  /** Abandons what is under way and starts nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
    this.#rejectAll(this.#options.failure('the gateway is stopping'))
  }

  #open(): Worker {
    const worker = new Worker(this.#options.module, { workerData: this.#options.workerData })
    worker.unref()
    const lost = (reason: string, cause?: unknown) => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      this.#rejectAll(this.#options.failure(reason, cause))
    }
    worker.on('message', (answer: Answer) => this.#waiting.shift()?.resolve(answer))
    worker.on('error', (error: Error) => lost(error.message, error))
    worker.on('exit', (code) => lost(`it ended with code ${code}`))
    return worker
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
