/** Monday to Friday, Saturday, Sunday: the days that differ in traffic. Public holidays are days like others. */
const DAY_KINDS = 3
const HOURS = 24
/** Hours of a week that are kept apart. */
export const SLOTS = DAY_KINDS * HOURS

const QUARTER_MS = 900_000
const HOUR_MS = 3_600_000
const MOST_KNOWN = 4096

/** Where instants lie in the week of a time zone. */
export class LocalWeek {
  readonly #format: Intl.DateTimeFormat
  /** Slot of each quarter of an hour that was asked for; no zone changes its offset within one. */
  readonly #known = new Map<number, number>()

  /** @param timeZone IANA zone */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', weekday: 'short', hour: '2-digit' })
  }

  /** 0 ≤ slot < `SLOTS`: the kind of the day, then the hour. */
  slot(atMs: number): number {
    const quarter = Math.floor(atMs / QUARTER_MS)
    const known = this.#known.get(quarter)
    if (known !== undefined) return known
    const parts = this.#format.formatToParts(quarter * QUARTER_MS)
    const value = (type: string) => parts.find((part) => part.type === type)!.value
    const day = value('weekday')
    const slot = (day === 'Sat' ? 1 : day === 'Sun' ? 2 : 0) * HOURS + Number(value('hour'))
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    this.#known.set(quarter, slot)
    return slot
  }

  /** The hours whose middles lie around an instant, and how far it is on the way from one to the other, 0–1. */
  between(atMs: number): { from: number; to: number; share: number } {
    const from = this.slot(atMs - HOUR_MS / 2)
    const to = this.slot(atMs + HOUR_MS / 2)
    // Zones are whole quarters of an hour away from UTC; half hours matter here, quarters shift the middle a little.
    const share = (((atMs / HOUR_MS + 0.5) % 1) + 1) % 1
    return { from, to, share }
  }
}
