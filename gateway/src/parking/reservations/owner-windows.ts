import { type OwnerWindow, weekdays } from '@clearway/contracts'
import { DateTime } from 'luxon'

export interface Span {
  fromMs: number
  untilMs: number
}

/**
 * When an owner needs a bay, as instants: the weekly windows that touch `span`, in order, joined where they meet. Times
 * are of the city's wall clock; in the hour that summer time takes away a window begins with the next one.
 *
 * @param zone IANA
 */
export function ownerSpans(windows: readonly OwnerWindow[], span: Span, zone: string): Span[] {
  const spans: Span[] = []
  // A window over midnight may have begun the day before; days of a change of time have 23 or 25 hours.
  const [first, last] = [Math.floor(span.fromMs / dayMs) - 2, Math.floor(span.untilMs / dayMs) + 1]
  for (let day = first; day <= last; day++) {
    for (const each of spansOfDay(windows, day, zone)) {
      if (each.untilMs > span.fromMs && each.fromMs < span.untilMs) spans.push(each)
    }
  }
  return joined(spans)
}

const dayMs = 86_400_000
/** The calendar is slow, and the same few days are asked for again and again. */
const known = new WeakMap<readonly OwnerWindow[], Map<string, readonly Span[]>>()

/** @param day counts dates from 1970-01-01 */
function spansOfDay(windows: readonly OwnerWindow[], day: number, zone: string): readonly Span[] {
  const days = known.get(windows) ?? new Map<string, readonly Span[]>()
  known.set(windows, days)
  const key = `${zone} ${day}`
  let spans = days.get(key)
  if (!spans) {
    const date = DateTime.fromMillis(day * dayMs, { zone: 'utc' }).setZone(zone, { keepLocalTime: true })
    spans = windows
      .filter((window) => window.days.includes(weekdays[date.weekday - 1] as OwnerWindow['days'][number]))
      .map(({ from, until }) => ({
        fromMs: at(date, from),
        untilMs: at(until <= from ? date.plus({ days: 1 }) : date, until),
      }))
    days.set(key, spans)
  }
  return spans
}

function at(day: DateTime, time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return day
    .plus({ days: hour === 24 ? 1 : 0 })
    .set({ hour: hour % 24, minute })
    .toMillis()
}

function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1)
    if (last && span.fromMs <= last.untilMs) last.untilMs = Math.max(last.untilMs, span.untilMs)
    else result.push({ ...span })
  }
  return result
}
