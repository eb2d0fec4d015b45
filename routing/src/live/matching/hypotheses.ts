import type { Candidate } from './candidates.ts'

interface Column<S> {
  step: S
  candidates: readonly Candidate[]
  /** Logarithm of the probability of the best way to each candidate, the best of the column at 0; −Infinity: none. */
  score: Float64Array
  /** The candidate of the column before on that way. */
  from: Int32Array
}

export interface Decided<S> {
  step: S
  candidate: Candidate
  /** Undefined for the first of a trace. */
  previous: Candidate | undefined
  confidence: number
}

/**
 * The ways that are still possible through the last steps: Viterbi's algorithm over a sliding window. The step decided
 * last stays as its first column, with one candidate alive.
 */
export class Hypotheses<S> {
  #columns: Column<S>[] = []
  #decided = 0

  /** Steps that are not decided. */
  get length(): number {
    return this.#columns.length - this.#decided
  }

  get last(): S | undefined {
    return this.#columns.at(-1)?.step
  }

  clear(): void {
    this.#columns = []
    this.#decided = 0
  }

  begin(step: S, candidates: readonly Candidate[]): void {
    this.clear()
    const score = Float64Array.from(candidates, ({ emission }) => emission)
    this.#columns.push({ step, candidates, score: level(score), from: new Int32Array(candidates.length).fill(-1) })
  }

  /**
   * @param transitions logarithm of the probability of going from a candidate to each of the new ones, −Infinity: never
   * @returns false, and nothing has changed, when no way leads on
   */
  extend(step: S, candidates: readonly Candidate[], transitions: (from: Candidate) => readonly number[]): boolean {
    const before = this.#columns.at(-1)!
    const score = new Float64Array(candidates.length).fill(Number.NEGATIVE_INFINITY)
    const from = new Int32Array(candidates.length).fill(-1)
    for (const [i, candidate] of before.candidates.entries()) {
      if (before.score[i] === Number.NEGATIVE_INFINITY) continue
      for (const [k, probability] of transitions(candidate).entries()) {
        const whole = before.score[i]! + probability + candidates[k]!.emission
        if (whole > score[k]!) {
          score[k] = whole
          from[k] = i
        }
      }
    }
    if (from.every((i) => i < 0)) return false
    this.#columns.push({ step, candidates, score: level(score), from })
    return true
  }

  /** The likeliest candidate of the last step, as far as is known. */
  best(): { candidate: Candidate; confidence: number } {
    const { score, candidates } = this.#columns.at(-1)!
    const weights = score.map(Math.exp)
    return { candidate: candidates[score.indexOf(0)]!, confidence: 1 / sum(weights) }
  }

  /** How many steps, from the first undecided, are the same on all ways that are left. */
  agreed(): number {
    let alive = new Set(
      this.#columns
        .at(-1)!
        .score.keys()
        .filter((i) => this.#isAlive(this.#columns.length - 1, i)),
    )
    for (let at = this.#columns.length - 1; at >= this.#decided; at--) {
      if (alive.size === 1) return at - this.#decided + 1
      alive = new Set(alive.values().map((i) => this.#columns[at]!.from[i]!))
    }
    return 0
  }

  /** How many steps, from the first undecided, satisfy `condition`. */
  countWhile(condition: (step: S) => boolean): number {
    let count = 0
    while (count < this.length && condition(this.#columns[this.#decided + count]!.step)) count++
    return count
  }

  /** Settles the first `count` undecided steps on the way that is likeliest now and forgets the others. */
  decide(count: number): Decided<S>[] {
    if (count <= 0) return []
    const end = this.#decided + count
    const decided: Decided<S>[] = []
    const lastColumn = this.#columns.at(-1)!
    const weights = lastColumn.score.map(Math.exp)
    const whole = sum(weights)
    const bestEnd = lastColumn.score.indexOf(0)
    /** Where the way to each candidate of the last column comes by, in the column looked at. */
    let ancestors = Int32Array.from(weights.keys())
    for (let at = this.#columns.length - 1; at >= this.#decided; at--) {
      const { step, candidates, from } = this.#columns[at]!
      const chosen = ancestors[bestEnd]!
      if (at < end) {
        const share = weights.reduce((part, weight, i) => (ancestors[i] === chosen ? part + weight : part), 0) / whole
        const previous = at > 0 ? this.#columns[at - 1]!.candidates[from[chosen]!] : undefined
        decided.push({ step, candidate: candidates[chosen]!, previous, confidence: share })
        if (at === end - 1) this.#keepOnly(at, chosen)
      }
      ancestors = ancestors.map((i) => (i < 0 ? -1 : from[i]!))
    }
    this.#columns = this.#columns.slice(end - 1)
    this.#decided = 1
    return decided.reverse()
  }

  #isAlive(at: number, i: number): boolean {
    return this.#columns[at]!.score[i] !== Number.NEGATIVE_INFINITY
  }

  /** Ends all ways that do not come by this candidate. */
  #keepOnly(at: number, chosen: number): void {
    this.#columns[at]!.score.forEach((_, i, score) => {
      if (i !== chosen) score[i] = Number.NEGATIVE_INFINITY
    })
    for (let next = at + 1; next < this.#columns.length; next++) {
      const { score, from } = this.#columns[next]!
      for (const i of score.keys()) {
        if (from[i]! < 0 || !this.#isAlive(next - 1, from[i]!)) score[i] = Number.NEGATIVE_INFINITY
      }
    }
  }
}

/** Scores sink with every step; only their differences matter. */
function level(score: Float64Array): Float64Array {
  const best = Math.max(...score)
  return score.map((value) => value - best)
}

const sum = (values: Float64Array): number => values.reduce((whole, value) => whole + value, 0)
