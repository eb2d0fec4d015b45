import type { StreamEvent, StreamTopic } from '@clearway/contracts'
import type { FeedStore } from './feed-store.ts'

/** `connecting` before the first answer and between attempts, `live` while the server's stream is open. */
export type FeedState = 'connecting' | 'live'

/** The part of the browser's EventSource that is used here. */
export interface Source {
  onopen: (() => void) | null
  onmessage: ((message: { data: string }) => void) | null
  onerror: (() => void) | null
  close(): void
}

/** What a feed needs from the browser; tests put their own in. */
export interface FeedSurroundings {
  open(address: string): Source
  nowMs(): number
  /** Calls back once; returns the way to call it off. */
  after(delayMs: number, call: () => void): () => void
}

const firstDelayMs = 500
const longestDelayMs = 20_000
/** Signals report at least every 5 s; a link that was silent this long is taken for dead. */
const silenceMs = 60_000

/** Delay before attempt `n` (from 0) to connect again: doubled each time, at most 20 s. */
export const backOffMs = (attempt: number): number => Math.min(longestDelayMs, firstDelayMs * 2 ** attempt)

/**
 * Fills a store from `GET /api/v1/stream` and keeps trying. Every new connection begins with a snapshot, so nothing has
 * to be caught up by hand. `onLost` is told of each loss: an event source does not say why, a page may ask the server.
 */
export class LiveFeed {
  readonly #store: FeedStore
  readonly #address: string
  readonly #surroundings: FeedSurroundings
  readonly #onLost: () => void
  readonly #listeners = new Set<() => void>()
  #state: FeedState = 'connecting'
  #source: Source | undefined
  #attempt = 0
  #lastHeardMs = 0
  #callOff: () => void = () => {}
  #stopWatching: () => void = () => {}

  constructor(
    store: FeedStore,
    topics: readonly StreamTopic[],
    surroundings: FeedSurroundings,
    onLost: () => void = () => {},
  ) {
    this.#store = store
    this.#address = `/api/v1/stream?topics=${topics.join(',')}`
    this.#surroundings = surroundings
    this.#onLost = onLost
  }

  get state(): FeedState {
    return this.#state
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    const source = this.#surroundings.open(this.#address)
    this.#source = source
    this.#lastHeardMs = this.#surroundings.nowMs()
    source.onopen = () => this.#become('live')
    source.onmessage = ({ data }) => {
      this.#attempt = 0
      this.#lastHeardMs = this.#surroundings.nowMs()
      this.#become('live')
      this.#store.apply(JSON.parse(data) as StreamEvent, this.#lastHeardMs)
    }
    source.onerror = () => this.#again()
    this.#watch()
  }

  stop(): void {
    this.#callOff()
    this.#stopWatching()
    this.#source?.close()
    this.#source = undefined
  }

  #watch(): void {
    this.#stopWatching = this.#surroundings.after(silenceMs, () => {
      if (this.#surroundings.nowMs() - this.#lastHeardMs >= silenceMs) this.#again()
      else this.#watch()
    })
  }

  #again(): void {
    this.stop()
    this.#become('connecting')
    this.#onLost()
    this.#callOff = this.#surroundings.after(backOffMs(this.#attempt++), () => this.start())
  }

  #become(state: FeedState): void {
    if (state === this.#state) return
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}

/** The browser itself. */
export const browserSurroundings: FeedSurroundings = {
  open: (address) => new EventSource(address) as unknown as Source,
  nowMs: () => Date.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs)
    return () => clearTimeout(timer)
  },
}
