import type { DeviceKind } from '@clearway/contracts'

/** One admitted upward message, as the journal keeps it. */
export interface JournalEntry {
  /** Position in the journal, counting up without reuse. */
  seq: number
  receivedMs: number
  district: string
  kind: DeviceKind
  device: string
  channel: string
  /** The message's own id, unique within its device. */
  id: string
  /** Device clock. */
  atMs: number
  /** The device's clock was over ten minutes off when the message arrived: `atMs` is not to be trusted. */
  skewed?: boolean
  /** Has passed the channel's schema. */
  body: unknown
}

/**
 * State that is made from the journal. `apply` runs inside one records transaction together with the projection's
 * cursor: after a crash every entry has been applied exactly once. It must not wait and must not touch the network.
 */
export interface Projection {
  readonly name: string
  /** `{kind}/{channel}` keys of interest. */
  readonly channels: readonly string[]
  apply(entries: readonly JournalEntry[]): void
}

/** Admitted messages in journal order, right after their commit. For state that is rebuilt, not kept. */
export interface LiveFeed {
  /** @param channel `{kind}/{channel}` @returns a function that ends the subscription */
  on(channel: string, listener: (entry: JournalEntry) => void): () => void
  /** The newest entry per device of a channel, from the journal's last-value table. */
  latest(channel: string): JournalEntry[]
}
