import { slotsPerDay } from './lot-grid.ts'

/** Share of what happens that the interval is to hold. */
const intervalShare = 0.9
/** Scores that are remembered: four weeks of quarters. Older ones no longer describe the lot. */
const memory = 28 * slotsPerDay
/** With fewer scores than this there is no interval to speak of. */
const leastScores = 40
/** A newly seen hour is taken to be as uncertain as the average hour until so many errors were seen in it. */
const hourPrior = 20
/** How fast the share left outside is corrected: a hundred independent misses in a row move it by half. */
const adaptRate = 0.005
/** Percentage points; an hour in which nothing ever moved is not certain for ever. */
const leastScale = 0.05

/**
 * The interval of one lot at one horizon by conformal prediction: quantiles of the errors that earlier forecasts turned
 * out to have, each divided by how uncertain its hour of the day is (V. Vovk et al., "Algorithmic Learning in a Random
 * World", 2005; normalised and over a moving window, so that it follows what the lot does). When more or less than a tenth
 * falls outside, the quantiles are moved until a tenth does (I. Gibbs and E. Candès, "Adaptive conformal inference under
 * distribution shift", 2021). It assumes no distribution.
 */
export class ErrorWindow {
  /** By local hour of the target: sum and number of absolute errors. */
  readonly #sums = new Float64Array(24)
  readonly #counts = new Float64Array(24)
  #sum = 0
  #count = 0
  /** Share of the window that is left outside so that a tenth of what comes is outside. */
  #outside = 1 - intervalShare
  readonly #overlap: number

  /**
   * @param horizonSlots of the forecasts, whose errors overlap: two made k slots apart share (h − k) / h of what happened,
   *   so that a window says as much as independent errors two thirds of a horizon apart (Σ ρ² = 2h/3)
   */
  constructor(horizonSlots: number) {
    this.#overlap = horizonSlots
  }
  /** Scores in order of arrival and in order of size. */
  readonly #queue: number[] = []
  readonly #sorted: number[] = []

  /**
   * Learns how a forecast turned out.
   *
   * @param hour local hour of the target, 0–23
   * @param error what happened less the median that was forecast, percentage points
   */
  learn(hour: number, error: number): void {
    const score = error / this.#scale(hour)
    const interval = this.around(hour)
    if (interval) {
      const missed = error < interval.below || error > interval.above
      const moved = this.#outside + (adaptRate / this.#overlap) * (1 - intervalShare - Number(missed))
      this.#outside = Math.min(0.5, Math.max(0.005, moved))
    }
    const size = Math.abs(error)
    this.#sums[hour]! += size
    this.#counts[hour]!++
    this.#sum += size
    this.#count++
    this.#queue.push(score)
    insert(this.#sorted, score)
    if (this.#queue.length > memory) remove(this.#sorted, this.#queue.shift()!)
  }

  get errors(): number {
    return this.#queue.length
  }

  /**
   * How far below and above the median the level may lie, percentage points; the lower is mostly negative. Undefined
   * while too few errors are known.
   */
  around(hour: number): { below: number; above: number } | undefined {
    const count = this.#sorted.length
    if (count < leastScores) return undefined
    const tail = this.#outside / 2
    const scale = this.#scale(hour)
    // Quantiles of n + 1, the one to come being the last, make the share hold for few scores as well.
    const independent = count / Math.max(1, (2 * this.#overlap) / 3)
    const upper = Math.min(1, (1 - tail) * (1 + 1 / independent))
    const low = Math.floor((count - 1) * (1 - upper))
    const high = Math.ceil((count - 1) * upper)
    return { below: this.#sorted[low]! * scale, above: this.#sorted[high]! * scale }
  }

  #scale(hour: number): number {
    const mean = this.#count === 0 ? 1 : this.#sum / this.#count
    return Math.max(leastScale, (this.#sums[hour]! + hourPrior * mean) / (this.#counts[hour]! + hourPrior))
  }
}

/** Position of the first that is not below the value. */
function placeOf(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

function insert(sorted: number[], value: number): void {
  sorted.splice(placeOf(sorted, value), 0, value)
}

function remove(sorted: number[], value: number): void {
  sorted.splice(placeOf(sorted, value), 1)
}
