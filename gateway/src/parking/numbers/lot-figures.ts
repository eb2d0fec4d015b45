import type { CapacityStep } from '../lots/lots.ts'
import type { BucketFigures } from './bucket-figures.ts'
import type { Span } from './coverage.ts'
import type { QuartersOfDay, WholeDay } from './day-rollups.ts'
import { dwellBins } from './dwell-bins.ts'
import { LevelTimes } from './level-times.ts'
import { entryAt, type TimePlan } from './time-plan.ts'

/** A lot counts as nearly full when at most this share of its bays is free. */
const nearlyFullFree = 0.05
/** The usual peak is not exceeded for this share of the time. */
const usualShare = 0.95

/** What is known about one lot in the window of a plan. */
export interface LotCourse {
  /** Vehicles of known course in it when the window begins. */
  level: number
  wholes: readonly WholeDay[]
  quarters: readonly QuartersOfDay[]
  /** For which the lot is known, within the window, in order and apart. */
  known: readonly Span[]
  /** Oldest first. */
  capacities: readonly CapacityStep[]
  /** By entry, 1 where the lot is open; absent: always. */
  open?: Uint8Array
  /** How much the level changes from an entry's start up to and with an instant in it. */
  changeUntil(startMs: number, atMs: number): number
}

/**
 * Adds a lot's figures into `into`, which is empty: levels integrated over the entries of the plan, unknown time taken
 * out of numerator and denominator. For the full shares the capacity is that at the start of each entry, for bay-time its
 * course in time.
 */
export function figureLot(plan: TimePlan, course: LotCourse, into: BucketFigures): void {
  const { starts, bucketOf } = plan
  spans(plan, course, into)
  const unknown = new UnknownTime(course.known, starts[0] as number, starts.at(-1) as number)
  const capacityAt = capacityReader(course.capacities)
  const spent = new SpentTime(into, bucketOf[0] as number)
  const { open } = course
  const { occupiedMs: occupied, openOccupiedMs, arrivals, effective, ended, dwellMs, revenueFen, peak, peakAtMs } = into
  let level = course.level
  for (const { columns, first, count, entry: begin, tailMs, risenMs } of runs(plan, course)) {
    const pairs = columns?.levels ?? noPairs
    let pair = firstPair(pairs, first)
    for (let i = 0; i < count; i++) {
      const entry = begin + i
      const at = first + i
      const bucket = bucketOf[entry]!
      const startMs = starts[entry]!
      const endMs = starts[entry + 1]!
      spent.enter(bucket, capacityAt(startMs))
      let occupiedMs = level * (endMs - startMs)
      let restMs = endMs - startMs
      for (; pair < pairs.length && pairs[pair]! >> 16 === at; pair += 2) {
        const ms = pairs[pair + 1]!
        spent.add(level + ((pairs[pair]! << 16) >> 16), ms)
        restMs -= ms
      }
      spent.add(level, restMs)
      const highest = columns ? level + columns.rise[at]! : level
      if (highest > peak[bucket]! || peakAtMs[bucket] === 0) {
        peak[bucket] = Math.max(0, highest)
        peakAtMs[bucket] = risenMs ?? startMs
      }
      if (columns) occupiedMs += tailMs ?? columns.tailMs[at]!
      if (unknown.touches(endMs)) {
        // Nobody passed in an unknown span, so the level at its start held throughout.
        unknown.within(startMs, endMs, (ms, fromMs) => {
          const held = unknown.levelFrom(fromMs, () => level + (columns ? course.changeUntil(startMs, fromMs) : 0))
          occupiedMs -= held * ms
          spent.add(held, -ms)
        })
      }
      occupied[bucket]! += occupiedMs
      if (!open || open[entry]) openOccupiedMs[bucket]! += occupiedMs
      if (!columns) continue
      arrivals[bucket]! += columns.arrivals[at]!
      effective[bucket]! += columns.effective[at]!
      ended[bucket]! += columns.ended[at]!
      dwellMs[bucket]! += columns.dwellMs[at]!
      revenueFen[bucket]! += columns.revenueFen[at]!
      level += columns.net[at]!
    }
    if (columns) countDwells(columns.dwells, { first, count, entry: begin }, bucketOf, into)
  }
  spent.leave()
  for (let i = 0; i < into.size; i++) {
    if (into.knownMs[i] === 0) forget(into, i)
    else occupied[i] = Math.max(0, occupied[i]!)
  }
}

const noPairs = new Int32Array(0)
const levels = new LevelTimes()

/** Where the time of a lot went, bucket after bucket. */
class SpentTime {
  readonly #into: BucketFigures
  #bucket: number
  #capacity = 0

  constructor(into: BucketFigures, bucket: number) {
    this.#into = into
    this.#bucket = bucket
    levels.clear()
  }

