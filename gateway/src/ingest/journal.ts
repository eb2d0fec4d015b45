import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { WorldError } from '@clearway/contracts'
import type { JournalEntry } from './entry.ts'
import { entryOf, type SqlEntry, toEntry, toStored } from './journal-entry.ts'
import {
  checksum,
  type Damage,
  duplicate,
  type EntryRow,
  type JournalRow,
  openJournal,
  type QuarantineRow,
  quarantined,
} from './journal-file.ts'
import type { JournalAnswer, JournalRequest } from './journal-worker.ts'

export type { Damage, EntryRow, QuarantineRow } from './journal-file.ts'

/** What became of a row that is now on disk. */
export type Outcome = 'inserted' | 'duplicate' | 'quarantined'

/** Called once, in the order of `append`, after the row is on disk or with the reason why it is not. */
export type Committed = (error: WorldError | undefined, outcome: Outcome) => void

/** Where reading ended: `upToSeq` is the last position looked at, matching or not. */
export interface Reading {
  entries: JournalEntry[]
  upToSeq: number
}

/** Most rows of one commit. More would make the first of them wait for the last. */
const batchRows = 2_000
/** Newest entries kept in memory, so that projections that keep up never read the disk. */
const tailEntries = 5_000

interface Waiting {
  row: JournalRow
  parsed: unknown
  committed: Committed
}

/**
 * `journal.sqlite`: every admitted upward message once, on disk before it is acknowledged. One worker thread writes.
 * Rows that arrive while a commit runs form the next batch; there is no timer, so a lone message costs one sync.
 */
export class Journal {
  readonly #dataDir: string
  readonly #onFailure: (reason: string) => void
  readonly #onBatch: (rows: number, tookMs: number) => void
  readonly #listeners = new Set<(entries: readonly JournalEntry[]) => void>()
  #worker: Worker | undefined
  #reader: DatabaseSync | undefined
  #statements = new Map<string, StatementSync>()
  #waiting: Waiting[] = []
  #committing: Waiting[] | undefined
  #asked: { resolve: (rows: number) => void; reject: (error: Error) => void }[] = []
  #requests: JournalRequest[] = []
  #busy = false
  #stopped = true
  #tail: JournalEntry[] = []
  #tailFrom = 0
  #head = 0

  /**
   * @param dataDir the gateway's data folder
   * @param onFailure told why a commit failed
   * @param onBatch told the size of each commit and its milliseconds
   */
  constructor(
    dataDir: string,
    onFailure: (reason: string) => void = () => {},
    onBatch: (rows: number, tookMs: number) => void = () => {},
  ) {
    this.#dataDir = dataDir
    this.#onFailure = onFailure
    this.#onBatch = onBatch
  }

