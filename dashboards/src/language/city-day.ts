/** Milliseconds since local midnight in the zone, by the clock on the wall. */
function wallClockMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(atMs)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  return ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000
}

/** The instant at which the day began in the zone, also where the clocks changed since. */
export function startOfDayMs(nowMs: number, timeZone: string): number {
  const whole = Math.floor(nowMs / 1000) * 1000
  const guess = whole - wallClockMs(whole, timeZone)
  const off = wallClockMs(guess, timeZone)
  if (off === 0) return guess
  // The clocks changed between midnight and now: the guess fell an hour after midnight, or an hour before it.
  const dayMs = 86_400_000
  return off < dayMs / 2 ? guess - off : guess + dayMs - off
}

/**
 * The instant of a time on the wall of the zone, as a form has it: `2026-11-29T08:30` or with seconds. Where the clocks
 * go back, the first of the two.
 *
 * @returns RFC 3339 with milliseconds
 */
export function instantIn(local: string, timeZone: string): string {
  const asUtc = Date.parse(`${local}Z`)
  const dayMs = 86_400_000
  // How far the wall is ahead of UTC, −12 h to +14 h, before and after a change of the clocks nearby.
  const aheadMs = (atMs: number) => {
    const ahead = (wallClockMs(atMs, timeZone) - (atMs % dayMs) + dayMs) % dayMs
    return ahead > 14 * 3_600_000 ? ahead - dayMs : ahead
  }
  const before = asUtc - aheadMs(asUtc - dayMs)
  const fits = before + aheadMs(before) === asUtc
  return new Date(fits ? before : asUtc - aheadMs(asUtc + dayMs)).toISOString()
}
