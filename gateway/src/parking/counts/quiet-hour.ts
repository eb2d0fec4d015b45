/** Passages of fewer days do not show when a lot is quiet. */
const leastPassages = 100
const defaultHour = 4

/**
 * The hour of the day in which the fewest vehicles pass, by local time: then the stays say most of what is in the lot.
 * Neighbouring hours count half, so that one still hour in the middle of a busy time is none.
 *
 * @param passages by hour of the day, 24 of them
 * @returns 0–23; 4 while little is known
 */
export function quietHour(passages: readonly number[]): number {
  if (passages.reduce((sum, count) => sum + count, 0) < leastPassages) return defaultHour
  const at = (hour: number) => passages[(hour + 24) % 24] as number
  const busy = (hour: number) => at(hour) + (at(hour - 1) + at(hour + 1)) / 2
  let quietest = defaultHour
  for (let hour = 0; hour < 24; hour++) if (busy(hour) < busy(quietest)) quietest = hour
  return quietest
}
