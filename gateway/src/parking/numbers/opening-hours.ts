import type { OpeningHours } from '@clearway/contracts'
import type { LocalDays } from './local-days.ts'

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** Whether a lot is open in a minute of the week. Hours that end at or before their start end on the next day. */
function isOpen(hours: readonly OpeningHours[], weekday: number, minute: number): boolean {
  const dayBefore = weekday === 1 ? 7 : weekday - 1
  return hours.some(({ days, from, to }) => {
    const fromMin = minutesOf(from)
    const toMin = minutesOf(to)
    if (toMin > fromMin) return days.includes(weekday) && minute >= fromMin && minute < toMin
    return (days.includes(weekday) && minute >= fromMin) || (days.includes(dayBefore) && minute < toMin)
  })
}

/** By quarter of an hour, 1 where the lot is open. @param starts of the quarters, and the end of the last */
export function openQuarters(hours: readonly OpeningHours[], starts: Float64Array, days: LocalDays): Uint8Array {
  const open = new Uint8Array(starts.length - 1)
  for (let i = 0; i < open.length; i++) {
    const { weekday, minute } = days.wallClock(starts[i] as number)
    open[i] = isOpen(hours, weekday, minute) ? 1 : 0
  }
  return open
}
