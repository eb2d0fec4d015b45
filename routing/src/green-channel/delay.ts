/**
 * Mean delay at a signal without priority, seconds, for uniform arrivals:
 * d = C(1 − g/C)² / (2(1 − x·g/C)). With x = 0 this is red²/(2·C).
 *
 * @param cycleS cycle C, > 0
 * @param greenS green g of the approach in a cycle, clamped to 0…C
 * @param saturation degree of saturation x, clamped to 0…1
 * @see Webster 1958, first term; docs/green-channel.md
 */
export function uniformDelay(cycleS: number, greenS: number, saturation: number): number {
  const share = Math.min(1, Math.max(0, greenS / cycleS))
  if (share === 1) return 0
  const x = Math.min(1, Math.max(0, saturation))
  return (cycleS * (1 - share) ** 2) / (2 * (1 - x * share))
}

/**
 * Delay left at a junction although it is asked for now, seconds: d = max(0, T_entry + T_q + m − (ETA − t)).
 *
 * @param untilArrivalS ETA − t, seconds from now until the vehicle would be at the stop line
 */
export const residualDelay = (entryS: number, queueS: number, marginS: number, untilArrivalS: number): number =>
  Math.max(0, entryS + queueS + marginS - untilArrivalS)

/** Margin m of an activation, seconds: 3 and twice the measured delay from command to controller. */
export const activationMargin = (commandDelayS: number): number => 3 + 2 * commandDelayS

/**
 * When to ask for green, ms: t_on = ETA_early − (T_entry + T_q + m). An instant in the past means: at once, and the
 * vehicle must expect `residualDelay`.
 */
export const activationTime = (earliestMs: number, entryS: number, queueS: number, marginS: number): number =>
  earliestMs - (entryS + queueS + marginS) * 1000
