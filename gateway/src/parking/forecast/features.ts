import { daysBefore, type LocalClock } from './local-clock.ts'
import { type LotGrid, slotsPerDay } from './lot-grid.ts'
import { dayKindProfile, type Past, weeklyProfile } from './profiles.ts'

/** A level that is not known is taken to hold for two hours after it last was. */
const holdSlots = 8
/** Beyond the grid's end the calendar of this many slots must be known: a day ahead, and the day after that. */
export const clockAheadSlots = 2 * slotsPerDay + 8

const slow = 0.9
const fast = 0.6

/** What a forest is told about a lot at an origin and a horizon, in this order; `docs/forecast.md` explains them. */
export const featureNames = [
  'level',
  'ageMin',
  'offSlowProfile',
  'offFastProfile',
  'offDayKind',
  'toSlowProfile',
  'toFastProfile',
  'toDayKind',
  'slowProfileChange',
  'fastProfileChange',
  'dayKindChange',
  'lastWeekChange',
  'weekBeforeChange',
  'since15Min',
  'since30Min',
  'since1H',
  'since2H',
  'since4H',
  'offSince15Min',
  'offSince30Min',
  'offSince1H',
  'yesterdayChange',
  'yesterdayOffAhead',
  'yesterdayOff',
  'meanOff4H',
  'meanOffDay',
  'cityOff',
  'citySince30Min',
  'cityOffSince1H',
  'timeOfDay',
  'weekday',
  'kind',
  'kindNow',
  'kindNextDay',
  'lot',
  'capacity',
  'slowProfileNextHour',
] as const

interface Working {
  /** As known, and held over short gaps. */
  level: Float32Array
  held: Float32Array
  past: Past
  /** Slow profile of each slot, from before it, and the held level's distance from it. */
  profile: Float32Array
  off: Float32Array
}

/** Makes the rows of features of a grid. A row of origin `o` is a function of what lies at or before `o`. */
export class Features {
  readonly #grid: LotGrid
  readonly #clock: LocalClock
  readonly #lots: readonly Working[]
  readonly #cityOff: Float32Array

  /**
   * @param clock of the grid's slots and `clockAheadSlots` more
   * @param from the first origin that will be asked for
   */
  constructor(grid: LotGrid, clock: LocalClock, from = 0) {
    this.#grid = grid
    this.#clock = clock
    const first = Math.max(0, from - slotsPerDay - 5)
    this.#lots = grid.tracks.map(({ level }) => workingOf(level, clock, first))
    this.#cityOff = new Float32Array(grid.slots).fill(Number.NaN)
    for (let slot = first; slot < grid.slots; slot++) this.#cityOff[slot] = this.#cityMean(({ off }) => off[slot]!)
  }

  /** What is known of a lot, for profiles. */
  past(track: number): Past {
    return this.#lots[track]!.past
  }

  /** Level at an origin, held over a short gap; NaN when not known. */
  now(track: number, origin: number): number {
    return this.#lots[track]!.held[origin] ?? Number.NaN
  }

  /**
   * @param track position of the lot in the grid
   * @param origin slot of now
   * @param slotsAhead horizon, 1–96
   * @param lot its number in the model, NaN for one that the model does not know
   */
  row(track: number, origin: number, slotsAhead: number, lot: number, out: Float32Array): void {
    const { level, held, past, profile, off } = this.#lots[track]!
    const { slotOfDay, weekday, kind } = this.#clock
    const target = origin + slotsAhead
    const now = held[origin]!
    const at = (values: Float32Array, slot: number): number => values[slot] ?? Number.NaN
    const change = (days: number) =>
      at(level, daysBefore(this.#clock, target, days)) - at(level, daysBefore(this.#clock, origin, days))
    const slowHere = profile[origin]!
    const slowAhead = weeklyProfile(past, target, origin, slow)
    const fastHere = weeklyProfile(past, origin, origin - 1, fast)
    const fastAhead = weeklyProfile(past, target, origin, fast)
    const kindHere = dayKindProfile(past, origin, origin - 1)
    const kindAhead = dayKindProfile(past, target, origin)
    const yesterday = target - slotsPerDay
    let i = 0
    out[i++] = now
    out[i++] = at(this.#grid.tracks[track]!.ageMin, origin)
    out[i++] = now - slowHere
    out[i++] = now - fastHere
    out[i++] = now - kindHere
    out[i++] = slowAhead - now
    out[i++] = fastAhead - now
    out[i++] = kindAhead - now
    out[i++] = slowAhead - slowHere
    out[i++] = fastAhead - fastHere
    out[i++] = kindAhead - kindHere
    out[i++] = change(7)
    out[i++] = change(14)
    for (const back of [1, 2, 4, 8, 16]) out[i++] = now - at(held, origin - back)
    for (const back of [1, 2, 4]) out[i++] = at(off, origin) - at(off, origin - back)
    out[i++] = at(held, yesterday) - at(held, origin - slotsPerDay)
    out[i++] = at(off, yesterday)
    out[i++] = at(off, origin - slotsPerDay)
    out[i++] = meanOf(off, origin - 15, origin)
    out[i++] = meanOf(off, origin - slotsPerDay + 1, origin)
    out[i++] = at(this.#cityOff, origin)
    out[i++] = this.#cityMean((of) => of.held[origin]! - at(of.held, origin - 2))
    out[i++] = at(this.#cityOff, origin) - at(this.#cityOff, origin - 4)
    out[i++] = slotOfDay[target]!
    out[i++] = weekday[target]!
    out[i++] = kind[target]!
    out[i++] = kind[origin]!
    out[i++] = kind[target + slotsPerDay]!
    out[i++] = lot
    out[i++] = this.#grid.tracks[track]!.capacity
    out[i++] = weeklyProfile(past, target + 4, origin, slow) - slowAhead
  }

  #cityMean(of: (lot: Working) => number): number {
    let sum = 0
    let count = 0
    for (const lot of this.#lots) {
      const value = of(lot)
      if (Number.isNaN(value)) continue
      sum += value
      count++
    }
    return sum / count
  }
}

function workingOf(level: Float32Array, clock: LocalClock, first: number): Working {
  const held = level.slice()
  for (let slot = 1, run = 0; slot < held.length; slot++) {
    if (!Number.isNaN(held[slot]!)) run = 0
    else if (run++ < holdSlots) held[slot] = held[slot - 1]!
  }
  const profile = new Float32Array(level.length).fill(Number.NaN)
  const off = new Float32Array(level.length).fill(Number.NaN)
  const past = { level, clock }
  for (let slot = first; slot < level.length; slot++) {
    profile[slot] = weeklyProfile(past, slot, slot - 1, slow)
    off[slot] = held[slot]! - profile[slot]!
  }
  return { level, held, past, profile, off }
}

/** Of what is known from `from` to `to`, inclusive. */
function meanOf(values: Float32Array, from: number, to: number): number {
  let sum = 0
  let count = 0
  for (let i = Math.max(0, from); i <= to; i++) {
    if (Number.isNaN(values[i]!)) continue
    sum += values[i]!
    count++
  }
  return sum / count
}
