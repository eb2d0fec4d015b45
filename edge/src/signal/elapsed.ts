/** Longer than any regular tick: what exceeds it was a stall or a step of the clock. */
const longestTickMs = 2000

/**
 * Time as intervals are measured in: it never runs backwards and never leaps. A step of the wall clock or a stalled host
 * can then make an interval on the street longer, never shorter.
 */
export class Elapsed {
  #lastMs: number | undefined

  /** @returns ms since the last call, 0–2000 */
  since(nowMs: number): number {
    const elapsedMs = this.#lastMs === undefined ? 0 : nowMs - this.#lastMs
    this.#lastMs = nowMs
    return Math.min(longestTickMs, Math.max(0, elapsedMs))
  }
}
