import { DateTime } from 'luxon'

/** The days of a zone's calendar: on two days of the year they may have 23 and 25 hours. */
export class LocalDays {
  readonly #zone: string
  readonly #ends = new Map<number, number>()

  /** @param zone IANA */
  constructor(zone: string) {
    this.#zone = zone
  }

  /** Midnight before an instant, or the instant itself. */
  startOf(atMs: number): number {
    return DateTime.fromMillis(atMs, { zone: this.#zone }).startOf('day').toMillis()
  }

  /** @param startMs midnight @returns the next */
  endOf(startMs: number): number {
    const known = this.#ends.get(startMs)
    if (known !== undefined) return known
    const endMs = DateTime.fromMillis(startMs, { zone: this.#zone }).plus({ days: 1 }).toMillis()
    this.#ends.set(startMs, endMs)
    return endMs
  }

  /** Midnights of the days that touch a half-open window, in order. */
  touching(fromMs: number, toMs: number): number[] {
    const days: number[] = []
    for (let day = this.startOf(fromMs); day < toMs; day = this.endOf(day)) days.push(day)
    return days
  }

  /** The start of the hour of the wall clock that an instant lies in. */
  startOfHour(atMs: number): DateTime {
    return DateTime.fromMillis(atMs, { zone: this.#zone }).startOf('hour')
  }

  /** 1 Monday … 7 Sunday, and minutes since midnight on the wall clock. */
  wallClock(atMs: number): { weekday: number; minute: number } {
    const { weekday, hour, minute } = DateTime.fromMillis(atMs, { zone: this.#zone })
    return { weekday, minute: hour * 60 + minute }
  }
}
