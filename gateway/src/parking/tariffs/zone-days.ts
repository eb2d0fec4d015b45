import { IANAZone } from 'luxon'
import type { DayNumber } from './calendar/calendar.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Days whose beginnings are remembered; a year of stays touches fewer. */
const mostKept = 4096

/**
 * Calendar days and times of day of one IANA zone. Days follow each other without gap: where the clock goes back over
 * midnight, the new day begins at its first midnight.
 */
export class ZoneDays {
  readonly #zone: IANAZone
  /** Offset in ms of UTC days on which it does not change; NaN where it does. */
  readonly #offsets = new Map<number, number>()

  /** @param name a known IANA zone */
  constructor(name: string) {
    this.#zone = IANAZone.create(name)
  }

  /** The day to which an instant belongs. */
  dayOf(ms: number): DayNumber {
    const day = Math.floor((ms + this.#offsetMs(ms)) / dayMs)
    return ms >= this.instant(day + 1, 0) ? day + 1 : day
  }

  /**
   * The first instant at which the clock shows a time of day. Where the clock jumps over it, the jump; where it shows it
   * twice, the first.
   *
   * @param minute of the day, 0–1440
   */
  instant(day: DayNumber, minute: number): number {
    const wanted = day * dayMs + minute * 60_000
    const about = wanted - this.#offsetMs(wanted)
    // No zone changes its clock by more than three hours at once.
    let low = about - 3 * hourMs
    let high = about + 3 * hourMs
    const before = this.#offsetMs(low)
    const after = this.#offsetMs(high)
    if (before === after) return wanted - before
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#offsetMs(middle) === before) low = middle
      else high = middle
    }
    if (wanted - before < high) return wanted - before
    return Math.max(high, wanted - after)
  }

  #offsetMs(ms: number): number {
    const utcDay = Math.floor(ms / dayMs)
    let offset = this.#offsets.get(utcDay)
    if (offset === undefined) {
      const start = this.#zone.offset(utcDay * dayMs)
      offset = start === this.#zone.offset((utcDay + 1) * dayMs) ? start * 60_000 : Number.NaN
      if (this.#offsets.size >= mostKept) this.#offsets.clear()
      this.#offsets.set(utcDay, offset)
    }
    return Number.isNaN(offset) ? this.#zone.offset(ms) * 60_000 : offset
  }
}

const zones = new Map<string, ZoneDays>()

/** The days of a zone, made once. */
export function zoneDays(name: string): ZoneDays {
  let days = zones.get(name)
  if (!days) {
    days = new ZoneDays(name)
    zones.set(name, days)
  }
  return days
}
