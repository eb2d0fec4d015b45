import { type JunctionTable, stageChangeS } from '@clearway/contracts'
import { exactly, type GroupTiming, type Left, timingOf } from './display.ts'
import type { Demands, Moment, StageEnd } from './program.ts'
import { type Head, minimumMs, type SignalHeads, tailLeftMs, toMs, untilClearMs } from './signal-heads.ts'
import { StageClock } from './stage-clock.ts'
import type { StageLayout } from './stage-layout.ts'
import type { Running, StageOperation } from './stage-operation.ts'

/** A stage that begins so little too late for its place is begun all the same: a tick for each interval of a change. */
const lateMs = 2000

/**
 * Stages that last as long as traffic asks. A stage is served when one of its groups is called, and ends when a
 * conflicting call waits and no vehicle extends it any more, or when it has had its maximum green against that call.
 * Walkers are served when they have pressed; a walk rests until somebody else waits.
 *
 * `free`: rests in green where nobody else waits. `coordinated`: the first stage is left only when its place in the
 * cycle ends; the others are forced off where theirs ends, and what they leave over is the first one's.
 *
 * A detector that is stuck on therefore costs its opponents a maximum green in every turn, but never their turn. One that
 * is stuck off is not noticed: a recall stands in for it.
 */
export class ActuatedStages implements StageOperation {
  readonly #layout: StageLayout
  readonly #heads: SignalHeads
  readonly #clock: StageClock | undefined
  readonly #maxMs: readonly number[]
  /** By stage: how long one of its greens may outlast the common green. */
  readonly #lateMs: readonly number[]
  readonly #cycleMs: number
  /** By stage: how long somebody has waited for it. */
  readonly #waitedMs: number[]
  /** How long a conflicting call has waited for the stage to end. */
  #contestedMs = 0
  /** Of that, what the next stage begins with. */
  #carriedMs = 0
  /** The stage that is called next. */
  #called: number | undefined
  /** A new cycle has begun in a stage other than the first: its place has passed. */
  #overdue = false

