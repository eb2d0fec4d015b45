/** Readings lose half of their weight against newer ones in about three and a half minutes. */
const SMOOTHING_MS = 300_000
/** A reading is news for two minutes, the longest cycle of a signal; then it fades, and says nothing after fifteen. */
const FRESH_MS = 120_000
export const STALE_MS = 900_000
/** Weight of readings at which they count as much as what was known before. */
const HALF_WEIGHT = 3
/** Old evidence never weighs more than this against what is seen now. */
const MOST_WEIGHT = 30
/** A pace that differs by more than this factor from the mean is taken as one that differs by it: a jam says so again. */
const PLAUSIBLE_FACTOR = 2

/**
 * The pace of each arc from one kind of source: a mean of its readings, newer ones first, in which single ones that are
 * far off move it little. Holds three numbers per arc, however many readings come.
 */
export class ArcEvidence {
  /** Seconds per metre. */
  readonly #pace: Float32Array
  readonly #weight: Float32Array
  readonly #lastMs: Float64Array

  constructor(arcCount: number) {
    this.#pace = new Float32Array(arcCount)
    this.#weight = new Float32Array(arcCount)
    this.#lastMs = new Float64Array(arcCount)
  }

  /** @param pace seconds per metre, > 0 @param weight about the number of vehicles that it rests on, > 0 */
  add(arc: number, pace: number, weight: number, atMs: number): void {
    const ageMs = atMs - this.#lastMs[arc]!
    // One that comes late finds newer ones there, and counts less itself.
    const before = this.#weight[arc]! * Math.exp(-Math.max(0, ageMs) / SMOOTHING_MS)
    const late = Math.exp(Math.min(0, ageMs) / SMOOTHING_MS)
    const counts = weight * (before > 0 ? late : 1)
    const mean = this.#pace[arc]!
    const taken = before > 0 ? Math.min(PLAUSIBLE_FACTOR * mean, Math.max(mean / PLAUSIBLE_FACTOR, pace)) : pace
    this.#pace[arc] = (before * mean + counts * taken) / (before + counts)
    this.#weight[arc] = Math.min(MOST_WEIGHT, before + counts)
    this.#lastMs[arc] = Math.max(this.#lastMs[arc]!, atMs)
  }

  /** Seconds per metre; means something where `confidence` is above 0. */
  pace(arc: number): number {
    return this.#pace[arc]!
  }

  /** 0–1, how far the pace is to be believed against what was known before. */
  confidence(arc: number, nowMs: number): number {
    const weight = this.#weight[arc]!
    if (weight === 0) return 0
    const ageMs = nowMs - this.#lastMs[arc]!
    const fresh = 1 - (ageMs - FRESH_MS) / (STALE_MS - FRESH_MS)
    return (weight / (weight + HALF_WEIGHT)) * Math.min(1, Math.max(0, fresh))
  }

  /** The road is no longer what it was when it was measured. */
  forget(arc: number): void {
    this.#weight[arc] = 0
  }
}
