import type { DayKind } from '@clearway/contracts'
import { IANAZone } from 'luxon'
import type { Calendar } from '../tariffs/calendar/calendar.ts'
import { slotMs, slotsPerDay } from './lot-grid.ts'

/** What sort of day it is for those who park. */
const dayKinds = { workday: 0, saturday: 1, holiday: 2 } as const

/** Wall clock and calendar of every slot of a grid, and of some beyond its end. */
export interface LocalClock {
  /** Slot of the local day, 0–95. */
  slotOfDay: Int16Array
  /** 0 Monday … 6 Sunday. */
  weekday: Int8Array
  /** One of `dayKinds`; Sundays are holidays. */
  kind: Int8Array
  /** How far the wall clock is ahead of UTC, in slots. */
  offset: Int16Array
}

/**
 * @param calendar what lies ahead is known, as in any calendar; a swapped workday is a workday, a holiday like a Sunday
 * @param zone IANA; offsets are multiples of 15 min in every zone in use
 */
export function localClock(startMs: number, slots: number, zone: string, calendar: Calendar): LocalClock {
  const iana = IANAZone.create(zone)
  const clock: LocalClock = {
    slotOfDay: new Int16Array(slots),
    weekday: new Int8Array(slots),
    kind: new Int8Array(slots),
    offset: new Int16Array(slots),
  }
  const kindOfDay = new Map<number, number>()
  for (let slot = 0; slot < slots; slot++) {
    const utcMs = startMs + slot * slotMs
    const offset = (iana.offset(utcMs) * 60_000) / slotMs
    const local = Math.floor(utcMs / slotMs) + offset
    const day = Math.floor(local / slotsPerDay)
    const weekday = (day + 3) % 7 // 1970-01-01 was a Thursday
    let kind = kindOfDay.get(day)
    if (kind === undefined) {
      kind = kindOf(weekday, calendar.kindOf(day))
      kindOfDay.set(day, kind)
    }
    clock.slotOfDay[slot] = local - day * slotsPerDay
    clock.weekday[slot] = weekday
    clock.kind[slot] = kind
    clock.offset[slot] = offset
  }
  return clock
}

function kindOf(weekday: number, kind: DayKind): number {
  if (kind === 'public-holiday') return dayKinds.holiday
  if (kind !== 'weekend') return dayKinds.workday
  return weekday === 5 ? dayKinds.saturday : dayKinds.holiday
}

/** The slot with the same wall clock some days earlier: summer time moves it by an hour. */
export function daysBefore({ offset }: LocalClock, slot: number, days: number): number {
  const then = slot - days * slotsPerDay
  return then + (offset[slot] ?? 0) - (offset[Math.max(0, then)] ?? 0)
}
