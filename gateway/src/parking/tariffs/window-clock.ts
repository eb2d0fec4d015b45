import { type DayKind, dayKinds } from '@clearway/contracts'
import type { Calendar, DayNumber } from './calendar/calendar.ts'
import { type DaySlice, daySlices, type WindowTimes } from './day-slices.ts'
import type { ZoneDays } from './zone-days.ts'

interface Day {
  endMs: number
  starts: number[]
  windows: number[]
}

/** Days that are remembered; a year of stays touches fewer. */
const mostKept = 4096

/** Which window holds when, on the calendar and the clock of a place. The windows cover every minute once. */
export class WindowClock {
  readonly #days: ZoneDays
  readonly #calendar: Calendar
  readonly #slices: ReadonlyMap<DayKind, readonly DaySlice[]>
  readonly #known = new Map<DayNumber, Day>()

  constructor(windows: readonly WindowTimes[], days: ZoneDays, calendar: Calendar) {
    this.#days = days
    this.#calendar = calendar
    this.#slices = new Map(dayKinds.map((kind) => [kind, daySlices(windows, kind)]))
  }

  /**
   * The window that holds at an instant, and until when: across midnight, where it goes on holding there.
   *
   * @param stopMs the end is not sought beyond it
   */
  visit(atMs: number, stopMs: number): { window: number; untilMs: number } {
    let day = this.#days.dayOf(atMs)
    let { starts, windows, endMs } = this.#day(day)
    let i = starts.length - 1
    while (i > 0 && (starts[i] as number) > atMs) i--
    const window = windows[i] as number
    let untilMs = starts[i + 1] ?? endMs
    while (untilMs < stopMs) {
      i++
      if (i === starts.length) {
        ;({ starts, windows, endMs } = this.#day(++day))
        i = 0
      }
      if (windows[i] !== window) break
      untilMs = starts[i + 1] ?? endMs
    }
    return { window, untilMs: Math.min(untilMs, stopMs) }
  }

  #day(number: DayNumber): Day {
    let day = this.#known.get(number)
    if (!day) {
      const slices = this.#slices.get(this.#calendar.kindOf(number)) as readonly DaySlice[]
      const endMs = this.#days.instant(number + 1, 0)
      const begins = slices.map(({ fromMin }) => this.#days.instant(number, fromMin))
      // Where the clock is put forward a slice can be of no length: it is no visit, and parts none.
      const lasting = slices.keys().filter((i) => (begins[i] as number) < (begins[i + 1] ?? endMs))
      const kept = [...lasting]
      day = {
        endMs,
        starts: kept.map((i) => begins[i] as number),
        windows: kept.map((i) => (slices[i] as DaySlice).window),
      }
      if (this.#known.size >= mostKept) this.#known.clear()
      this.#known.set(number, day)
    }
    return day
  }
}
