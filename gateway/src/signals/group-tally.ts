import { signalEventCode as code, type GroupMeasures, type SignalGroup } from '@clearway/contracts'
import { type Buckets, Durations } from './tally.ts'

/**
 * Nothing is known from an event for longer than this: what lasts longer is not counted, and a display is unknown again.
 * A reader who begins so much earlier therefore gets the same figures as one who has read everything.
 */
export const rememberedMs = 3_600_000
/** Split failure by Purdue's definition: detectors covered for this share of the green and of the first seconds of red. */
const failureShare = 0.8
const firstOfRedMs = 5000

const ends = ['gapOut', 'maxOut', 'forceOff', 'preemption', 'unknown'] as const
type End = (typeof ends)[number]

/** What one group did in one bucket. */
export class GroupBucket {
  knownMs = 0
  greenMs = 0
  greens = 0
  readonly green = new Durations()
  readonly split = new Durations()
  readonly greenFlash = new Durations()
  readonly yellow = new Durations()
  readonly redClearance = new Durations()
  readonly pedestrianClearance = new Durations()
  readonly ends: Record<End, number> = { gapOut: 0, maxOut: 0, forceOff: 0, preemption: 0, unknown: 0 }
  actuations = 0
  readonly pedestrianDelay = new Durations()
  arrivals = 0
  arrivalsKnown = 0
  arrivalsOnGreen = 0
  splitFailures = 0

  measures({ id, kind }: SignalGroup, detected: boolean): GroupMeasures {
    return {
      group: id,
      kind,
      knownS: this.knownMs / 1000,
      greens: this.greens,
      greenShare: this.knownMs > 0 ? this.greenMs / this.knownMs : null,
      green: this.green.summary(),
      split: this.split.summary(),
      greenFlash: this.greenFlash.summary(),
      yellow: this.yellow.summary(),
      redClearance: this.redClearance.summary(),
      pedestrianClearance: this.pedestrianClearance.summary(),
      ends: this.ends,
      actuations: this.actuations,
      pedestrianDelay: this.pedestrianDelay.summary(),
      arrivals: detected ? this.arrivals : null,
      arrivalsOnGreen: detected ? this.arrivalsOnGreen : null,
      arrivalsOnGreenShare: this.arrivalsKnown > 0 ? this.arrivalsOnGreen / this.arrivalsKnown : null,
      splitFailures: detected ? this.splitFailures : null,
    }
  }
}

type Interval = 'green' | 'greenFlash' | 'yellow' | 'redClearance' | 'pedestrianClearance' | 'split' | 'pedestrianDelay'

/** Follows one signal group through the log. Times are those of the events, ms; call in order of time. */
export class GroupTally {
  readonly #buckets: Buckets<GroupBucket>
  /** Begin of each interval that is running. */
  readonly #since = new Map<Interval, number>()
  #isGreen: boolean | undefined
  /** Of the last event about the display. */
  #shownMs = Number.NEGATIVE_INFINITY
  #countedToMs = Number.NEGATIVE_INFINITY
  #end: End | undefined
  /** Detectors that are on, with the time since when. */
  readonly #on = new Map<number, number>()
  #covered: { fromMs: number; toMs: number }[] = []
  #phaseGreen: { fromMs: number; toMs: number } | undefined
  #redMs: number | undefined

  constructor(buckets: Buckets<GroupBucket>) {
    this.#buckets = buckets
  }

  /** Nobody was watching: what was running is not known any more. */
  forget(): void {
    this.#since.clear()
    this.#isGreen = undefined
    this.#end = undefined
    this.#on.clear()
    this.#covered = []
    this.#phaseGreen = undefined
    this.#redMs = undefined
  }

  /** Counts the time up to here. Before every event, and where the log ends or breaks. */
  reach(ms: number): void {
    const toMs = Math.min(ms, this.#shownMs + rememberedMs)
    const green = this.#isGreen
    if (green !== undefined) {
      this.#buckets.cut(Math.max(this.#countedToMs, this.#shownMs), toMs, (bucket, from, to) => {
        bucket.knownMs += to - from
        if (green) bucket.greenMs += to - from
      })
    }
    this.#countedToMs = ms
    if (this.#redMs !== undefined && this.#redMs + firstOfRedMs <= ms) this.#judgeSplit(this.#redMs)
  }

