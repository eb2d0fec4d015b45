/** Shares of vehicles that a gate may miss; cameras count 95–98 % right (docs/counts.md), some much worse. */
const shares = [0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12] as const
const priorShares = [0.05, 0.1, 0.15, 0.25, 0.2, 0.15, 0.07, 0.03] as const
const prior = shares.flatMap((_, i) => shares.map((__, o) => (priorShares[i] as number) * (priorShares[o] as number)))

/** What is learnt is forgotten by so much with each evidence: cameras are cleaned, turned and replaced. */
const forgotten = 0.02
/** Evidence may be wrong altogether. */
const outlier = 0.02
/** Fewer passages tell nothing about a share. */
const leastPassages = 20

/** How likely each pair of missed shares of entries and exits is; rows are entries. */
export type MissRates = readonly number[]

export const priorMissRates: MissRates = prior

/** What the gates have counted between two pieces of evidence. */
export interface Leg {
  /** Vehicles inside after the first evidence, and its variance. */
  mean: number
  variance: number
  entries: number
  exits: number
}

export const tellsRates = ({ entries, exits }: Leg): boolean => entries + exits >= leastPassages

/** Mean shares missed, 0 to below 1. */
export function meanRates(rates: MissRates): { in: number; out: number } {
  let entry = 0
  let exit = 0
  for (const [k, weight] of rates.entries()) {
    entry += weight * (shares[Math.floor(k / shares.length)] as number)
    exit += weight * (shares[k % shares.length] as number)
  }
  return { in: entry, out: exit }
}

/**
 * Weighs each pair by how well it explains the second evidence: of `entries` seen, `entries · m/(1 − m)` more came unseen
 * in the mean, with a variance of `entries · m/(1 − m)²`; exits likewise.
 *
 * @param limit most vehicles inside
 */
export function learnt(rates: MissRates, leg: Leg, evidence: { mean: number; sd: number }, limit: number): MissRates {
  const weights = rates.map((weight, k) => {
    const entry = shares[Math.floor(k / shares.length)] as number
    const exit = shares[k % shares.length] as number
    const mean = leg.mean + leg.entries / (1 - entry) - leg.exits / (1 - exit)
    const variance =
      leg.variance + evidence.sd ** 2 + (leg.entries * entry) / (1 - entry) ** 2 + (leg.exits * exit) / (1 - exit) ** 2
    const density = Math.exp((-0.5 * (evidence.mean - mean) ** 2) / variance) / Math.sqrt(2 * Math.PI * variance)
    const likelihood = (1 - outlier) * density + outlier / (limit + 1)
    return weight ** (1 - forgotten) * (prior[k] as number) ** forgotten * likelihood
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
