import { Correction } from './coordination.ts'
import type { RingLayout, RingPhase } from './ring-layout.ts'

/** A phase's part of the cycle, ms from the start of its side. */
interface Window {
  startMs: number
  /** Its green ends here at the latest, so that yellow and red clearance fit. */
  forceOffMs: number
  splitMs: number
}

/** What lies between two barriers. */
interface Side {
  readonly startMs: number
  readonly greenMs: number
  readonly minimumMs: number
}

/** Later than this a phase has missed its force-off; less is a tick or two. */
const lateMs = 2000

/**
 * The cycle timer of coordinated rings. It runs through the sides of the plan whatever is green: force-offs are points on
 * it, and a phase may begin only where its minimum still fits before its own. When it is off the wall clock its sides
 * are shortened or lengthened until it is on it again, each phase by its part.
 */
export class RingClock {
  readonly #layout: RingLayout
  readonly #sides: readonly Side[]
  readonly #nominal: readonly Map<RingPhase, Window>[]
  readonly #correction: Correction
  readonly #cycleMs: number
  /** Per ring: the coordinated phase, or the last one beside it. Its force-off is the yield point. */
  readonly #anchors: readonly (RingPhase | undefined)[]
  #side = 0
  #intoMs = 0
  #lengthMs = 0
  #windows: Map<RingPhase, Window>
  #coordinated = false

