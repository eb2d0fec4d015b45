const minuteMs = 60_000
/** Bins of dwell time, each longer than the one before by a third: 1 min to about 60 days. */
const firstMs = minuteMs
const growth = 4 / 3
const binCount = 40
const startOf = (bin: number): number => (bin === 0 ? 0 : firstMs * growth ** (bin - 1))
const binOf = (ms: number): number =>
  ms < firstMs ? 0 : Math.min(binCount - 1, 1 + Math.floor(Math.log(ms / firstMs) / Math.log(growth)))

/** The prior is worth so many stays, most of them of minutes to a day. */
const priorStays = 30
const priorMedianMs = 90 * minuteMs
/** Spread of the prior, a log-logistic distribution: shape 1.2 puts nine stays in ten between 10 min and 10 h. */
const priorShape = 1.2
/** Survival of the prior at a dwell time. */
const priorSurvival = (ms: number): number => 1 / (1 + (ms / priorMedianMs) ** priorShape)

/** Of vehicles that seem to be inside, so many have left unseen: of those that stay for long, they are the most. */
const missedExits = 0.003

const priorCounts = Array.from({ length: binCount }, (_, bin) => {
  const beyond = bin === binCount - 1 ? 0 : priorSurvival(startOf(bin + 1))
  return priorStays * (priorSurvival(startOf(bin)) - beyond)
})

/** How long vehicles stay in one lot: the lot's own closed stays over a documented prior. */
export class DwellTimes {
  /** Pseudo-counts of the prior and counts of stays. */
  readonly #counts = [...priorCounts]
  #total = priorStays

  /** @param ms dwell time of a closed stay, ≥ 0 */
  see(ms: number): void {
    const bin = binOf(ms)
    this.#counts[bin] = (this.#counts[bin] as number) + 1
    this.#total++
  }

  /** Share of stays that last longer than this, 0–1. */
  survival(ms: number): number {
    const bin = binOf(Math.max(0, ms))
    const fromMs = startOf(bin)
    const untilMs = startOf(bin + 1)
    let after = (this.#counts[bin] as number) * Math.max(0, (untilMs - Math.max(0, ms)) / (untilMs - fromMs))
    for (let later = bin + 1; later < binCount; later++) after += this.#counts[later] as number
    return after / this.#total
  }

  /**
   * How likely a vehicle that has been inside for so long leaves right now, next to others: the density of the dwell
   * time over the share that stays longer or has left without having been seen. A hazard rate, per millisecond.
   */
  hazard(ms: number): number {
    const bin = binOf(Math.max(0, ms))
    const fromMs = startOf(bin)
    const untilMs = startOf(bin + 1)
    const within = this.#counts[bin] as number
    let after = within * Math.max(0, (untilMs - Math.max(0, ms)) / (untilMs - fromMs))
    for (let later = bin + 1; later < binCount; later++) after += this.#counts[later] as number
    return within / (untilMs - fromMs) / (after + missedExits * this.#total)
  }
}
