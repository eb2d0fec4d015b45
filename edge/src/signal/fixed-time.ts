import { Correction, type Recovery } from './coordination.ts'
import type { GroupTiming } from './display.ts'
import { stageOfLeastWaiting } from './least-waiting.ts'
import type { Moment, StageEnd } from './program.ts'
import { type Head, type SignalHeads, toMs } from './signal-heads.ts'
import type { StageLayout } from './stage-layout.ts'
import type { Running, StageOperation } from './stage-operation.ts'

/** When each group turns green next and when its green ends, flash included, ms from the start of the running stage. */
interface Ahead {
  begins: Map<string, number>
  ends: Map<string, number>
}

/** Every stage for its time, in the order of the cycle. Detectors and push buttons change nothing; walkers always walk. */
export class FixedTime implements StageOperation {
  readonly #layout: StageLayout
  readonly #heads: SignalHeads
  readonly #correction: Correction
  readonly #recovery: Recovery
  #ahead: Ahead | undefined
  #told: { states: unknown; baseMs: number; loose: boolean; groups: Readonly<Record<string, GroupTiming>> } | undefined
  coordinated = false
  greenMs = 0

  constructor(layout: StageLayout, heads: SignalHeads, recovery: Recovery) {
    this.#layout = layout
    this.#heads = heads
    this.#recovery = recovery
    this.#correction = new Correction(layout.plan, recovery)
  }

  leave(): void {
    this.coordinated = false
    this.#correction.restart()
  }

  first({ nowMs }: Moment): number {
    if (this.#recovery === 'none') return this.#layout.onClock(nowMs)
    return stageOfLeastWaiting(this.#layout, nowMs, this.#recovery)
  }

  enter(index: number, nowMs: number): void {
    this.begin(index, nowMs)
  }

  begin(index: number, nowMs: number): void {
    const { greenMs, coordinated } = this.#correction.greenOf(index, nowMs)
    this.coordinated = coordinated
    this.#last(greenMs)
  }

  wanted(index: number): readonly Head[] {
    return this.#layout.headsOf(index)
  }

  advance({ sinceMs }: Running, _: Moment, held: boolean): void {
    if (held) this.#last(sinceMs)
  }

  next({ index, sinceMs }: Running, _: Moment, hurry: number | undefined): number | undefined {
    if (hurry !== undefined && sinceMs >= this.#layout.stage(index).minimumMs)
      this.#last(Math.min(this.greenMs, sinceMs))
    return sinceMs >= this.greenMs ? this.#layout.after(index) : undefined
  }

  attend(): void {}

  stageEnd({ sinceMs }: Running, nowMs: number): StageEnd {
    const endMs = nowMs + Math.max(0, this.greenMs - sinceMs)
    return { minEndMs: endMs, maxEndMs: endMs }
  }

  /** Exact, and the same object while nothing changes. Under priority only the earliest is known. */
  timing(running: Running, nowMs: number, loose: boolean): Readonly<Record<string, GroupTiming>> {
    const baseMs = nowMs - running.sinceMs
    const states = this.#heads.movementStates()
    const told = this.#told
    if (told && this.#ahead && told.states === states && told.baseMs === baseMs && told.loose === loose)
      return told.groups
    this.#ahead ??= this.#lookAhead(running, baseMs)
    const ahead = loose ? this.#lookAhead(running, baseMs, true) : this.#ahead
    const groups: Record<string, GroupTiming> = {}
    for (const { group, aspect } of this.#heads.heads) {
      const endMs =
        aspect === 'green' ? ahead.ends.get(group.id) : aspect === 'red' ? ahead.begins.get(group.id) : undefined
      if (endMs === undefined) continue
      const minEndMs = Math.max(nowMs, baseMs + endMs)
      groups[group.id] = loose ? { minEndMs } : { minEndMs, maxEndMs: minEndMs, likelyEndMs: minEndMs }
    }
    this.#told = { states, baseMs, loose, groups }
    return groups
  }

  /** Runs the plan on for a cycle, corrections included. @param shortest with every green cut to its minimum */
  #lookAhead({ index, sinceMs }: Running, baseMs: number, shortest = false): Ahead {
    const ahead: Ahead = { begins: new Map(), ends: new Map() }
    const correction = this.#correction.copy()
    const cut = (at: number, greenMs: number) =>
      shortest ? Math.min(greenMs, this.#layout.stage(at).minimumMs) : greenMs
    let at = index
    let startMs = 0
    let greenMs = Math.max(cut(at, this.greenMs), shortest ? Math.min(this.greenMs, sinceMs) : 0)
    for (let count = 0; count <= this.#layout.length; count++) {
      const { changeMs, lateEndMs } = this.#layout.stage(at)
      const endMs = startMs + greenMs
      for (const [id, lateMs] of lateEndMs) {
        const flashMs = toMs(this.#heads.get(id).group.greenFlashS)
        if (!ahead.ends.has(id)) ahead.ends.set(id, endMs + lateMs + flashMs)
      }
      const next = this.#layout.after(at)
      startMs = endMs + changeMs
      for (const head of this.#layout.headsOf(next)) {
        if (!this.#layout.has(at, head) && !ahead.begins.has(head.group.id)) ahead.begins.set(head.group.id, startMs)
      }
      at = next
      greenMs = cut(at, correction.greenOf(at, baseMs + startMs).greenMs)
    }
    return ahead
  }

  #last(greenMs: number): void {
    this.greenMs = greenMs
    this.#ahead = undefined
  }
}
