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
  /** How long a conflicting call has waited for the stage to end. */
  #contestedMs = 0
  #contested = false
  /** A new cycle has begun in a stage other than the first: its place has passed. */
  #overdue = false

  constructor(layout: StageLayout, table: JunctionTable, heads: SignalHeads) {
    this.#layout = layout
    this.#heads = heads
    this.#clock = table.operation === 'coordinated' ? new StageClock(layout.plan) : undefined
    this.#cycleMs = layout.plan.cycleMs
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
    this.#clock?.leave()
  }

  first({ demands }: Moment): number {
    return this.#layout.longestWaiting(({ group }) => demands.called(group.id))
  }

  enter(index: number, nowMs: number): void {
    this.#clock?.begin(index, nowMs)
    this.#restart()
  }

  begin(): void {
    this.#restart()
  }

  #restart(): void {
    this.#contestedMs = 0
    this.#contested = false
    this.#overdue = false
  }

  wanted(index: number, { demands }: Moment): readonly Head[] {
    const all = this.#layout.headsOf(index)
    const some = all.filter(
      ({ group, aspect }) => group.kind === 'vehicle' || aspect === 'green' || demands.called(group.id),
    )
    return some.length > 0 ? some : all
  }

  advance({ index }: Running, { nowMs, elapsedMs }: Moment, held: boolean): void {
    if (this.#contested) this.#contestedMs += elapsedMs
    if (!held && this.#clock?.advance(elapsedMs, nowMs) && index > 0) this.#overdue = true
  }

  next({ index }: Running, { demands }: Moment, hurry: number | undefined): number | undefined {
    const target = this.#target(index, demands, hurry)
    this.#contested = target !== undefined
    if (target === undefined || !this.#hadMinimums(index, target)) return undefined
    if (hurry !== undefined) return target
    const clock = this.#clock
    if (clock && index === 0) {
      const yields = clock.index > 0 || clock.untilEndMs(0) <= this.#layout.changeMs(target)
      return yields ? target : undefined
    }
    const forced = clock && this.#untilEndMs(clock, index) <= this.#layout.changeMs(target)
    const over = forced || this.#contestedMs >= (this.#maxMs[index] as number)
    return over || !this.#extended(index, target, demands) ? target : undefined
  }

  attend({ index }: Running, { demands }: Moment): void {
    const rests = this.#clock && index === 0
    for (const head of this.#layout.headsOf(index)) {
      if (head.group.kind === 'vehicle') continue
      if (head.aspect === 'red' && demands.called(head.group.id) && this.#roomFor(head, index))
        this.#heads.begin([head])
      else if (this.#contested && !rests && head.group.recall !== 'maximum') this.#heads.end(head, minimumMs(head))
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

  /** Who is to be served next, if anybody: in the order of the cycle, and when coordinated where it still fits. */
  #target(index: number, demands: Demands, hurry: number | undefined): number | undefined {
    const { length } = this.#layout
    for (let step = 1; step < length; step++) {
      const at = (index + step) % length
      // A cycle ends in its first stage, called or not.
      if (this.#clock && at === 0) return 0
      if (at === hurry || (this.#isWanted(at, index, demands) && this.#fits(at))) return at
    }
    return undefined
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
    if (this.#clock.untilEndMs(at) + lateMs >= neededMs) return true
    return this.#layout.headsOf(at).some(({ aspect, forMs }) => aspect === 'red' && forMs > 2 * this.#cycleMs)
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

  #untilEndMs(clock: StageClock, index: number): number {
    return this.#overdue ? 0 : clock.untilEndMs(index)
  }

  /** Walkers who press while their stage is green walk at once where that costs nobody else. */
  #roomFor(head: Head, index: number): boolean {
    if (!this.#contested) return true
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
    if (!this.#contested || (this.#clock && index === 0)) return undefined
    const maxMs = (this.#maxMs[index] as number) - this.#contestedMs
    return this.#clock ? Math.min(maxMs, this.#untilEndMs(this.#clock, index)) : maxMs
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
    const mostMs = loose ? undefined : this.#mostMs(index)
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
