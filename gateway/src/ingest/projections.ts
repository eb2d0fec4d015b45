import type { Clock } from '@clearway/contracts'
import type { Logger } from 'pino'
import type { Records } from '../records/records.ts'
import type { Projection } from './entry.ts'
import type { Journal } from './journal.ts'

/** Entries applied in one transaction. Bounds how long the event loop is held while catching up. */
const slice = 500
/** A cursor that moves over entries of other channels only is stored now and then; a restart looks at them again. */
const lazyCursor = 20_000
/**
 * Pause between two rounds. Every projection's transaction holds the event loop for one sync of the disk; entries that
 * arrive meanwhile share the next one. What cannot wait so long listens to the live feed.
 */
const pauseMs = 25
const firstBackoffS = 1
const longestBackoffS = 60

interface Run {
  projection: Projection
  /** Everything up to here has been applied. */
  seq: number
  /** What the cursor table says. */
  storedSeq: number
  failures: number
  /** Waiting for its next attempt. */
  resting: boolean
}

/**
 * Drives projections from the journal, each from its own cursor. Cursor and effect are one transaction of the records:
 * after a crash every entry has been applied exactly once. One that throws is retried later and alone; neither the
 * others nor the acknowledgement of messages wait for it.
 */
export class ProjectionRunner {
  readonly #journal: Journal
  readonly #records: Records
  readonly #clock: Clock
  readonly #log: Logger
  readonly #stop = new AbortController()
  readonly #retries = new Set<Promise<void>>()
  #runs: Run[] = []
  #timer: NodeJS.Timeout | undefined
  #lastRoundMs = Number.NEGATIVE_INFINITY
  #unsubscribe: (() => void) | undefined
  #idle: (() => void)[] = []

  constructor(journal: Journal, records: Records, clock: Clock, log: Logger) {
    this.#journal = journal
    this.#records = records
    this.#clock = clock
    this.#log = log
    records.define('create table if not exists projection_cursors (name text primary key, seq integer not null)')
  }

  /** Before `start`. A new name starts at the beginning of the journal. */
  add(projection: Projection): void {
    if (this.#runs.some((run) => run.projection.name === projection.name)) {
      throw new Error(`two projections are named "${projection.name}": their cursors would collide`)
    }
    const found = this.#records.db.prepare('select seq from projection_cursors where name = ?').get(projection.name)
    const seq = (found?.seq as number | undefined) ?? 0
    this.#runs.push({ projection, seq, storedSeq: seq, failures: 0, resting: false })
  }

  /** Applies what the journal holds above each cursor, then follows its commits. */
  start(): void {
    for (const run of this.#runs) while (this.#step(run)) {}
    this.#unsubscribe = this.#journal.onCommit(() => this.#schedule())
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    clearTimeout(this.#timer)
    this.#stop.abort()
    await Promise.all(this.#retries)
    for (const run of this.#runs) if (run.seq > run.storedSeq) this.#store(run, run.seq)
  }

  /** The slowest cursor; the journal's head when there is no projection. */
  get slowestSeq(): number {
    return this.#runs.reduce((slowest, { seq }) => Math.min(slowest, seq), this.#journal.head)
  }

  /** Entries behind the journal's head, by projection. */
  lag(): Map<string, number> {
    return new Map(this.#runs.map((run) => [run.projection.name, this.#journal.head - run.seq]))
  }

  /** Resolves when every projection that is not resting after a failure has reached the journal's head. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve)
      this.#schedule(0)
    })
  }

  /** Never in the turn of the commit: acknowledgements leave first. */
  #schedule(afterMs = Math.max(0, this.#lastRoundMs + pauseMs - performance.now())): void {
    if (this.#stop.signal.aborted) return
    if (this.#timer) {
      if (afterMs > 0) return
      clearTimeout(this.#timer)
    }
    this.#timer = setTimeout(() => this.#round(), afterMs)
  }

  #round(): void {
    this.#timer = undefined
    const more = this.#runs.map((run) => this.#step(run)).some(Boolean)
    this.#lastRoundMs = performance.now()
    if (more) this.#schedule(0)
    else for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** One transaction. @returns whether there is more to do now */
  #step(run: Run): boolean {
    if (run.resting || run.seq >= this.#journal.head) return false
    // After a failure one entry at a time, so that the ones before the culprit still get through.
    const limit = run.failures > 0 ? 1 : slice
    const { entries, upToSeq } = this.#journal.read(run.seq, run.projection.channels, limit)
    try {
      if (entries.length > 0) {
        this.#records.transaction(() => {
          run.projection.apply(entries)
          this.#store(run, upToSeq)
        })
        run.storedSeq = upToSeq
      } else if (upToSeq - run.storedSeq > lazyCursor) {
        this.#store(run, upToSeq)
        run.storedSeq = upToSeq
      }
      run.seq = upToSeq
      run.failures = 0
    } catch (error) {
      this.#rest(run, error)
      return false
    }
    return run.seq < this.#journal.head
  }

  #store(run: Run, seq: number): void {
    this.#records.db
      .prepare('insert into projection_cursors values (?, ?) on conflict (name) do update set seq = excluded.seq')
      .run(run.projection.name, seq)
  }

  #rest(run: Run, error: unknown): void {
    const waitS = Math.min(longestBackoffS, firstBackoffS * 2 ** run.failures)
    run.failures++
    run.resting = true
    const { name } = run.projection
    this.#log.error(
      { err: error, projection: name, afterSeq: run.seq, waitS },
      'a projection failed; it is tried again later',
    )
    const retry = this.#clock
      .wait(waitS, this.#stop.signal)
      .then(
        () => {
          run.resting = false
          this.#schedule()
        },
        () => {
          // Stopped while waiting: the entries stay for the next start.
        },
      )
      .finally(() => this.#retries.delete(retry))
    this.#retries.add(retry)
  }
}
