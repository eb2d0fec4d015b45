import type { DetectorFlow } from '@clearway/contracts'
import { vehicleSpacingM } from '@clearway/routing'

/** One report, as far as it is kept. */
export interface DetectorSample {
  /** End of its period, on our clock, ms. */
  atMs: number
  periodS: number
  /** Vehicles that crossed in the period. */
  count: number
  /** The longest queue of a lane at the end of the period; undefined where the detector sees none. */
  queueM: number | undefined
  /** Standing vehicles a lane, in the mean of the signal groups that it tells apart. */
  queue: number | undefined
}

/** Three cycles before a call, its entry, its presence and the return to the plan. */
const keptMs = 1_500_000

/** The reports of every detector in the last 25 min, oldest first. */
export class DetectorHistory {
  readonly #samples = new Map<string, DetectorSample[]>()

  add(device: string, { periodS, count, queueM, groupQueuesM }: DetectorFlow, atMs: number): void {
    const samples = this.#samples.get(device) ?? []
    this.#samples.set(device, samples)
    const groups = Object.values(groupQueuesM ?? {})
    const metres = groups.length > 0 ? groups.reduce((sum, m) => sum + m, 0) / groups.length : queueM
    samples.push({ atMs, periodS, count, queueM, queue: metres === undefined ? undefined : metres / vehicleSpacingM })
    const old = samples.findIndex((sample) => sample.atMs > atMs - keptMs)
    // Dropped by the dozen, so that a report does not move all the others.
    if (old >= 64) samples.splice(0, old)
  }

  of(device: string): readonly DetectorSample[] {
    return this.#samples.get(device) ?? []
  }
}
