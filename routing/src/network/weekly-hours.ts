/** Part of some days of a week, local time of the city. A span over midnight is two windows. */
export interface WeeklyWindow {
  /** Bits: Monday 1, Tuesday 2 … Sunday 64. */
  days: number
  /** Minutes after midnight, 0 ≤ from < to ≤ 1440; `to` is no longer in it. */
  fromMinute: number
  toMinute: number
}

/** When something holds, every week anew. */
export type WeeklyHours = readonly WeeklyWindow[]

/** Monday first, as the bits of `WeeklyWindow.days`. */
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** Making one takes longer than a hundred uses of it. */
const clocks = new Map<string, Intl.DateTimeFormat>()

/**
 * Whether the hours hold at an instant. Holidays are days like others.
 *
 * @param timeZone IANA zone
 */
export function appliesAt(hours: WeeklyHours, instantMs: number, timeZone: string): boolean {
  const { day, minute } = localTime(instantMs, timeZone)
  return hours.some(({ days, fromMinute, toMinute }) => (days & day) !== 0 && minute >= fromMinute && minute < toMinute)
}

function localTime(instantMs: number, timeZone: string): { day: number; minute: number } {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(instantMs)
      .map(({ type, value }) => [type, value]),
  )
  return {
    day: 1 << weekdays.indexOf(parts.get('weekday')!),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  }
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone)
  if (known) return known
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  clocks.set(timeZone, clock)
  return clock
}
