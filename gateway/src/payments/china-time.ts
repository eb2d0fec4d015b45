/**
 * The days and clocks of the providers: China has one zone, UTC+8 without daylight saving time, so days are 24 h and
 * need no calendar.
 */
const offsetMs = 8 * 3_600_000
export const dayMs = 24 * 3_600_000

const shifted = (ms: number): string => new Date(ms + offsetMs).toISOString()

/** `2026-11-23` of an instant. */
export const chinaDay = (ms: number): string => shifted(ms).slice(0, 10)

/** `2026-11-23 16:15:00`, seconds cut off below. */
export const chinaTime = (ms: number): string => shifted(ms).slice(0, 19).replace('T', ' ')

/** RFC 3339 with the offset of China, `2026-11-23T16:15:00+08:00`. */
export const chinaInstant = (ms: number): string => `${shifted(ms).slice(0, 19)}+08:00`

/** Hour of the day, 0–23. */
export const chinaHour = (ms: number): number => Number(shifted(ms).slice(11, 13))

/** @returns NaN for what is not `YYYY-MM-DD HH:mm:ss` */
export const fromChinaTime = (text: string): number =>
  /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text) ? Date.parse(`${text.replace(' ', 'T')}+08:00`) : Number.NaN

/** Start of a day `YYYY-MM-DD`, UTC milliseconds; NaN for a day that no calendar has. */
export function chinaDayStart(day: string): number {
  const startMs = fromChinaTime(`${day} 00:00:00`)
  // The thirtieth of February parses as the second of March.
  return Number.isNaN(startMs) || chinaDay(startMs) !== day ? Number.NaN : startMs
}
