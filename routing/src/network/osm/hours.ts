import type { WeeklyHours, WeeklyWindow } from '../weekly-hours.ts'

const days = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su']
const EVERY_DAY = 0b1111111
const MINUTES_PER_DAY = 1440

const dayList = /[a-z]{2}(?:\s*-\s*[a-z]{2})?(?:\s*,\s*[a-z]{2}(?:\s*-\s*[a-z]{2})?)*/.source
const span = /\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}/.source
/** Days, times, and what separates them from the next. */
const rulePattern = `\\s*(${dayList})?\\s*(${span}(?:\\s*,\\s*${span})*)?\\s*(?:[,;]|$)`
/** Holidays are days like others, so that they are off changes nothing. */
const holidaysOff = /;\s*(?:ph|sh)(?:\s*,\s*(?:ph|sh))?\s+off\s*$/

/**
 * Hours of the week of a condition: `Mo-Fr 07:00-09:00,17:00-19:00; Sa 10:00-14:00`. Undefined when there is anything
 * else in it: dates, weeks, sunset, the weight of a vehicle. A span over midnight belongs to the day it begins.
 *
 * @see https://wiki.openstreetmap.org/wiki/Conditional_restrictions
 */
export function weeklyHours(condition: string): WeeklyHours | undefined {
  const text = condition.toLowerCase().replace(holidaysOff, '')
  const rule = new RegExp(rulePattern, 'y')
  const windows: WeeklyWindow[] = []
  while (rule.lastIndex < text.length) {
    const match = rule.exec(text)
    if (!match || (match[1] === undefined && match[2] === undefined)) return undefined
    const mask = match[1] === undefined ? EVERY_DAY : daysOf(match[1])
    const part = mask === undefined ? undefined : windowsOf(mask, match[2] ?? '0:00-24:00')
    if (!part) return undefined
    windows.push(...part)
  }
  return windows.length > 0 ? windows : undefined
}

function windowsOf(mask: number, times: string): WeeklyWindow[] | undefined {
  const windows: WeeklyWindow[] = []
  for (const text of times.split(',')) {
    const [fromHour, from, toHour, to] = text.split(/[:-]/).map(Number) as [number, number, number, number]
    const [fromMinute, toMinute] = [fromHour * 60 + from, toHour * 60 + to]
    if (from > 59 || to > 59 || fromMinute >= MINUTES_PER_DAY || toMinute > MINUTES_PER_DAY) return undefined
    if (fromMinute < toMinute) windows.push({ days: mask, fromMinute, toMinute })
    else {
      windows.push({ days: mask, fromMinute, toMinute: MINUTES_PER_DAY })
      if (toMinute > 0) windows.push({ days: dayAfter(mask), fromMinute: 0, toMinute })
    }
  }
  return windows
}

/** `mo-fr`, `sa,su`, `fr-mo` as bits. */
function daysOf(text: string): number | undefined {
  let mask = 0
  for (const part of text.split(',')) {
    const [first, last] = part.split('-').map((day) => days.indexOf(day.trim())) as [number, number?]
    if (first < 0 || (last ?? 0) < 0) return undefined
    for (let day = first; ; day = (day + 1) % 7) {
      mask |= 1 << day
      if (day === (last ?? first)) break
    }
  }
  return mask
}

const dayAfter = (mask: number): number => ((mask << 1) | (mask >> 6)) & EVERY_DAY
