import type { Logger } from 'pino'
import type { JournalEntry, LiveFeed } from './entry.ts'
import type { Journal } from './journal.ts'

type Listener = (entry: JournalEntry) => void

/** Hands every new entry to its listeners, in journal order, in the turn of its commit. */
export class JournalFeed implements LiveFeed {
  readonly #journal: Journal
  readonly #log: Logger
  readonly #listeners = new Map<string, Set<Listener>>()

  constructor(journal: Journal, log: Logger) {
    this.#journal = journal
    this.#log = log
    journal.onCommit((entries) => this.#deliver(entries))
  }

  on(channel: string, listener: Listener): () => void {
    let listeners = this.#listeners.get(channel)
    if (!listeners) {
      listeners = new Set()
      this.#listeners.set(channel, listeners)
    }
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  latest(channel: string): JournalEntry[] {
    return this.#journal.latest(channel)
  }

  #deliver(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      for (const listener of this.#listeners.get(`${entry.kind}/${entry.channel}`) ?? []) {
        try {
          listener(entry)
        } catch (error) {
          this.#log.error({ err: error, seq: entry.seq, device: entry.device }, 'a listener of the live feed failed')
        }
      }
    }
  }
}