  constructor(layout: RingLayout) {
    this.#layout = layout
    let startMs = 0
    this.#sides = Array.from({ length: layout.barriers }, (_, barrier): Side => {
      const sum = (of: (phase: RingPhase) => number) =>
        Math.max(...layout.rings.map((ring) => (ring[barrier] ?? []).reduce((total, phase) => total + of(phase), 0)))
      const side = {
        startMs,
        greenMs: sum(({ splitMs }) => splitMs),
        minimumMs: sum(({ minimumSplitMs }) => minimumSplitMs),
      }
      startMs += side.greenMs
      return side
    })
    this.#cycleMs = startMs
    this.#correction = new Correction({ stages: this.#sides, cycleMs: startMs, offsetMs: layout.offsetMs })
    this.#nominal = this.#sides.map(({ greenMs }, side) => this.#windowsOf(side, greenMs))
    this.#windows = this.#nominal[0] as Map<RingPhase, Window>
    const main = layout.phases.find(({ coordinated }) => coordinated)?.barrier ?? 0
    this.#anchors = layout.rings.map((ring) => ring[main]?.find(({ coordinated }) => coordinated) ?? ring[main]?.at(-1))
  }

  /** Within a tick or two of the wall clock. */
  get coordinated(): boolean {
    return this.#coordinated
  }

  /** The junction has been taken away: no way back to the wall clock that was begun holds. */
  leave(): void {
    this.#correction.restart()
    this.#coordinated = false
  }

  /** Set to where the first of these phases begins; all are on one side. */
  enter(phases: readonly RingPhase[], nowMs: number): void {
    const side = (phases[0] as RingPhase).barrier
    const starts = (windows: ReadonlyMap<RingPhase, Window>) =>
      Math.min(...phases.map((phase) => windows.get(phase)?.startMs ?? 0))
    // As if the side had begun in time: what went before on it is not missed.
    this.#begin(side, nowMs - starts(this.#nominal[side] as Map<RingPhase, Window>))
    this.#intoMs = starts(this.#windows)
  }

  /** @returns the phases whose force-off has been passed */
  advance(elapsedMs: number, nowMs: number): RingPhase[] {
    const passed: RingPhase[] = []
    let leftMs = elapsedMs
    for (;;) {
      const untilMs = Math.min(this.#lengthMs, this.#intoMs + leftMs)
      for (const [phase, { forceOffMs }] of this.#windows) {
        if (this.#intoMs < forceOffMs && forceOffMs <= untilMs) passed.push(phase)
      }
      leftMs -= untilMs - this.#intoMs
      this.#intoMs = untilMs
      if (this.#intoMs < this.#lengthMs) return passed
      // The rest of this step is on the next side already.
      this.#begin((this.#side + 1) % this.#sides.length, nowMs - leftMs)
    }
  }

  /** Until the next force-off of the phase, ms above 0; this time or in the next cycle. */
  untilForceOffMs(phase: RingPhase): number {
    const own = this.#windows.get(phase)
    if (own && own.forceOffMs > this.#intoMs) return own.forceOffMs - this.#intoMs
    return this.#toMs(phase.barrier) + this.#windowOf(phase).forceOffMs
  }

  /** Until the phase would begin if every phase ran for its split. */
  untilStartMs(phase: RingPhase): number {
    const own = this.#windows.get(phase)
    if (own && own.startMs > this.#intoMs) return own.startMs - this.#intoMs
    return this.#toMs(phase.barrier) + this.#windowOf(phase).startMs
  }

  /** The longest green of the phase in its split. */
  greenMs(phase: RingPhase): number {
    return (this.#windows.get(phase) ?? this.#windowOf(phase)).splitMs - phase.changeMs
  }

  /** Whether a green of `neededMs`, clearances before it included, fits before its force-off in this cycle. */
  fits(phase: RingPhase, neededMs: number): boolean {
    if (phase.coordinated) return true
    const leftMs = this.untilForceOffMs(phase)
    return leftMs + lateMs >= neededMs && leftMs <= this.untilYieldMs(phase.ring)
  }

  /** Until the coordinated phase of the ring may next be left. */
  untilYieldMs(ring: number): number {
    const anchor = this.#anchors[ring]
    return anchor ? this.untilForceOffMs(anchor) : this.#cycleMs
  }

  /** Between the yield point of the ring and the barrier: its coordinated phase is over for this cycle. */
  yields(ring: number): boolean {
    const anchor = this.#anchors[ring]
    const window = anchor && this.#windows.get(anchor)
    return window !== undefined && window.forceOffMs <= this.#intoMs
  }

  /** Whether a phase that begins now does so just after its force-off: it is to be left again as soon as it may. */
  justMissed(phase: RingPhase): boolean {
    return this.untilForceOffMs(phase) > this.#cycleMs - lateMs
  }

  #begin(side: number, nowMs: number): void {
    const { greenMs, coordinated } = this.#correction.greenOf(side, nowMs)
    this.#side = side
    this.#intoMs = 0
    this.#lengthMs = greenMs
    this.#coordinated = coordinated
    const nominal = this.#nominal[side] as Map<RingPhase, Window>
    this.#windows = greenMs === this.#sides[side]?.greenMs ? nominal : this.#windowsOf(side, greenMs)
  }

  #windowOf(phase: RingPhase): Window {
    return this.#nominal[phase.barrier]?.get(phase) as Window
  }

  /** Until the next start of a side. */
  #toMs(barrier: number): number {
    let ms = this.#lengthMs - this.#intoMs
    const { length } = this.#sides
    for (let side = (this.#side + 1) % length; side !== barrier; side = (side + 1) % length) {
      ms += this.#sides[side]?.greenMs ?? 0
    }
    return ms
  }

  /**
   * The windows of a side that is `lengthMs` long: shortened, every phase gives by what its split has above its minimum;
   * lengthened, each gets its share. All that end at the barrier end their greens together, clear of it in time.
   */
  #windowsOf(side: number, lengthMs: number): Map<RingPhase, Window> {
    const windows = new Map<RingPhase, Window>()
    const last = this.#layout.rings.flatMap((ring) => ring[side]?.at(-1) ?? [])
    const changeMs = Math.max(...last.map((phase) => phase.changeMs))
    for (const ring of this.#layout.rings) {
      const phases = ring[side] ?? []
      const total = (of: (phase: RingPhase) => number) => phases.reduce((sum, phase) => sum + of(phase), 0)
      const moreMs = lengthMs - total(({ splitMs }) => splitMs)
      const weight = (phase: RingPhase) => (moreMs < 0 ? phase.splitMs - phase.minimumSplitMs : phase.splitMs)
      const totalMs = total(weight)
      let startMs = 0
      for (const phase of phases) {
        const splitMs = phase.splitMs + (totalMs > 0 ? Math.round((moreMs * weight(phase)) / totalMs) : 0)
        const ends = phase === phases.at(-1) ? lengthMs - changeMs : startMs + splitMs - phase.changeMs
        windows.set(phase, { startMs, forceOffMs: ends, splitMs })
        startMs += splitMs
      }
    }
    return windows
  }
}
