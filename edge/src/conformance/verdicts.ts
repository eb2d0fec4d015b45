import { type Clock, toTimestamp } from '@clearway/contracts'
import type { Bounds } from './bounds.ts'
import { type Clause, type ClauseId, clauses, expectationOf } from './clauses.ts'

export type Result = 'pass' | 'fail' | 'not run' | 'does not apply'

/** What was found of one clause. */
export interface Finding {
  id: ClauseId
  text: string
  expected: string
  result: Result
  /** What was seen, or why there was nothing to see. */
  seen: string
  /** When, by the centre's clock. */
  at: string
  /** From the begin of its exercise, or of the run, to the verdict. */
  durationS: number
  /** The message that decided, where one did. */
  message?: unknown
}

interface Verdict {
  result: Result
  seen: string
  atMs: number
  message?: unknown
}

/** A failure stays; what was seen once counts against what could not be seen. */
const weight: Record<Result, number> = { fail: 3, pass: 2, 'does not apply': 1, 'not run': 0 }

/** The verdicts of a run, one a clause. */
export class Verdicts {
  readonly #clock: Clock
  readonly #bounds: Bounds
  readonly #progress: (finding: Finding) => void
  readonly #wanted: readonly (Clause & { id: ClauseId })[]
  readonly #found = new Map<ClauseId, Verdict>()
  readonly #begunMs = new Map<ClauseId, number>()
  readonly #startMs: number

  /** @param progress is told each verdict that is new */
  constructor(wanted: ReadonlySet<ClauseId>, bounds: Bounds, clock: Clock, progress: (finding: Finding) => void) {
    this.#wanted = clauses.filter(({ id }) => wanted.has(id))
    this.#bounds = bounds
    this.#clock = clock
    this.#progress = progress
    this.#startMs = clock.now()
  }

  wants(...ids: readonly ClauseId[]): boolean {
    return this.#wanted.some(({ id }) => ids.includes(id))
  }

  failed(id: ClauseId): boolean {
    return this.#found.get(id)?.result === 'fail'
  }

  /** The exercise of these clauses begins now. */
  begin(...ids: readonly ClauseId[]): void {
    for (const id of ids) if (!this.#begunMs.has(id)) this.#begunMs.set(id, this.#clock.now())
  }

  pass(id: ClauseId, seen: string, message?: unknown): void {
    this.#give(id, 'pass', seen, message)
  }

  fail(id: ClauseId, seen: string, message?: unknown): void {
    this.#give(id, 'fail', seen, message)
  }

  judge(id: ClauseId, good: boolean, seen: string, message?: unknown): void {
    this.#give(id, good ? 'pass' : 'fail', seen, message)
  }

  /** It could not be seen, with the reason and what would be needed. */
  notRun(ids: readonly ClauseId[], reason: string): void {
    for (const id of ids) this.#give(id, 'not run', reason)
  }

  /** The table or the device has nothing that the clause is about. */
  doesNotApply(ids: readonly ClauseId[], reason: string): void {
    for (const id of ids) this.#give(id, 'does not apply', reason)
  }

  get findings(): Finding[] {
    return this.#wanted.map((clause) => this.#finding(clause))
  }

  #give(id: ClauseId, result: Result, seen: string, message?: unknown): void {
    const clause = this.#wanted.find((wanted) => wanted.id === id)
    if (!clause) return
    const before = this.#found.get(id)
    if (before && weight[before.result] >= weight[result]) return
    this.#found.set(id, { result, seen, atMs: this.#clock.now(), ...(message === undefined ? {} : { message }) })
    this.#progress(this.#finding(clause))
  }

  #finding(clause: Clause & { id: ClauseId }): Finding {
    const { id, text } = clause
    // Nothing is passed by silence.
    const verdict = this.#found.get(id) ?? {
      result: 'not run',
      seen: 'the run ended before it',
      atMs: this.#clock.now(),
    }
    const { result, seen, atMs, message } = verdict as Verdict
    const begunMs = this.#begunMs.get(id) ?? this.#startMs
    return {
      id,
      text,
      expected: expectationOf(clause, this.#bounds),
      result,
      seen,
      at: toTimestamp(atMs),
      durationS: Math.round(atMs - begunMs) / 1000,
      ...(message === undefined ? {} : { message }),
    }
  }
}
