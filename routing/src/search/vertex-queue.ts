/** 256 ms: New York's longest searches then have some fifty vertices a step. */
const STEP_BITS = 8
const MOST_STEPS = 1 << 18

/**
 * Vertices by key, in steps of keys: what comes out is of the least step but need not be the least, so a search goes on
 * from a vertex once more when a better way to it turns up. That is rare, and taking costs no comparisons. A key below the
 * step that is being taken comes with that step. One vertex may be in it several times.
 */
export class VertexQueue {
  /** The newest entry of each step, 0 for none. */
  #newest = new Int32Array(1024)
  /** Of the same step, behind each entry. */
  #older = new Int32Array(1024)
  #vertices = new Int32Array(1024)
  #baseMs = 0
  #step = 0
  /** No key in the step is below. */
  #stepMs = 0
  #lastStep = -1
  #entries = 0

  clear(): void {
    this.#newest.fill(0, 0, this.#lastStep + 1)
    this.#step = 0
    this.#lastStep = -1
    this.#entries = 0
  }

  add(keyMs: number, vertex: number): void {
    if (this.#entries === 0) this.#baseMs = this.#stepMs = keyMs
    let step = (keyMs - this.#baseMs) >> STEP_BITS
    if (step <= this.#step) {
      step = this.#step
      if (keyMs < this.#stepMs) this.#stepMs = keyMs
    }
    if (step >= this.#newest.length) step = this.#makeRoom(step)
    if (step > this.#lastStep) this.#lastStep = step
    const entry = ++this.#entries
    if (entry === this.#vertices.length) this.#grow()
    this.#vertices[entry] = vertex
    this.#older[entry] = this.#newest[step]!
    this.#newest[step] = entry
  }

  /** A vertex of the least step, −1 when no key is below `belowMs`. */
  take(belowMs: number): number {
    const newest = this.#newest
    while (newest[this.#step] === 0) {
      if (this.#step >= this.#lastStep) return -1
      this.#step++
      this.#stepMs = this.#baseMs + (this.#step << STEP_BITS)
    }
    if (this.#stepMs >= belowMs) return -1
    const step = this.#step
    const entry = newest[step]!
    newest[step] = this.#older[entry]!
    return this.#vertices[entry]!
  }

  /** The step, or the last there is: what lies beyond comes in no order. */
  #makeRoom(step: number): number {
    const wanted = Math.min(step, MOST_STEPS - 1)
    if (wanted < this.#newest.length) return wanted
    const newest = new Int32Array(Math.min(MOST_STEPS, 2 * wanted))
    newest.set(this.#newest)
    this.#newest = newest
    return wanted
  }

  #grow(): void {
    const [older, vertices] = [this.#older, this.#vertices]
    this.#older = new Int32Array(2 * older.length)
    this.#vertices = new Int32Array(2 * older.length)
    this.#older.set(older)
    this.#vertices.set(vertices)
  }
}
