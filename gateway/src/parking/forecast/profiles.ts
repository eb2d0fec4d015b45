import { daysBefore, type LocalClock } from './local-clock.ts'

/** How many weeks back a profile looks. */
const weeks = 8
/** How far back it looks for days of one kind: a month holds four Sundays. */
const mostDays = 28
/** Later days of one kind count less, and a few are enough. */
const kindDecay = 0.85
const enoughKindWeight = 3.2
/** A deviation from the profile is half gone after this many slots (4 h). */
const halfLifeSlots = 16

/** Known levels up to an origin; nothing later is looked at. */
export interface Past {
  level: Float32Array
  clock: LocalClock
}

/**
 * The usual level at a slot: weighted mean of the same time of the week in the eight weeks before, as far as known.
 *
 * @param origin newest slot that may be looked at
 * @param decay weight of each week against the one after it, (0, 1]
 * @returns percent free, NaN when none of the weeks is known
 */
export function weeklyProfile({ level, clock }: Past, slot: number, origin: number, decay: number): number {
  let sum = 0
  let weight = 0
  for (let week = 1, share = decay; week <= weeks; week++, share *= decay) {
    const then = daysBefore(clock, slot, 7 * week)
    if (then < 0) break
    const value = then > origin ? Number.NaN : level[then]!
    if (Number.isNaN(value)) continue
    sum += share * value
    weight += share
  }
  return sum / weight
}

/** The same from the last days of the slot's own kind (workday, Saturday, Sunday or holiday), the newest first. */
export function dayKindProfile({ level, clock }: Past, slot: number, origin: number): number {
  const kind = clock.kind[slot]
  let sum = 0
  let weight = 0
  for (let day = 1, share = 1; day <= mostDays && weight < enoughKindWeight; day++) {
    const then = daysBefore(clock, slot, day)
    if (then < 0) break
    if (then > origin || clock.kind[then] !== kind || Number.isNaN(level[then]!)) continue
    sum += share * level[then]!
    weight += share
    share *= kindDecay
  }
  return sum / weight
}

/** Same time of the week, newest week that is known; NaN when none is. */
export function lastWeek({ level, clock }: Past, slot: number, origin: number): number {
  for (let week = 1; week <= weeks; week++) {
    const then = daysBefore(clock, slot, 7 * week)
    if (then < 0) break
    if (then <= origin && !Number.isNaN(level[then]!)) return level[then]!
  }
  return Number.NaN
}

/**
 * What needs no fitting: the profile ahead, plus how far the lot is off its profile now, fading. Where the profile is
 * not known, the level of now.
 *
 * @param now level at the origin
 */
export function fadingProfile(past: Past, now: number, origin: number, slotsAhead: number): number {
  const ahead = weeklyProfile(past, origin + slotsAhead, origin, 0.9)
  if (Number.isNaN(ahead)) return now
  const here = weeklyProfile(past, origin, origin - 1, 0.9)
  const off = Number.isNaN(here) ? now - ahead : now - here
  return Math.min(100, Math.max(0, ahead + off * 0.5 ** (slotsAhead / halfLifeSlots)))
}
