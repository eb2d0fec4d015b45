import type { JunctionTable } from '@clearway/contracts'
import type { GroupTiming } from './display.ts'
import { Overlaps } from './overlap.ts'
import type { Demands, Moment, PriorityService, Program, StageEnd } from './program.ts'
import { RingClock } from './ring-clock.ts'
import { type RingLayout, type RingPhase, ringLayout } from './ring-layout.ts'
import { type Judge, type Ring, RingSequence } from './ring-sequence.ts'
import { leastLeftMs, RingTiming, walkMs } from './ring-timing.ts'
import { RingTransit } from './ring-transit.ts'
import { minimumMs, type SignalHeads, tailLeftMs, toMs } from './signal-heads.ts'

/** A force-off or the time left for a walk may be missed by so much: the ticks of the intervals before it. */
const lateMs = 2000

/**
 * Ring-and-barrier control (NEMA TS 2). The sequence says which phase follows, the clock how long a coordinated one may
 * last, the heads how it ends.
 *
 * - `free`: a green lasts its minimum and its walk; then, when somebody waits, until no traffic arrives (gap-out) or its
 *   maximum has run out since somebody waits (max-out).
 * - `coordinated`: force-offs of the cycle in place of maximums, and no phase gets more than its split. Coordinated
 *   phases are held until their force-off, the yield point; what others leave over is theirs.
 * - `fixed-time`: every phase is called and lasts until its force-off.
 */
export class RingProgram implements Program {
  readonly #layout: RingLayout
  readonly #heads: SignalHeads
  readonly #sequence: RingSequence
  readonly #overlaps: Overlaps
  /** Absent where the junction is free. */
  readonly #clock: RingClock | undefined
  readonly #fixed: boolean
  readonly #transit: RingTransit
  readonly #timing: RingTiming
  /** Chosen to come back with; kept until they are green. */
  #entering: RingPhase[] | undefined

  /** @param table with `rings`, and sound */
  constructor(table: JunctionTable, heads: SignalHeads) {
    this.#layout = ringLayout(table)
    this.#heads = heads
    this.#sequence = new RingSequence(this.#layout)
    this.#overlaps = new Overlaps(table)
    const operation = table.operation ?? 'fixed-time'
    this.#clock = operation === 'free' ? undefined : new RingClock(this.#layout)
    this.#fixed = operation === 'fixed-time'
    this.#transit = new RingTransit(table, this.#layout)
    this.#timing = new RingTiming(table, this.#layout, this.#sequence.rings, this.#clock)
  }

  get coordinated(): boolean {
    return this.#clock?.coordinated ?? true
  }

  get stage(): string | undefined {
    const numbers = this.#sequence.rings.flatMap(({ now }) => now?.number ?? [])
    return numbers.length === 0 ? undefined : numbers.sort((a, b) => a - b).join('+')
  }

  get priority(): PriorityService | undefined {
    return this.#transit.service
  }

  leave(): void {
    this.#entering = undefined
    this.#clock?.leave()
    this.#transit.drop()
    this.#sequence.start([])
  }

