/** Longer than any regular tick: what exceeds it was a stall of the host or a step of its clock. */
const longestTickMs = 2000

/**
 * Time as intervals on the street are measured in: it never runs backwards and never leaps. A stalled host, or one that
 * has only a wall clock to offer, can then make an interval longer, hardly ever shorter.
 */
export class Elapsed {
  readonly #longestMs: number
  #lastMs: number | undefined

  constructor(longestMs = longestTickMs) {
    this.#longestMs = longestMs
  }

  /** @returns ms since the last call, 0 to the longest */
  since(upMs: number): number {
    const elapsedMs = this.#lastMs === undefined ? 0 : upMs - this.#lastMs
    this.#lastMs = upMs
    return Math.min(this.#longestMs, Math.max(0, elapsedMs))
  }
}
