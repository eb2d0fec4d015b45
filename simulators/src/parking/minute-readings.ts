const minuteMs = 60_000
const dayMs = 86_400_000

interface Visit {
  lot: string
  enteredAtMs: number
  leftAtMs: number | null
}

/** What a sensor of every lot reads once a minute, taken from the stays as they pass by. */
export class MinuteReadings {
  readonly #fromMs: number
  readonly #minutes: number
  readonly #capacities: ReadonlyMap<string, number>
  /** By lot: vehicles more or fewer than at the minute before. */
  readonly #steps = new Map<string, Int16Array>()

  /** Half-open window, whole minutes. */
  constructor(lots: readonly { id: string; capacity: number }[], fromMs: number, toMs: number) {
    this.#fromMs = fromMs
    this.#minutes = Math.floor((toMs - fromMs) / minuteMs)
    this.#capacities = new Map(lots.map(({ id, capacity }) => [id, capacity]))
    for (const { id } of lots) this.#steps.set(id, new Int16Array(this.#minutes + 1))
  }

  get lots(): string[] {
    return [...this.#steps.keys()]
  }

  capacity(lot: string): number {
    return this.#capacities.get(lot) ?? 0
  }

  /** Hands the visits on and notes what they mean for the readings. */
  *watch<V extends Visit>(visits: Iterable<V>): Generator<V> {
    for (const visit of visits) {
      const steps = this.#steps.get(visit.lot)
      const first = this.#minuteOf(visit.enteredAtMs)
      const last = visit.leftAtMs === null ? this.#minutes : this.#minuteOf(visit.leftAtMs)
      if (steps && first < last) {
        steps[first]!++
        steps[last]!--
      }
      yield visit
    }
  }

  /** Readings of a lot by day (UTC), in time order. */
  *days(lot: string): Generator<{ dayMs: number; occupied: { atMs: number; value: number }[] }> {
    const steps = this.#steps.get(lot)
    let occupied: { atMs: number; value: number }[] = []
    let value = 0
    for (let minute = 0; minute < this.#minutes; minute++) {
      const atMs = this.#fromMs + minute * minuteMs
      value += steps?.[minute] ?? 0
      occupied.push({ atMs, value })
      if ((atMs + minuteMs) % dayMs !== 0 && minute < this.#minutes - 1) continue
      yield { dayMs: atMs - (atMs % dayMs), occupied }
      occupied = []
    }
  }

  /** The first reading that sees a change at an instant, within the window. */
  #minuteOf(atMs: number): number {
    return Math.min(this.#minutes, Math.max(0, Math.ceil((atMs - this.#fromMs) / minuteMs)))
  }
}
