import type { DeviceKind } from '@clearway/contracts'
import type { JournalEntry } from './entry.ts'
import type { EntryRow, StoredEntry } from './journal-file.ts'

/** A row of `entries` or `latest` as SQLite gives it. */
export interface SqlEntry {
  seq: number
  received_ms: number
  district: string
  kind: string
  device: string
  channel: string
  id: string
  at_ms: number
  skewed: number
  body: string
  crc: number
}

export const toStored = ({ received_ms: receivedMs, at_ms: atMs, ...rest }: SqlEntry): StoredEntry => ({
  ...rest,
  receivedMs,
  atMs,
})

export const toEntry = (row: SqlEntry): JournalEntry => entryOf(row.seq, toStored(row), JSON.parse(row.body))

export const entryOf = (seq: number, row: EntryRow, body: unknown): JournalEntry => ({
  seq,
  receivedMs: row.receivedMs,
  district: row.district,
  kind: row.kind as DeviceKind,
  device: row.device,
  channel: row.channel,
  id: row.id,
  atMs: row.atMs,
  ...(row.skewed ? { skewed: true } : {}),
  body,
})
