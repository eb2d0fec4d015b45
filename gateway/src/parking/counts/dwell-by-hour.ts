import { DwellTimes } from '../matching/dwell-times.ts'

/** Hours of the day that are learnt together: guests of the night, work, visitors, the evening. */
const hoursTogether = 6

/** How long vehicles stay in one lot, by when they come: who comes in the evening stays for the night. */
export class DwellByHour {
  readonly #hourOf: (atMs: number) => number
  readonly #parts = Array.from({ length: 24 / hoursTogether }, () => new DwellTimes())

  /** @param hourOf local hour of an instant, 0–23 */
  constructor(hourOf: (atMs: number) => number) {
    this.#hourOf = hourOf
  }

  see(enteredMs: number, leftMs: number): void {
    this.#of(enteredMs).see(leftMs - enteredMs)
  }

  /** Share of the vehicles that come at this time of the day and stay longer than this. */
  survival(enteredMs: number, ageMs: number): number {
    return this.#of(enteredMs).survival(ageMs)
  }

  #of(enteredMs: number): DwellTimes {
    return this.#parts[Math.floor(this.#hourOf(enteredMs) / hoursTogether)] as DwellTimes
  }
}
