/** Time spent at each level of a lot, for the share of time below some level. */
export class LevelTimes {
  #ms = new Float64Array(256)
  #highest = -1
  /** While a single level was added it stands apart: in most quarters nobody passes. */
  #only = -1
  #onlyMs = 0

  add(level: number, ms: number): void {
    const at = level < 0 ? 0 : level
    if (this.#highest < 0 && (this.#only < 0 || this.#only === at)) {
      this.#only = at
      this.#onlyMs += ms
      return
    }
    if (this.#highest < 0) this.#put(this.#only, this.#onlyMs)
    this.#put(at, ms)
  }

  /** The lowest level that together with those below it holds a share of the time; 0 when there is no time. */
  below(share: number): number {
    if (this.#highest < 0) return this.#onlyMs > 0 ? this.#only : 0
    let total = 0
    for (let level = 0; level <= this.#highest; level++) total += this.#ms[level]!
    let seen = 0
    for (let level = 0; level <= this.#highest; level++) {
      seen += this.#ms[level]!
      if (seen >= share * total) return level
    }
    return 0
  }

  clear(): void {
    for (let level = 0; level <= this.#highest; level++) this.#ms[level] = 0
    this.#highest = -1
    this.#only = -1
    this.#onlyMs = 0
  }

  #put(at: number, ms: number): void {
    if (at >= this.#ms.length) {
      const wider = new Float64Array(2 * at)
      wider.set(this.#ms)
      this.#ms = wider
    }
    this.#ms[at]! += ms
    if (at > this.#highest) this.#highest = at
  }
}
