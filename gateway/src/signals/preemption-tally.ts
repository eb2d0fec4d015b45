import {
  signalEventCode as code,
  type PreemptionMeasures,
  type PreemptionRecord,
  toTimestamp,
} from '@clearway/contracts'
import { rememberedMs } from './group-tally.ts'
import { type Buckets, Durations } from './tally.ts'

/** The pre-emptions of one bucket. */
export class PreemptionBucket {
  calls = 0
  entries = 0
  maxPresences = 0
  readonly toEntry = new Durations()
  readonly toGreen = new Durations()
  readonly dwell = new Durations()
  readonly recovery = new Durations()
  readonly wastedGreen = new Durations()
  readonly records: PreemptionRecord[] = []

  measures(): PreemptionMeasures {
    const { calls, entries, maxPresences, records } = this
    const durations = (['toEntry', 'toGreen', 'dwell', 'recovery', 'wastedGreen'] as const).map(
      (name) => [name, this[name].summary()] as const,
    )
    const summaries = Object.fromEntries(durations) as Record<
      (typeof durations)[number][0],
      PreemptionMeasures['dwell']
    >
    return { calls, entries, maxPresences, ...summaries, records }
  }
}

interface Running {
  approach: string
  /** The call that it serves; undefined when that went on before anybody watched. */
  calledMs: number | undefined
  on: boolean
  enteredMs?: number
  greenMs?: number
  exitMs?: number
  maxPresence: boolean
  wastedMs: number | null
}

/** Follows the pre-emptions of one junction through the log. */
export class PreemptionTally {
  readonly #buckets: Buckets<PreemptionBucket>
  readonly #approaches: readonly string[]
  readonly #wastedMs: (approach: number, fromMs: number, toMs: number) => number | null
  readonly #running = new Map<number, Running>()

  /** @param wastedMs how much of a dwell no detector of the approach was covered; null where it has none */
  constructor(
    buckets: Buckets<PreemptionBucket>,
    approaches: readonly string[],
    wastedMs: (approach: number, fromMs: number, toMs: number) => number | null,
  ) {
    this.#buckets = buckets
    this.#approaches = approaches
    this.#wastedMs = wastedMs
  }

  forget(): void {
    this.#running.clear()
  }

  /** @param approach place in the table, from 0 */
  take(number: number, approach: number, ms: number): void {
    const name = this.#approaches[approach]
    if (name === undefined) return
    const bucket = this.#buckets.at(ms)
    const running = this.#running.get(approach)
    switch (number) {
      case code.preemptCallOn:
        if (bucket) bucket.calls++
        // Before its exit, a call that comes back is the same one.
        if (running && running.exitMs === undefined) running.on = true
        else {
          if (running) this.#end(approach, 'followed', ms)
          this.#begin(approach, ms)
        }
        return
      case code.preemptCallOff:
        if (!running) return
        running.on = false
        if (running.enteredMs === undefined) this.#end(approach, 'not-served', ms)
        return
      case code.preemptEntry: {
        if (bucket) bucket.entries++
        this.#follow(approach, ms)
        const entering = running && running.exitMs === undefined ? running : this.#begin(approach)
        entering.enteredMs = ms
        this.#count('toEntry', entering.calledMs, ms)
        return
      }
      case code.preemptDwell: {
        const green = running ?? this.#begin(approach)
        green.greenMs = ms
        this.#count('toGreen', green.calledMs, ms)
        return
      }
      case code.preemptMaxPresence:
        if (bucket) bucket.maxPresences++
        if (running) running.maxPresence = true
        return
      case code.preemptExit:
        if (running && running.exitMs === undefined) this.#exit(approach, running, ms)
    }
  }

  /** Coordinated again, or free where that is the plan. */
  recovered(ms: number): void {
    for (const [approach, { exitMs }] of this.#running) {
      if (exitMs === undefined) continue
      this.#count('recovery', exitMs, ms)
      this.#end(approach, 'recovered', ms)
    }
  }

  #begin(approach: number, calledMs?: number): Running {
    const name = this.#approaches[approach] as string
    const running = { approach: name, calledMs, on: true, maxPresence: false, wastedMs: null }
    this.#running.set(approach, running)
    return running
  }

  #exit(approach: number, running: Running, ms: number): void {
    const { greenMs, on, maxPresence, calledMs } = running
    running.exitMs = ms
    this.#count('dwell', greenMs, ms)
    if (greenMs !== undefined && ms - greenMs <= rememberedMs) {
      running.wastedMs = this.#wastedMs(approach, greenMs, ms)
      if (running.wastedMs !== null) this.#buckets.at(ms)?.wastedGreen.add(running.wastedMs)
    }
    if (!on || maxPresence) return
    // Still called and not used up: somebody more urgent, a hand or flashing has taken its place. It waits on.
    this.#end(approach, 'overridden', ms)
    this.#begin(approach, calledMs)
  }

  /** Another pre-emption begins: those on their way back do not arrive. */
  #follow(next: number, ms: number): void {
    for (const [approach, { exitMs }] of this.#running) {
      if (approach !== next && exitMs !== undefined) this.#end(approach, 'followed', ms)
    }
  }

  #end(approach: number, end: PreemptionRecord['end'], ms: number): void {
    const running = this.#running.get(approach) as Running
    this.#running.delete(approach)
    const { calledMs, enteredMs, greenMs, exitMs, maxPresence, wastedMs } = running
    const remembered = (at: number | undefined) => at !== undefined && ms - at <= rememberedMs
    if (![calledMs, enteredMs, greenMs].some(remembered)) return
    const instant = (at: number | undefined) => (at !== undefined && remembered(at) ? toTimestamp(at) : null)
    this.#buckets.at(ms)?.records.push({
      approach: running.approach,
      calledAt: instant(calledMs),
      enteredAt: instant(enteredMs),
      greenAt: instant(greenMs),
      exitAt: instant(exitMs),
      recoveredAt: end === 'recovered' ? toTimestamp(ms) : null,
      end,
      maxPresence,
      wastedGreenS: wastedMs === null ? null : wastedMs / 1000,
    })
  }

  #count(what: 'toEntry' | 'toGreen' | 'dwell' | 'recovery', sinceMs: number | undefined, ms: number): void {
    if (sinceMs !== undefined && ms - sinceMs <= rememberedMs) this.#buckets.at(ms)?.[what].add(ms - sinceMs)
  }
}