  /** @throws WorldError `journal-open` when the file cannot be opened or made */
  async start(): Promise<void> {
    const worker = new Worker(new URL('./journal-worker.ts', import.meta.url), {
      workerData: { dataDir: this.#dataDir },
    })
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve())
      worker.once('error', (cause) => {
        const message = `${this.#dataDir}/journal.sqlite cannot be used: ${cause.message}; put back a copy of the data folder`
        reject(new WorldError('journal-open', message, cause))
      })
    })
    worker.on('message', (answer: JournalAnswer) => this.#answered(answer))
    // A worker that dies has acknowledged nothing more than it committed; a supervisor restarts the gateway.
    worker.on('error', (error) => {
      queueMicrotask(() => {
        throw error
      })
    })
    this.#worker = worker
    this.#reader = openJournal(this.#dataDir, true)
    const { head } = this.#reader.prepare('select coalesce(max(seq), 0) as head from entries').get() as { head: number }
    this.#head = head
    this.#tailFrom = head
    this.#stopped = false
  }

  /** Commits what is waiting, then closes the file. */
  async stop(): Promise<void> {
    if (!this.#worker) return
    this.#stopped = true
    const worker = this.#worker
    // The writer must be the last to close: then it leaves one complete file and no log.
    this.#statements.clear()
    this.#reader?.close()
    this.#reader = undefined
    const gone = new Promise((resolve) => worker.once('exit', resolve))
    await this.#ask({ what: 'close' })
    await gone
    this.#worker = undefined
  }

  /** Rows handed in and not yet on disk. */
  get pending(): number {
    return this.#waiting.length + (this.#committing?.length ?? 0)
  }

  /** Position of the newest entry on disk. */
  get head(): number {
    return this.#head
  }

  /** Queues an admitted message. `parsed` is its body, handed on to listeners so that nobody parses again. */
  append(row: EntryRow, parsed: unknown, committed: Committed): void {
    this.#enqueue({ row, parsed, committed })
  }

  /** Queues a message for quarantine: same batch, same guarantee. */
  quarantine(row: QuarantineRow, committed: Committed): void {
    this.#enqueue({ row, parsed: undefined, committed })
  }

  /** Newly inserted entries of each commit, in journal order. @returns a function that ends the subscription */
  onCommit(listener: (entries: readonly JournalEntry[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Entries after a position, in order.
   *
   * @param channels `{kind}/{channel}` keys of interest
   * @param limit most positions looked at
   */
  read(afterSeq: number, channels: readonly string[], limit: number): Reading {
    if (afterSeq >= this.#head) return { entries: [], upToSeq: afterSeq }
    if (afterSeq >= this.#tailFrom) {
      const from = lowerBound(this.#tail, afterSeq)
      const slice = this.#tail.slice(from, from + limit)
      const upToSeq = slice.at(-1)?.seq ?? this.#head
      return { entries: slice.filter((entry) => channels.includes(`${entry.kind}/${entry.channel}`)), upToSeq }
    }
    const rows = this.#prepare(
      `select * from entries where seq > ? and body is not null and kind || '/' || channel in
         (select value from json_each(?)) order by seq limit ?`,
    ).all(afterSeq, JSON.stringify(channels), limit) as unknown as SqlEntry[]
    const upToSeq = rows.length === limit ? (rows.at(-1)?.seq ?? this.#head) : this.#head
    return { entries: rows.map(toEntry), upToSeq }
  }

  /** The newest entry of each device on a channel, by `{kind}/{channel}`. */
  latest(key: string): JournalEntry[] {
    const [kind = '', channel = ''] = key.split('/')
    const sql = 'select * from latest where kind = ? and channel = ? order by device'
    return (this.#prepare(sql).all(kind, channel) as unknown as SqlEntry[]).map(toEntry)
  }

  /** When each device was last heard, by device id. */
  lastHeardMs(): Map<string, number> {
    const rows = this.#prepare('select device, max(received_ms) as ms from latest group by device').all()
    return new Map(rows.map((row) => [row.device as string, row.ms as number]))
  }

  /** Messages in quarantine, newest first. */
  quarantineRows(limit: number): (QuarantineRow & { seq: number; times: number })[] {
    const rows = this.#prepare('select * from quarantine order by seq desc limit ?').all(limit)
    return rows.map(({ received_ms: receivedMs, ...row }) => ({ ...row, receivedMs })) as never
  }

  /** Reads every record against its checksum. @returns the records that are not what was written */
  verify(): Damage[] {
    const damaged: Damage[] = []
    for (const row of this.#prepare('select * from entries where body is not null order by seq').iterate()) {
      const stored = toStored(row as unknown as SqlEntry)
      if (checksum(stored) !== stored.crc) damaged.push({ seq: stored.seq, device: stored.device, id: stored.id })
    }
    return damaged
  }

  /**
   * Gives space back, a slice at a time so that commits go on between.
   *
   * @param belowSeq the slowest projection's cursor: nothing above it is touched
   */
  async trim(belowSeq: number, bodiesBeforeMs: number, idsBeforeMs: number): Promise<number> {
    const limit = 5_000
    let total = 0
    for (;;) {
      const rows = await this.#ask({ what: 'trim', belowSeq, bodiesBeforeMs, idsBeforeMs, limit })
      total += rows
      if (rows < limit) return total
    }
  }

  /** Bounds the file's size; commits beyond it fail as on a full disk. 0 lifts the bound. */
  async limit(bytes: number): Promise<void> {
    await this.#ask({ what: 'limit', bytes })
  }

  #prepare(sql: string): StatementSync {
    const reader = this.#reader
    if (!reader) throw new WorldError('journal-closed', 'the journal is not open: call start() first')
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = reader.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #enqueue(waiting: Waiting): void {
    if (this.#stopped) {
      waiting.committed(new WorldError('journal-closed', 'the gateway is stopping; send again'), 'inserted')
      return
    }
    this.#waiting.push(waiting)
    this.#next()
  }

  #ask(request: JournalRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#requests.push(request)
      this.#asked.push({ resolve, reject })
      this.#next()
    })
  }

  /** One thing at a time goes to the worker: waiting rows first, then upkeep. */
  #next(): void {
    const worker = this.#worker
    if (!worker || this.#busy) return
    if (this.#waiting.length > 0) {
      const batch = this.#waiting.length > batchRows ? this.#waiting.splice(0, batchRows) : this.#waiting
      if (batch === this.#waiting) this.#waiting = []
      this.#committing = batch
      this.#busy = true
      worker.postMessage({ what: 'commit', rows: batch.map(({ row }) => row) } satisfies JournalRequest)
      return
    }
    const request = this.#requests.shift()
    if (request) {
      this.#busy = true
      worker.postMessage(request)
    }
  }

  #answered(answer: JournalAnswer): void {
    this.#busy = false
    const batch = this.#committing
    if (batch) {
      this.#committing = undefined
      // The next batch is under way while this one's callbacks run.
      this.#next()
      if (answer.what === 'committed') this.#settle(batch, answer.outcomes, answer.tookMs)
      else this.#fail(batch, answer.what === 'failed' ? answer.reason : `unexpected answer "${answer.what}"`)
      return
    }
    const asked = this.#asked.shift()
    this.#next()
    if (answer.what === 'failed') asked?.reject(new WorldError('journal-upkeep', answer.reason))
    else if (answer.what === 'done') asked?.resolve(answer.rows)
  }

  #settle(batch: Waiting[], outcomes: number[], tookMs: number): void {
    const inserted: JournalEntry[] = []
    batch.forEach(({ row, parsed }, index) => {
      const seq = outcomes[index] as number
      if (seq > 0 && !('digest' in row)) inserted.push(entryOf(seq, row, parsed))
    })
    const newest = inserted.at(-1)
    if (newest) {
      this.#head = newest.seq
      this.#tail.push(...inserted)
      if (this.#tail.length > 2 * tailEntries) {
        const dropped = this.#tail.splice(0, this.#tail.length - tailEntries)
        this.#tailFrom = (dropped.at(-1) as JournalEntry).seq
      }
    }
    this.#onBatch(batch.length, tookMs)
    batch.forEach(({ committed }, index) => {
      const seq = outcomes[index]
      committed(undefined, seq === quarantined ? 'quarantined' : seq === duplicate ? 'duplicate' : 'inserted')
    })
    if (inserted.length > 0) for (const listener of this.#listeners) listener(inserted)
  }

  #fail(batch: Waiting[], reason: string): void {
    this.#onFailure(reason)
    const error = new WorldError('journal-commit', `nothing was stored: ${reason}; send again later`)
    for (const { committed } of batch) committed(error, 'inserted')
  }
}

/** Index of the first entry after `seq`. */
function lowerBound(entries: readonly JournalEntry[], seq: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle] as JournalEntry).seq <= seq) low = middle + 1
    else high = middle
  }
  return low
}