  /** Goes on to an entry. */
  enter(bucket: number, capacity: number): void {
    this.#capacity = capacity
    if (bucket === this.#bucket) return
    this.leave()
    this.#bucket = bucket
  }

  /** @param ms below 0: takes away */
  add(level: number, ms: number): void {
    levels.add(level, ms)
    if (level < this.#capacity * (1 - nearlyFullFree)) return
    this.#into.nearlyFullMs[this.#bucket]! += ms
    if (level >= this.#capacity) this.#into.fullMs[this.#bucket]! += ms
  }

  leave(): void {
    this.#into.usualPeak[this.#bucket] = levels.below(usualShare)
    levels.clear()
  }
}

/** Nothing is known of a bucket: what was taken from the levels is none of it. */
function forget(into: BucketFigures, bucket: number): void {
  into.occupiedMs[bucket] = 0
  into.openOccupiedMs[bucket] = 0
  into.fullMs[bucket] = 0
  into.nearlyFullMs[bucket] = 0
  into.peak[bucket] = 0
  into.usualPeak[bucket] = 0
  into.peakAtMs[bucket] = 0
}

/** Entries that are read from one day. */
interface Run {
  columns?: QuartersOfDay['quarters']
  /** Of a whole day. */
  tailMs?: number
  risenMs?: number
  /** Of the columns. */
  first: number
  count: number
  /** Of the plan. */
  entry: number
}

/** The days of a plan with their columns; a day on which nobody passed has none. */
function* runs(plan: TimePlan, { wholes, quarters }: LotCourse): Generator<Run> {
  let nextWhole = 0
  let nextQuarters = 0
  for (const { dayMs, whole, first, count, entry } of plan.days) {
    const run = { first, count, entry }
    if (whole) {
      while (nextWhole < wholes.length && wholes[nextWhole]!.dayMs < dayMs) nextWhole++
      const found = wholes[nextWhole]
      if (found?.dayMs !== dayMs) yield run
      else yield { ...run, columns: found.day, tailMs: found.tailMs, risenMs: found.risenMs }
    } else {
      while (nextQuarters < quarters.length && quarters[nextQuarters]!.dayMs < dayMs) nextQuarters++
      const found = quarters[nextQuarters]
      yield found?.dayMs === dayMs ? { ...run, columns: found.quarters } : run
    }
  }
}

function firstPair(pairs: Int32Array, entry: number): number {
  let pair = 0
  while (pair < pairs.length && pairs[pair]! >> 16 < entry) pair += 2
  return pair
}

function countDwells(
  dwells: Int32Array,
  { first, count, entry }: Run,
  bucketOf: Int32Array,
  into: BucketFigures,
): void {
  for (const packed of dwells) {
    const at = packed >> 24
    if (at < first || at >= first + count) continue
    into.countDwells(bucketOf[entry + at - first]! * dwellBins + ((packed >> 16) & 0xff), packed & 0xffff)
  }
}

/** Length, known time and bay-time of the buckets. */
function spans({ starts, bucketOf }: TimePlan, { known, capacities, open }: LotCourse, into: BucketFigures): void {
  for (let entry = 0; entry < bucketOf.length; entry++) {
    into.spanMs[bucketOf[entry]!]! += starts[entry + 1]! - starts[entry]!
  }
  for (const span of known) {
    for (const [i, { fromMs: stepMs, capacity }] of capacities.entries()) {
      const fromMs = Math.max(span.fromMs, stepMs)
      const toMs = Math.min(span.toMs, capacities[i + 1]?.fromMs ?? span.toMs)
      if (toMs <= fromMs) continue
      for (let entry = entryAt(starts, fromMs); entry < bucketOf.length && starts[entry]! < toMs; entry++) {
        const ms = Math.min(toMs, starts[entry + 1]!) - Math.max(fromMs, starts[entry]!)
        const bucket = bucketOf[entry]!
        into.knownMs[bucket]! += ms
        into.capacityMs[bucket]! += ms * capacity
        if (!open || open[entry]) into.openCapacityMs[bucket]! += ms * capacity
      }
    }
  }
}

/** The capacity at instants that do not go back. */
function capacityReader(steps: readonly CapacityStep[]): (atMs: number) => number {
  let step = 0
  return (atMs) => {
    while ((steps[step + 1]?.fromMs ?? Number.POSITIVE_INFINITY) <= atMs) step++
    return steps[step]?.capacity ?? Number.POSITIVE_INFINITY
  }
}

/** What the known spans leave of a window, asked for entry by entry. */
class UnknownTime {
  readonly #gaps: Span[]
  #next = 0
  #level = 0
  #levelOfMs = Number.NaN

  constructor(known: readonly Span[], fromMs: number, toMs: number) {
    const starts = [fromMs, ...known.map((span) => span.toMs)]
    const ends = [...known.map((span) => span.fromMs), toMs]
    this.#gaps = starts
      .map((start, i) => ({ fromMs: start, toMs: ends[i] as number }))
      .filter((gap) => gap.toMs > gap.fromMs)
  }

  /** Whether an entry that ends then has any. */
  touches(endMs: number): boolean {
    const gap = this.#gaps[this.#next]
    return gap !== undefined && gap.fromMs < endMs
  }

  /** Calls `each` with every part of an entry that is unknown: its length and where its gap begins. */
  within(startMs: number, endMs: number, each: (ms: number, gapMs: number) => void): void {
    for (; this.#next < this.#gaps.length; this.#next++) {
      const gap = this.#gaps[this.#next] as Span
      if (gap.fromMs >= endMs) return
      each(Math.min(gap.toMs, endMs) - Math.max(gap.fromMs, startMs), gap.fromMs)
      if (gap.toMs > endMs) return
    }
  }

  /** The level at the start of a gap: worked out in the entry in which it begins, kept for those that follow. */
  levelFrom(gapMs: number, workOut: () => number): number {
    if (this.#levelOfMs !== gapMs) {
      this.#levelOfMs = gapMs
      this.#level = workOut()
    }
    return this.#level
  }
}