  /** Takes an event about this group's display. */
  show(number: number, ms: number): void {
    const bucket = this.#buckets.at(ms)
    switch (number) {
      case code.phaseBeginGreen:
      case code.overlapBeginGreen:
        this.#beginGreen(ms)
        break
      case code.phaseGapOut:
        this.#end = 'gapOut'
        break
      case code.phaseMaxOut:
        this.#end = 'maxOut'
        break
      case code.phaseForceOff:
        this.#end = 'forceOff'
        break
      case code.phasePreemptionForceOff:
        this.#end = 'preemption'
        break
      case code.phaseGreenTermination:
        this.#endGreen(ms)
        break
      case code.groupBeginGreenFlash:
        // An overlap has no event for the end of its steady green.
        this.#endGreen(ms)
        this.#is(true, ms)
        this.#since.set('greenFlash', ms)
        break
      case code.phaseBeginYellow:
      case code.overlapBeginYellow:
        this.#endGreen(ms)
        this.#over('greenFlash', ms)
        this.#is(false, ms)
        this.#since.set('yellow', ms)
        if (this.#phaseGreen) this.#phaseGreen.toMs = ms
        break
      case code.phaseEndYellow:
        this.#over('yellow', ms)
        break
      case code.phaseBeginRedClearance:
      case code.overlapBeginRedClearance:
        this.#over('yellow', ms)
        this.#is(false, ms)
        this.#since.set('redClearance', ms)
        this.#redMs = ms
        break
      case code.phaseEndRedClearance:
      case code.overlapOff:
        this.#over('redClearance', ms)
        this.#over('split', ms)
        break
      case code.pedestrianBeginWalk:
        this.#over('pedestrianDelay', ms)
        this.#beginGreen(ms)
        break
      case code.pedestrianBeginClearance:
        this.#over('green', ms)
        this.#is(false, ms)
        this.#since.set('pedestrianClearance', ms)
        break
      case code.pedestrianBeginDontWalk:
        this.#over('green', ms)
        this.#over('pedestrianClearance', ms)
        this.#over('split', ms)
        this.#is(false, ms)
        break
      case code.pedestrianDark:
      case code.overlapDark:
        this.dark(ms)
        break
    }
    if (bucket && this.#begins(number)) bucket.greens++
  }

  /** The face flashes or is dark: not green, and nothing of what ran ends in order. */
  dark(ms: number): void {
    this.#since.clear()
    this.#phaseGreen = undefined
    this.#redMs = undefined
    this.#end = undefined
    this.#is(false, ms)
  }

  /** A push button that calls this group. */
  push(ms: number): void {
    const bucket = this.#buckets.at(ms)
    if (bucket) bucket.actuations++
    const sinceMs = this.#since.get('pedestrianDelay')
    const waiting = sinceMs !== undefined && ms - sinceMs <= rememberedMs
    if (!waiting && !this.#greenAt(ms)) this.#since.set('pedestrianDelay', ms)
  }

  /** A vehicle detector of this group comes on: somebody has arrived. */
  cover(detector: number, ms: number): void {
    this.#on.set(detector, ms)
    const bucket = this.#buckets.at(ms)
    if (!bucket) return
    bucket.arrivals++
    const green = this.#greenAt(ms)
    if (green === undefined) return
    bucket.arrivalsKnown++
    if (green) bucket.arrivalsOnGreen++
  }

  uncover(detector: number, ms: number): void {
    const sinceMs = this.#on.get(detector)
    this.#on.delete(detector)
    // Only what a green and the seconds after it need is kept.
    if (sinceMs === undefined || ms - sinceMs > rememberedMs || !this.#phaseGreen) return
    this.#covered.push({ fromMs: sinceMs, toMs: ms })
  }

  /** When one of its detectors was last covered, up to `ms`; undefined when none was since `fromMs`. */
  lastCoveredMs(fromMs: number, ms: number): number | undefined {
    if ([...this.#on.values()].some((sinceMs) => ms - sinceMs <= rememberedMs)) return ms
    const last = Math.max(...this.#covered.map(({ toMs }) => toMs), Number.NEGATIVE_INFINITY)
    return last >= fromMs ? last : undefined
  }

  #begins(number: number): boolean {
    return number === code.phaseBeginGreen || number === code.overlapBeginGreen || number === code.pedestrianBeginWalk
  }

  #greenAt(ms: number): boolean | undefined {
    return ms - this.#shownMs <= rememberedMs ? this.#isGreen : undefined
  }

  #is(green: boolean, ms: number): void {
    this.#isGreen = green
    this.#shownMs = ms
  }

  #beginGreen(ms: number): void {
    for (const interval of ['green', 'split'] as const) this.#since.set(interval, ms)
    for (const interval of ['greenFlash', 'yellow', 'redClearance'] as const) this.#since.delete(interval)
    this.#is(true, ms)
    this.#end = undefined
    this.#phaseGreen = { fromMs: ms, toMs: ms }
    this.#covered = []
    this.#redMs = undefined
  }

  #endGreen(ms: number): void {
    const known = this.#over('green', ms)
    const bucket = this.#buckets.at(ms)
    if (known && bucket) bucket.ends[this.#end ?? 'unknown']++
    this.#end = undefined
  }

  /** An interval has ended: it counts where it does. @returns whether its begin is known */
  #over(interval: Interval, ms: number): boolean {
    const sinceMs = this.#since.get(interval)
    this.#since.delete(interval)
    if (sinceMs === undefined || ms - sinceMs > rememberedMs) return false
    this.#buckets.at(ms)?.[interval].add(ms - sinceMs)
    return true
  }

  /** Purdue split failure: the green and the first seconds of red were both nearly always covered. */
  #judgeSplit(redMs: number): void {
    const green = this.#phaseGreen
    const atMs = redMs + firstOfRedMs
    const running = [...this.#on.values()].map((fromMs) => ({ fromMs, toMs: atMs }))
    const covered = [...this.#covered, ...running.filter(({ fromMs }) => atMs - fromMs <= rememberedMs)]
    this.#redMs = undefined
    this.#phaseGreen = undefined
    if (!green || green.toMs <= green.fromMs || atMs - green.fromMs > rememberedMs) return
    const share = (fromMs: number, toMs: number) => unionMs(covered, fromMs, toMs) / (toMs - fromMs)
    if (share(green.fromMs, green.toMs) < failureShare || share(redMs, atMs) < failureShare) return
    const bucket = this.#buckets.at(atMs)
    if (bucket) bucket.splitFailures++
  }
}

/** Time of `[fromMs, toMs)` that at least one of the spans covers. */
function unionMs(spans: readonly { fromMs: number; toMs: number }[], fromMs: number, toMs: number): number {
  let sum = 0
  let reachedMs = fromMs
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const from = Math.max(reachedMs, span.fromMs)
    const to = Math.min(toMs, span.toMs)
    if (to > from) {
      sum += to - from
      reachedMs = to
    }
  }
  return sum
}