  enter(moment: Moment, first?: readonly string[]): boolean {
    const { heads, demands, nowMs } = moment
    this.#entering ??= this.#choose(demands, first)
    const wanted = this.#entering.flatMap(({ drive, walks, overlaps }) => [
      drive,
      ...overlaps,
      ...walks.filter((walk) => this.#walkCalled(walk, demands)),
    ])
    const faces = [...new Set(wanted)].map((id) => heads.get(id))
    if (!heads.turnTo(faces, minimumMs)) return false
    this.#sequence.start(this.#entering)
    this.#clock?.enter(this.#entering, nowMs)
    this.#entering = undefined
    return true
  }

  step(moment: Moment): void {
    const { heads } = moment
    this.#pass(moment)
    this.#transit.look(moment, this.#sequence.rings, this.#sequence.side)
    this.#yieldEarly(moment)
    for (const ring of this.#sequence.rings) {
      if (ring.clearing && isClear(ring.now as RingPhase, heads)) this.#sequence.clear(ring)
    }
    for (const { now } of this.#sequence.decide(this.#judge(moment))) {
      if (now) heads.end(heads.get(now.drive), 0)
    }
    for (const ring of this.#sequence.rings) {
      const phase = this.#sequence.due(ring)
      if (phase) this.#begin(ring, phase, moment)
      else if (ring.now && !ring.clearing) this.#walk(ring, ring.now, moment)
    }
    this.#overlaps.show(this.#sequence.rings, heads)
  }

  stageEnd(nowMs: number): StageEnd {
    return this.#timing.first(nowMs, this.#heads)
  }

  timing(nowMs: number, heads: SignalHeads): Readonly<Record<string, GroupTiming>> {
    return this.#timing.byGroup(nowMs, heads)
  }

  /** The clock waits for a green that is held past its force-off: what follows it loses nothing. */
  #pass({ nowMs, elapsedMs }: Moment): void {
    const { holding, target } = this.#transit
    const late = holding && this.#sequence.rings.some(({ now, passed }) => passed && now === target)
    this.#advance(late ? 0 : elapsedMs, nowMs)
    for (const ring of this.#sequence.rings) if (ring.now && !ring.clearing) ring.greenMs += elapsedMs
  }

  #advance(elapsedMs: number, nowMs: number): void {
    const passed = this.#clock?.advance(elapsedMs, nowMs) ?? []
    for (const ring of this.#sequence.rings) {
      if (ring.now && !ring.clearing && passed.includes(ring.now)) ring.passed = true
    }
  }

  /**
   * Early green for a phase that the clock would not let begin now: when the coordinated phases in its way have had their
   * minimums, the clock goes on to their yield point. The correction of the offset brings it back afterwards.
   */
  #yieldEarly(moment: Moment): void {
    const target = this.#transit.early
    const clock = this.#clock
    const { rings, side } = this.#sequence
    if (!target || !clock || rings.some(({ clearing }) => clearing)) return
    const way = rings.filter((ring) => this.#transit.cuts(ring, rings, side))
    const done = ({ now, ahead }: Ring) =>
      now !== undefined && (now.coordinated || !ahead) && leastLeftMs(now, moment.heads) <= 0
    const held = way.filter(({ now }) => now?.coordinated)
    if (held.length === 0 || !way.every(done) || this.#judge(moment).fits(target)) return
    // Only to the first of them: what follows it in its ring is not skipped.
    const open = held.some(({ passed }) => !passed) ? held.filter(({ passed }) => !passed) : held
    this.#advance(Math.min(...open.map(({ place }) => clock.untilYieldMs(place))), moment.nowMs)
  }

  #judge(moment: Moment): Judge {
    const { heads, demands } = moment
    const { rings, side } = this.#sequence
    const leftMs = rings.map((ring) => this.#leftMs(ring, heads))
    const longestMs = Math.max(...leftMs)
    const fits = (phase: RingPhase) => {
      if (!this.#clock) return true
      const beforeMs = phase.barrier === side ? (leftMs[phase.ring] as number) : longestMs
      return this.#clock.fits(phase, beforeMs + this.#leastMs(phase, moment))
    }
    return {
      fits,
      wanted: (phase) => this.#called(phase, demands) && fits(phase),
      mayStartOver: ({ place }) => this.#clock?.yields(place) !== true,
      ready: (ring) => this.#ready(ring, ring.now as RingPhase, moment),
    }
  }

  #called(phase: RingPhase, demands: Demands): boolean {
    const { coordinated, drive, walks, overlaps } = phase
    if (this.#fixed || (coordinated && this.#clock) || phase === this.#transit.target) return true
    return demands.called(drive) || [...walks, ...overlaps].some((id) => demands.called(id))
  }

  #walkCalled(walk: string, demands: Demands): boolean {
    return this.#fixed || demands.called(walk)
  }

  /** The shortest green that serves the phase as it is called. */
  #leastMs({ minGreenMs, walks }: RingPhase, { heads, demands }: Moment): number {
    let leastMs = minGreenMs
    for (const walk of walks) {
      if (this.#walkCalled(walk, demands)) leastMs = Math.max(leastMs, walkMs(heads.get(walk)))
    }
    return leastMs
  }

  /** Until the next phase of the ring could be green, at the earliest. */
  #leftMs({ now, clearing }: Ring, heads: SignalHeads): number {
    if (!now) return 0
    const head = heads.get(now.drive)
    if (clearing) return head.aspect === 'red' ? Math.max(0, now.redMs - head.forMs) : tailLeftMs(head) + now.redMs
    return leastLeftMs(now, heads) + now.changeMs
  }

  #ready(ring: Ring, phase: RingPhase, { heads, demands, elapsedMs }: Moment): boolean {
    ring.pressedMs = ring.pressed ? ring.pressedMs + elapsedMs : 0
    if (leastLeftMs(phase, heads) > 0 || !this.#mayEnd(ring, phase, demands)) return false
    return !ring.pressed || !this.#transit.hold(phase, elapsedMs)
  }

  #mayEnd(ring: Ring, phase: RingPhase, demands: Demands): boolean {
    if (this.#clock && phase.coordinated) return ring.passed
    if (this.#isOut(ring, phase)) return true
    const { rings, side } = this.#sequence
    if (this.#transit.cuts(ring, rings, side)) return true
    return !this.#fixed && !demands.extended(phase.drive)
  }

  /** Maxed out, forced off, or at the end of its split. */
  #isOut(ring: Ring, phase: RingPhase): boolean {
    if (!this.#clock) return ring.pressedMs >= phase.maxGreenMs
    return ring.passed || ring.greenMs >= this.#clock.greenMs(phase)
  }

  #begin(ring: Ring, phase: RingPhase, moment: Moment): void {
    const { heads, demands } = moment
    const walks = phase.walks.filter(
      (walk) => this.#walkCalled(walk, demands) && this.#roomMs(phase) + lateMs >= walkMs(heads.get(walk)),
    )
    if (!heads.begin([phase.drive, ...walks].map((id) => heads.get(id)))) return
    this.#sequence.begin(ring, phase)
    ring.passed = this.#clock?.justMissed(phase) ?? false
  }

  /** Green that the clock leaves to a phase that begins now. */
  #roomMs(phase: RingPhase): number {
    return this.#clock ? this.#clock.untilForceOffMs(phase) : Number.POSITIVE_INFINITY
  }

  /**
   * Begins and ends the walk beside a running green. Late walkers are let go when the rest of the green is long enough,
   * or nobody else waits. Where the end of the green is known the walk lasts until its clearance is due.
   */
  #walk(ring: Ring, phase: RingPhase, { heads, demands, elapsedMs }: Moment): void {
    if (phase.walks.length === 0) return
    const { rings, side } = this.#sequence
    const cut = this.#transit.cuts(ring, rings, side)
    const leftMs = this.#timing.clockLeftMs(ring, phase)
    const rests = !cut && this.#timing.holds(ring, phase)
    for (const id of phase.walks) {
      const head = heads.get(id)
      if (head.aspect === 'green') {
        if (!rests || (leftMs ?? 0) - elapsedMs < toMs(head.group.clearanceS)) heads.end(head, minimumMs(head))
      } else if (head.aspect === 'red' && !cut && this.#walkCalled(id, demands)) {
        if (leftMs === undefined ? !ring.pressed : leftMs >= walkMs(head)) heads.begin([head])
      }
    }
  }

  /** The phases to come back with: those of `first`, or the one whose call has waited longest, and what goes along. */
  #choose(demands: Demands, first: readonly string[] | undefined): RingPhase[] {
    const redMs = (id: string) => {
      const { aspect, forMs } = this.#heads.get(id)
      return aspect === 'red' ? forMs : 0
    }
    const waitedMs = (phase: RingPhase) => {
      const always = this.#fixed || (this.#clock !== undefined && phase.coordinated)
      const waiting = [phase.drive, ...phase.walks].filter((id) => demands.called(id))
      return Math.max(0, ...(always ? [phase.drive, ...waiting] : waiting).map(redMs))
    }
    const rank = (phase: RingPhase) => {
      if (first?.includes(phase.drive)) return 3
      if ([...phase.walks, ...phase.overlaps].some((id) => first?.includes(id))) return 2
      return this.#called(phase, demands) ? 1 : 0
    }
    // Whom nobody called comes along as at a barrier: the longest.
    const weight = (phase: RingPhase) => (rank(phase) > 0 ? waitedMs(phase) : phase.splitMs)
    const order = [...this.#layout.phases].sort((a, b) => rank(b) - rank(a) || weight(b) - weight(a))
    const chosen: RingPhase[] = []
    for (const phase of order) {
      const side = chosen[0]?.barrier ?? phase.barrier
      const goes = chosen.every((other) => other.ring !== phase.ring && this.#layout.compatible(other, phase))
      if (phase.barrier === side && goes) chosen.push(phase)
    }
    return chosen
  }
}

function isClear({ drive, redMs }: RingPhase, heads: SignalHeads): boolean {
  const head = heads.get(drive)
  return head.aspect === 'red' && head.forMs >= redMs
}
