/** Days of lots in memory, those asked for last; a day on which nobody passed is kept as such. */
export class KeptDays<D extends { dayMs: number }> {
  readonly #most: number
  /** By lot, then by its midnight; in order of when a lot was asked for. */
  readonly #lots = new Map<string, Map<number, D>>()
  /** By lot, the half-open window of midnights that is held, and which of them have to be read anew. */
  readonly #windows = new Map<string, { fromMs: number; toMs: number; gone: Set<number> }>()
  #size = 0

  /** @param most days of all lots together */
  constructor(most: number) {
    this.#most = most
  }

  /**
   * Days of a lot that begin in a half-open window, in order.
   *
   * @param load reads days of the lot that begin in a half-open window, in order
   */
  days(lot: string, fromMs: number, toMs: number, load: (fromMs: number, toMs: number) => D[]): D[] {
    const held = this.#windows.get(lot)
    const days = this.#lots.get(lot)
    if (held && days && held.fromMs <= fromMs && toMs <= held.toMs) {
      for (const dayMs of held.gone) {
        for (const day of load(dayMs, dayMs + 1)) days.set(dayMs, day)
      }
      // One that was not there stands last now.
      if (held.gone.size > 0) this.#lots.set(lot, new Map([...days].sort(([a], [b]) => a - b)))
      held.gone.clear()
      return [...(this.#lots.get(lot) ?? days).values()].filter(({ dayMs }) => dayMs >= fromMs && dayMs < toMs)
    }
    const loaded = load(fromMs, toMs)
    this.#forget(lot)
    // One question may be larger than the memory; then it is not for keeping.
    if (loaded.length > this.#most) return loaded
    this.#lots.set(lot, new Map(loaded.map((day) => [day.dayMs, day])))
    this.#windows.set(lot, { fromMs, toMs, gone: new Set() })
    this.#size += loaded.length
    for (const oldest of this.#lots.keys()) {
      if (this.#size <= this.#most) break
      this.#forget(oldest)
    }
    return loaded
  }

  /** A day of a lot is no longer what it was: it is read anew when it is asked for. */
  drop(lot: string, dayMs: number): void {
    const held = this.#windows.get(lot)
    if (held && held.fromMs <= dayMs && dayMs < held.toMs) held.gone.add(dayMs)
  }

  clear(): void {
    this.#lots.clear()
    this.#windows.clear()
    this.#size = 0
  }

  #forget(lot: string): void {
    this.#size -= this.#lots.get(lot)?.size ?? 0
    this.#lots.delete(lot)
    this.#windows.delete(lot)
  }
}
