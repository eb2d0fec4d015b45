import { DateTime } from 'luxon'

const minuteMs = 60_000
const dayMin = 1440

/** One week of a city's calendar, Monday to Sunday. */
export interface Week {
  /** Counting up, the same for the same week whoever asks. */
  number: number
  /** The instant of a wall-clock minute since Monday 00:00; over the week's end as elapsed time. */
  instantOf(minute: number): number
}

/** The weeks that touch a half-open window, of a zone that may have summer time. */
export function weeksOf(zone: string, fromMs: number, toMs: number): Week[] {
  const weeks: Week[] = []
  let monday = DateTime.fromMillis(fromMs, { zone }).startOf('week')
  for (; monday.toMillis() < toMs; monday = monday.plus({ weeks: 1 })) weeks.push(weekFrom(monday))
  return weeks
}

function weekFrom(monday: DateTime): Week {
  const days = Array.from({ length: 8 }, (_, day) => monday.plus({ days: day }))
  const starts = days.map((day) => day.toMillis())
  return {
    // Days since 1970 on the wall calendar: no zone changes it.
    number: Math.round(monday.setZone('utc', { keepLocalTime: true }).toMillis() / (7 * dayMin * minuteMs)),
    instantOf(minute) {
      const day = Math.min(7, Math.floor(minute / dayMin))
      const start = starts[day] as number
      const ofDay = minute - day * dayMin
      const plainDay = day === 7 || (starts[day + 1] as number) - start === dayMin * minuteMs
      if (plainDay) return start + ofDay * minuteMs
      return (days[day] as DateTime).set({ hour: Math.floor(ofDay / 60), minute: ofDay % 60 }).toMillis()
    },
  }
}
