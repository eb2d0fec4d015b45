/** A mean of independent runs and how far it may be off. */
export interface Estimate {
  mean: number
  /** Half the width of the 95 % interval; undefined with fewer than two runs. */
  half95: number | undefined
}

/** Student's t, 97.5 %, by degrees of freedom from 1; beyond the last it is about that of the normal distribution. */
const T975 = [
  ...[12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228],
  ...[2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086],
]
const T975_MANY = 1.96

/** NaN of nothing. */
export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

export function estimate(values: readonly number[]): Estimate {
  const middle = mean(values)
  const n = values.length
  if (n < 2) return { mean: middle, half95: undefined }
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (n - 1)
  return { mean: middle, half95: (T975[n - 2] ?? T975_MANY) * Math.sqrt(variance / n) }
}

/** The least value that a share of all is not above; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
