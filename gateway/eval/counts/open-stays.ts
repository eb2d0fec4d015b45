import { DwellByHour } from '../../src/parking/counts/dwell-by-hour.ts'
import { type StaysInside, stayEvidence } from '../../src/parking/counts/stay-evidence.ts'
import type { SeenPassage } from './camera.ts'

/** Wall clock of the recorded lots, UTC+8. */
export const hourOf = (atMs: number): number => Math.floor((atMs / 3_600_000 + 8) % 24)

/** Stays that were never closed are told for so long, expired or not. */
const keptMs = 30 * 86_400_000
/** Before anything is known, so many exits in so many end no stay. */
const prior = { unmatched: 5, exits: 100 }

/** The stays of one lot as its cameras' plates make them: what the gateway's ledger would have open. */
export class OpenStays {
  readonly #open = new Map<string, number>()
  readonly #dwells = new DwellByHour(hourOf)
  #unmatched = prior.unmatched
  #exits = prior.exits

  see({ direction, stay, atMs, id, plateRight }: SeenPassage): void {
    const plate = plateRight ? `${stay}` : `misread ${id}`
    if (direction === 'in') {
      this.#open.set(plate, atMs)
      return
    }
    const enteredMs = this.#open.get(plate)
    this.#exits++
    if (enteredMs === undefined) {
      this.#unmatched++
      return
    }
    this.#open.delete(plate)
    this.#dwells.see(enteredMs, atMs)
  }

  /** Open stays that are not older than a limit. */
  younger(nowMs: number, limitMs: number): number {
    return [...this.#open.values()].filter((enteredMs) => nowMs - enteredMs <= limitMs).length
  }

  evidence(nowMs: number, missedEntries: number, night: boolean) {
    for (const [plate, enteredMs] of this.#open) if (nowMs - enteredMs > keptMs) this.#open.delete(plate)
    const inside: StaysInside = {
      enteredMs: [...this.#open.values()],
      unreadMs: [],
      nowMs,
      survival: (enteredMs, ageMs) => this.#dwells.survival(enteredMs, ageMs),
      unmatchedExits: this.#unmatched / this.#exits,
      missedEntries,
      night,
    }
    return stayEvidence(inside)
  }
}