  constructor(layout: StageLayout, table: JunctionTable, heads: SignalHeads) {
    this.#layout = layout
    this.#heads = heads
    this.#clock = table.operation === 'coordinated' ? new StageClock(layout.plan) : undefined
    this.#cycleMs = layout.plan.cycleMs
    this.#waitedMs = layout.heads.map(() => 0)
    this.#lateMs = table.stages.map((from) =>
      toMs(Math.max(...table.stages.map((to) => stageChangeS(table, from, to)))),
    )
    this.#maxMs = layout.heads.map((stage) => Math.max(...stage.map(({ group }) => toMs(group.maxGreenS ?? 0))))
  }

  get coordinated(): boolean {
    return this.#clock?.coordinated ?? true
  }

  get greenMs(): undefined {
    return undefined
  }

  leave(): void {
    this.#carriedMs = 0
    this.#clock?.leave()
  }

  first({ demands }: Moment): number {
    return this.#layout.longestWaiting(({ group }) => demands.called(group.id))
  }

  enter(index: number, nowMs: number): void {
    this.#clock?.begin(index, nowMs)
    this.begin()
  }

  begin(): void {
    this.#contestedMs = this.#carriedMs
    this.#carriedMs = 0
    this.#called = undefined
    this.#overdue = false
  }

  wanted(index: number, { demands }: Moment): readonly Head[] {
    const all = this.#layout.headsOf(index)
    const some = all.filter(
      ({ group, aspect }) => group.kind === 'vehicle' || aspect === 'green' || demands.called(group.id),
    )
    return some.length > 0 ? some : all
  }

  advance({ index }: Running, { nowMs, elapsedMs, demands }: Moment, held: boolean): void {
    for (let at = 0; at < this.#waitedMs.length; at++) {
      const waits = this.#isWanted(at, index, demands)
      this.#waitedMs[at] = waits ? (this.#waitedMs[at] as number) + elapsedMs : 0
    }
    if (this.#called !== undefined) this.#contestedMs += elapsedMs
    if (!held && this.#clock?.advance(elapsedMs, nowMs) && index > 0) this.#overdue = true
  }

  next({ index }: Running, { demands }: Moment, hurry: number | undefined): number | undefined {
    const called = this.#nextCalled(index, demands, hurry)
    this.#called = called
    if (called === undefined) return undefined
    const target = hurry === undefined ? this.#via(index, called, demands) : called
    // A green that goes on through the next stage has had a part of its maximum.
    this.#carriedMs = target === called || this.#clock ? 0 : this.#contestedMs
    if (!this.#hadMinimums(index, target)) return undefined
    if (hurry !== undefined) return target
    const clock = this.#clock
    if (clock && index === 0) {
      return clock.index > 0 || this.#isOut(clock, index, target) ? target : undefined
    }
    const forced = clock && this.#isOut(clock, index, target)
    const over = forced || this.#contestedMs >= (this.#maxMs[index] as number)
    return over || !this.#extended(index, target, demands) ? target : undefined
  }

  attend({ index }: Running, { demands }: Moment): void {
    const rests = this.#clock && index === 0
    for (const head of this.#layout.headsOf(index)) {
      if (head.group.kind === 'vehicle') continue
      if (head.aspect === 'red' && demands.called(head.group.id) && this.#roomFor(head, index))
        this.#heads.begin([head])
      else if (this.#called !== undefined && !rests && head.group.recall !== 'maximum')
        this.#heads.end(head, minimumMs(head))
    }
  }

  stageEnd({ index, next }: Running, nowMs: number): StageEnd {
    if (next !== undefined) return { minEndMs: nowMs, maxEndMs: nowMs }
    const leastMs = this.#leastMs(index)
    const mostMs = this.#mostMs(index)
    return { minEndMs: nowMs + leastMs, maxEndMs: mostMs === undefined ? undefined : nowMs + Math.max(leastMs, mostMs) }
  }

  timing(running: Running, nowMs: number, loose: boolean): Readonly<Record<string, GroupTiming>> {
    const groups: Record<string, GroupTiming> = {}
    for (const head of this.#heads.heads) {
      if (head.aspect === 'green') groups[head.group.id] = timingOf(this.#greenTiming(head, running, loose), nowMs)
      else if (head.aspect === 'red') groups[head.group.id] = timingOf(this.#redTiming(head, running, loose), nowMs)
    }
    return groups
  }

  /** Who is to be served next, in the order of the cycle, and when coordinated where it still fits. */
  #nextCalled(index: number, demands: Demands, hurry: number | undefined): number | undefined {
    for (let at = this.#layout.after(index); at !== index; at = this.#layout.after(at)) {
      // A cycle ends in its first stage, called or not.
      if (this.#clock && at === 0) return 0
      if (at === hurry || (this.#isWanted(at, index, demands) && this.#fits(at))) return at
    }
    return undefined
  }

  /** The way to the called stage leads through one in which an extended green goes on, while its maximum allows. */
  #via(index: number, called: number, demands: Demands): number {
    for (let at = this.#layout.after(index); at !== called; at = this.#layout.after(at)) {
      const goesOn = (head: Head) =>
        this.#layout.has(index, head) && !this.#layout.has(called, head) && demands.extended(head.group.id)
      if (this.#layout.headsOf(at).some(goesOn) && this.#fits(at) && this.#hasRoom(at)) return at
    }
    return called
  }

  #hasRoom(at: number): boolean {
    return (
      this.#clock !== undefined || this.#contestedMs + this.#layout.stage(at).minimumMs <= (this.#maxMs[at] as number)
    )
  }

  #isWanted(at: number, index: number, demands: Demands): boolean {
    return this.#layout
      .headsOf(at)
      .some((head) => head.aspect !== 'green' && !this.#layout.has(index, head) && demands.called(head.group.id))
  }

  /** Whether the stage can be had before its place ends. Who has waited for two cycles is served all the same. */
  #fits(at: number): boolean {
    if (!this.#clock) return true
    const { minimumMs: leastMs, changeMs } = this.#layout.stage(at)
    const neededMs = this.#layout.changeMs(at) + leastMs + changeMs
    return this.#clock.untilEndMs(at) + lateMs >= neededMs || (this.#waitedMs[at] as number) > 2 * this.#cycleMs
  }

  #hadMinimums(index: number, target: number): boolean {
    return this.#layout
      .headsOf(index)
      .every((head) => head.aspect !== 'green' || head.forMs >= minimumMs(head) || this.#layout.has(target, head))
  }

  #extended(index: number, target: number, demands: Demands): boolean {
    return this.#layout
      .headsOf(index)
      .some((head) => head.aspect === 'green' && !this.#layout.has(target, head) && demands.extended(head.group.id))
  }

  /** In time for the next stage to begin at its place; a green is never shorter than planned for a longer change. */
  #isOut(clock: StageClock, index: number, target: number): boolean {
    const changeMs = Math.min(this.#layout.changeMs(target), this.#layout.stage(index).changeMs)
    return this.#untilEndMs(clock, index) <= changeMs
  }

  #untilEndMs(clock: StageClock, index: number): number {
    return this.#overdue ? 0 : clock.untilEndMs(index)
  }

  /** Walkers who press while their stage is green walk at once where that costs nobody else. */
  #roomFor(head: Head, index: number): boolean {
    if (this.#called === undefined) return true
    const clock = this.#clock
    if (!clock || index > 0 || clock.index > 0) return false
    return clock.untilEndMs(0) >= minimumMs(head) + toMs(head.group.clearanceS) + this.#heads.longestRedMs(head)
  }

  /** Until the common green may end at the earliest, ms. */
  #leastMs(index: number): number {
    let leastMs = 0
    for (const head of this.#layout.headsOf(index)) {
      if (head.aspect === 'green') leastMs = Math.max(leastMs, minimumMs(head) - head.forMs)
    }
    return leastMs
  }

  /** Until the common green ends at the latest, ms; undefined where nothing bounds it. */
  #mostMs(index: number): number | undefined {
    if (this.#called === undefined || (this.#clock && index === 0)) return undefined
    const maxMs = (this.#maxMs[index] as number) - this.#contestedMs
    return this.#clock ? Math.min(maxMs, this.#untilEndMs(this.#clock, index)) : maxMs
  }

  /** As the common green; longer for one that may go on through other stages. */
  #mostGreenMs(head: Head, index: number): number | undefined {
    if (this.#called !== undefined && this.#layout.has(this.#called, head)) return undefined
    const mostMs = this.#mostMs(index)
    let longestMs = mostMs
    for (let at = 0; at < this.#layout.length && mostMs !== undefined; at++) {
      if (at === index || !this.#layout.has(at, head)) continue
      if (this.#clock) return undefined
      longestMs = Math.max(longestMs ?? 0, (this.#maxMs[at] as number) - this.#contestedMs)
    }
    return longestMs
  }

  /** A green and its flash. */
  #greenTiming(head: Head, { index, sinceMs, next, endsMs }: Running, loose: boolean): Left {
    const flashMs = toMs(head.group.greenFlashS)
    const endMs = endsMs.get(head)
    if (endMs !== undefined) return exactly(Math.max(endMs - sinceMs, minimumMs(head) - head.forMs) + flashMs)
    const ownMs = Math.max(0, minimumMs(head) - head.forMs)
    if (next !== undefined || !this.#layout.has(index, head)) return { leastMs: ownMs + flashMs, mostMs: undefined }
    if (head.group.kind === 'pedestrian') return { leastMs: ownMs, mostMs: undefined }
    const clock = this.#clock
    const yieldMs =
      clock && index === 0 && clock.index === 0 && !loose ? clock.untilEndMs(0) - this.#clearanceMs(head) : 0
    const leastMs = Math.max(this.#leastMs(index), yieldMs)
    const mostMs = loose ? undefined : this.#mostGreenMs(head, index)
    if (mostMs === undefined) return { leastMs: leastMs + flashMs, mostMs }
    return { leastMs: leastMs + flashMs, mostMs: Math.max(leastMs, mostMs + (this.#lateMs[index] as number)) + flashMs }
  }

  #redTiming(head: Head, { index, sinceMs, next, nextMs, endsMs }: Running, loose: boolean): Left {
    const comes = next !== undefined && this.#layout.has(next, head)
    if (comes && head.group.kind === 'vehicle') return exactly(Math.max(0, nextMs - sinceMs))
    const least = (other: Head) => Math.max(minimumMs(other), (endsMs.get(other) ?? 0) - sinceMs + other.forMs)
    const leastMs = untilClearMs(head, least)
    const clock = this.#clock
    // Every cycle ends in its first stage.
    const due = clock && !loose && index > 0 && !this.#overdue && this.#layout.has(0, head)
    if (!due || head.group.kind === 'pedestrian') return { leastMs, mostMs: undefined }
    return { leastMs, mostMs: Math.max(leastMs, clock.untilEndMs(this.#layout.length - 1) + lateMs) }
  }

  #clearanceMs(head: Head): number {
    return tailLeftMs(head) + this.#heads.longestRedMs(head)
  }
}
