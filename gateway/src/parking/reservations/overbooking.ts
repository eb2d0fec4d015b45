/**
 * What is known of how often people come: a Beta distribution with the parameters `shown` and `missed`, both above 0
 * (observations and the prior's pseudo-observations together).
 */
export interface ShowRate {
  shown: number
  missed: number
}

/** So many holds of people with one show rate. */
export interface Expected {
  holds: number
  rate: ShowRate
}

/**
 * Chance that more people come than there are bays, exactly: within a group the number that comes is beta-binomial (a
 * binomial whose rate is as uncertain as the observations leave it), groups are independent, their numbers add up by
 * convolution. Not knowing the rate well makes the tail heavier than the binomial of the mean rate, never lighter.
 *
 * @param bays ≥ 0
 * @param certain people who come for sure or are there, ≥ 0
 * @returns 0…1; exactly 0 where holds do not exceed bays
 * @see Johnson, Kemp, Kotz, Univariate Discrete Distributions, 6.2.2; docs/adr/0015-overbooking-by-a-stated-risk.md
 */
export function riskOfMoreThan(bays: number, certain: number, groups: readonly Expected[]): number {
  const most = certain + groups.reduce((sum, { holds }) => sum + holds, 0)
  if (most <= bays) return 0
  if (certain > bays) return 1
  const sum = groups.map(betaBinomial).reduce(convolve, Float64Array.of(1))
  // From the far end: the small terms first.
  let risk = 0
  for (let come = sum.length - 1; come > bays - certain; come--) risk += sum[come] as number
  return Math.min(1, risk)
}

/** How many of a group are expected to come. */
export const expectedOf = ({ holds, rate: { shown, missed } }: Expected): number => (holds * shown) / (shown + missed)

/** Chances that 0, 1, … of a group come. By logarithms, so that hundreds of holds do not underflow. */
function betaBinomial({ holds: n, rate: { shown: a, missed: b } }: Expected): Float64Array {
  const chances = new Float64Array(n + 1)
  let log = 0
  for (let i = 0; i < n; i++) log += Math.log((b + i) / (a + b + i))
  chances[0] = Math.exp(log)
  for (let k = 0; k < n; k++) {
    log += Math.log(((n - k) * (a + k)) / ((k + 1) * (b + n - k - 1)))
    chances[k + 1] = Math.exp(log)
  }
  return chances
}

function convolve(a: Float64Array, b: Float64Array): Float64Array {
  const sum = new Float64Array(a.length + b.length - 1)
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) sum[i + j] = (sum[i + j] as number) + (a[i] as number) * (b[j] as number)
  }
  return sum
}
