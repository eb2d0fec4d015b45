import { Readable } from 'node:stream'
import { type Clock, type StreamEvent, type StreamTopic, toTimestamp } from '@clearway/contracts'

/** One new value of one thing. Shared by all readers, so that it is turned into text once. */
export interface Change {
  id: string
  item: { id: string }
  sequence: number
  atMs: number
  json?: string
}

/** Changes within this span travel as one event per topic: fast enough for the eye, and ten times fewer frames. */
const paceS = 0.1

interface ReaderOptions {
  clock: Clock
  /** Names the present point of the feed. */
  eventId: () => string
  topics: readonly StreamTopic[]
  closed: () => void
}

/** The server-sent events of one browser. While it does not read, the newest value per id is kept and no more. */
export class StreamReader extends Readable {
  readonly #options: ReaderOptions
  readonly #pending: Map<StreamTopic, Map<string, Change>>
  readonly #stop = new AbortController()
  #wanted = false
  #flushing = false
  #ended = false

  constructor(options: ReaderOptions) {
    super()
    this.#options = options
    this.#pending = new Map(options.topics.map((topic) => [topic, new Map()]))
  }

  /** Sends the first picture of each topic. */
  begin(snapshots: readonly { topic: StreamTopic; items: readonly { id: string }[] }[]): void {
    for (const [index, { topic, items }] of snapshots.entries()) {
      this.#frame(topic, 'snapshot', JSON.stringify(items), index === snapshots.length - 1)
    }
  }

  /** Takes changes of a topic; those of topics that this reader did not ask for are passed over. */
  offer(topic: StreamTopic, changes: readonly Change[]): void {
    const pending = this.#pending.get(topic)
    if (!pending) return
    for (const change of changes) pending.set(change.id, change)
    this.#schedule()
  }

  /** A comment that keeps the connection alive; not for a reader who still has something to read. */
  beat(): void {
    if (this.#wanted && !this.#ended) this.#wanted = this.push(':\n\n')
  }

  /** Ends the stream; the browser sees a closed connection. */
  end(): void {
    if (this.#ended) return
    this.#close()
    this.push(null)
  }

  override _read(): void {
    this.#wanted = true
    this.#schedule()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#close()
    done(error)
  }

  #close(): void {
    this.#ended = true
    this.#stop.abort()
    this.#options.closed()
  }

  #schedule(): void {
    if (this.#flushing || this.#ended || !this.#wanted || !this.#hasPending()) return
    this.#flushing = true
    this.#options.clock.wait(paceS, this.#stop.signal).then(
      () => this.#flush(),
      (reason: unknown) => {
        if (!this.#stop.signal.aborted) this.destroy(reason as Error)
      },
    )
  }

  #flush(): void {
    this.#flushing = false
    if (this.#ended) return
    for (const [topic, changes] of this.#pending) {
      if (changes.size === 0) continue
      const items: string[] = []
      for (const change of changes.values()) {
        change.json ??= JSON.stringify(change.item)
        items.push(change.json)
      }
      changes.clear()
      this.#frame(topic, 'delta', `[${items.join(',')}]`, !this.#hasPending())
    }
    this.#schedule()
  }

  /** The id of an event stands for everything up to it: only the last of those that travel together carries one. */
  #frame(topic: StreamTopic, kind: StreamEvent['kind'], items: string, last: boolean): void {
    const id = last ? `id: ${this.#options.eventId()}\n` : ''
    const at = toTimestamp(this.#options.clock.now())
    this.#wanted = this.push(`${id}data: {"topic":"${topic}","kind":"${kind}","at":"${at}","items":${items}}\n\n`)
  }

  #hasPending(): boolean {
    for (const changes of this.#pending.values()) if (changes.size > 0) return true
    return false
  }
}
