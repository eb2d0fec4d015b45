/**
 * How likely each number of vehicles is to be in a lot: `weights[i]` is the probability of `from + i`. Sums to 1; what is
 * less likely than `least` is cut off at both ends, so that a lot of any size needs a few dozen numbers.
 */
export interface Belief {
  from: number
  weights: readonly number[]
}

/** How sure a gate is of what it reports. */
export interface GateErrors {
  /** Share of vehicles in this direction that it does not see, 0 to below 1. */
  missed: number
  /** The same in the other direction. */
  missedOpposite: number
}

/** A number of vehicles that somebody or something else than the gates has found to be inside. */
export interface Evidence {
  /** Vehicles, ≥ 0; need not be whole. */
  mean: number
  /** Standard error, > 0. */
  sd: number
  /** Chance that it says nothing at all, 0–1: a person in the wrong lot, sensors that hang. */
  doubt: number
}

const least = 1e-9
/** A passage that was none: a second read that was not known as one, a pedestrian. */
const phantom = 0.002
/** More unseen vehicles than these between two seen ones are not looked at. */
const mostMissed = 3
/** Chance that all that was counted since the last evidence is wrong: a gate that was off without a word. */
const lost = 0.002
/** Evidence is looked at within so many standard errors. */
const reach = 6

/** A number that is known. */
export const certain = (vehicles: number): Belief => ({ from: vehicles, weights: [1] })

/**
 * After a gate has seen a vehicle pass. Before each one that it sees, it misses so many that the share missed comes out
 * (a geometric number); the variance grows with each passage accordingly. Below 0 and above the limit nothing is possible:
 * an exit from what may be an empty lot says that it was not, or that the entry was missed.
 *
 * @param limit most vehicles that can be inside
 */
export function afterPassage(before: Belief, direction: 'in' | 'out', errors: GateErrors, limit: number): Belief {
  const sign = direction === 'in' ? 1 : -1
  const edge = direction === 'in' ? limit : 0
  const { missed, missedOpposite } = errors
  const from = Math.max(0, Math.min(before.from, limit) - 1 - mostMissed)
  const to = Math.min(limit, before.from + before.weights.length + mostMissed)
  const weights = new Array<number>(to - from + 1).fill(0)
  const add = (vehicles: number, weight: number) => {
    if (vehicles >= from && vehicles <= to) weights[vehicles - from] = (weights[vehicles - from] as number) + weight
  }
  for (const [i, weight] of before.weights.entries()) {
    // The limit may have been lowered since.
    const vehicles = Math.min(before.from + i, limit)
    add(vehicles, weight * (vehicles === edge ? phantom + missedOpposite : phantom))
    let share = (1 - phantom) * (1 - missed)
    for (let unseen = 0; unseen <= mostMissed; unseen++, share *= missed) {
      add(vehicles + sign * (1 + unseen), weight * share)
    }
  }
  return normalised(from, weights)
}

/** After vehicles have come (or gone, where negative) for certain, as far as 0…limit allows. */
export function shifted(before: Belief, change: number, limit: number): Belief {
  const weights: number[] = []
  const from = clamped(before.from + change, limit)
  for (const [i, weight] of before.weights.entries()) {
    const at = clamped(before.from + i + change, limit) - from
    weights[at] = (weights[at] ?? 0) + weight
  }
  return normalised(from, weights)
}

/**
 * After evidence, by Bayes' rule. Where the two cannot both be right, their doubts decide: neither can talk the other
 * down for ever.
 */
export function afterEvidence(before: Belief, { mean: found, sd, doubt }: Evidence, limit: number): Belief {
  const mean = clamped(found, limit)
  const [low, high] = [clamped(Math.floor(mean - reach * sd), limit), clamped(Math.ceil(mean + reach * sd), limit)]
  const from = Math.min(low, clamped(before.from, limit))
  const to = Math.max(high, clamped(before.from + before.weights.length - 1, limit))
  const anywhere = 1 / (limit + 1)
  const weights: number[] = []
  for (let vehicles = from; vehicles <= to; vehicles++) {
    const prior = (1 - lost) * (before.weights[vehicles - before.from] ?? 0) + lost * anywhere
    const density = Math.exp(-0.5 * ((vehicles - mean) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI))
    weights.push(prior * ((1 - doubt) * density + doubt * anywhere))
  }
  return normalised(from, weights)
}

/** Smallest number of vehicles that is not exceeded with this probability. */
export function quantile({ from, weights }: Belief, probability: number): number {
  let sum = 0
  for (const [i, weight] of weights.entries()) {
    sum += weight
    if (sum >= probability) return from + i
  }
  return from + weights.length - 1
}

/** Replays of recorded stays (docs/counts.md) ask for wider ranges than the model has by itself. */
const widened = 1.5

/** In nine cases of ten the number lies within these, both included. */
export function likelyRange(belief: Belief, limit: number): { low: number; high: number } {
  const middle = quantile(belief, 0.5)
  return {
    low: clamped(Math.floor(middle - widened * (middle - quantile(belief, 0.05))), limit),
    high: clamped(Math.ceil(middle + widened * (quantile(belief, 0.95) - middle)), limit),
  }
}

export function momentsOf({ from, weights }: Belief): { mean: number; variance: number } {
  let mean = 0
  for (const [i, weight] of weights.entries()) mean += weight * (from + i)
  let variance = 0
  for (const [i, weight] of weights.entries()) variance += weight * (from + i - mean) ** 2
  return { mean, variance }
}

const clamped = (vehicles: number, limit: number): number => Math.min(Math.max(vehicles, 0), limit)

function normalised(from: number, weights: readonly number[]): Belief {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const enough = (weight: number) => weight >= least * sum
  const first = weights.findIndex(enough)
  const kept = weights.slice(first, weights.findLastIndex(enough) + 1)
  const total = kept.reduce((all, weight) => all + weight, 0)
  return { from: from + first, weights: kept.map((weight) => weight / total) }
}
