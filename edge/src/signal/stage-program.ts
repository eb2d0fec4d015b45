import type { JunctionTable } from '@clearway/contracts'
import { Correction, type Plan, type PlanStage, planOf } from './coordination.ts'
import type { GroupTiming } from './display.ts'
import type { Moment, PriorityService, Program, StageEnd } from './program.ts'
import { type Head, minimumMs, type SignalHeads } from './signal-heads.ts'

/** The plan of a stage-based controller: stages in their order, each for its time. */
export class StageProgram implements Program {
  readonly #plan: Plan
  readonly #stages: readonly (readonly Head[])[]
  readonly #correction: Correction
  #index: number | undefined
  #sinceStartMs = 0
  #greenMs = 0
  #running = false
  coordinated = false
  readonly priority: PriorityService | undefined = undefined

  constructor(table: JunctionTable, heads: SignalHeads) {
    this.#plan = planOf(table)
    this.#stages = table.stages.map(({ groups }) => groups.map((id) => heads.get(id)))
    this.#correction = new Correction(this.#plan)
  }

  leave(): void {
    this.#index = undefined
    this.#running = false
    this.coordinated = false
    this.#correction.restart()
  }

  enter(moment: Moment, first?: readonly string[]): boolean {
    this.#index ??= first ? this.#stageOf(first) : this.#longestWaiting()
    if (!moment.heads.turnTo(this.#stages[this.#index] as Head[], minimumMs)) return false
    this.#start(this.#index, moment.nowMs)
    return true
  }

  step({ nowMs, elapsedMs, heads }: Moment): void {
    const index = this.#index as number
    this.#sinceStartMs += elapsedMs
    const { lateEndMs } = this.#plan.stages[index] as PlanStage
    const green = this.#stages[index] as readonly Head[]
    for (const head of heads.heads) {
      const endMs = green.includes(head) ? this.#endMs(lateEndMs.get(head.group.id)) : 0
      if (this.#sinceStartMs >= endMs) heads.end(head, minimumMs(head))
    }
    if (this.#sinceStartMs < this.#greenMs) return
    const next = (index + 1) % this.#stages.length
    if (heads.begin(this.#stages[next] as Head[])) this.#start(next, nowMs)
  }

  get stage(): string | undefined {
    return this.#running ? (this.#plan.stages[this.#index as number] as PlanStage).stage.id : undefined
  }

  stageEnd(nowMs: number): StageEnd {
    const endMs = this.#running ? nowMs + Math.max(0, this.#greenMs - this.#sinceStartMs) : undefined
    return { minEndMs: endMs, maxEndMs: endMs }
  }

  timing(): Readonly<Record<string, GroupTiming>> {
    return {}
  }

  #endMs(lateMs: number | undefined): number {
    return lateMs === undefined ? Number.POSITIVE_INFINITY : this.#greenMs + lateMs
  }

  #start(index: number, nowMs: number): void {
    const { greenMs, coordinated } = this.#correction.greenOf(index, nowMs)
    this.#index = index
    this.#running = true
    this.#sinceStartMs = 0
    this.#greenMs = greenMs
    this.coordinated = coordinated
  }

  /** The stage with the most of these groups, and among equals the one with the fewest others. */
  #stageOf(groups: readonly string[]): number {
    const score = (heads: readonly Head[]) => {
      const wanted = heads.filter(({ group }) => groups.includes(group.id)).length
      return wanted * this.#stages.length * 100 - heads.length
    }
    return best(this.#stages, score)
  }

  /** Who has waited longest goes first, pedestrians included. */
  #longestWaiting(): number {
    return best(this.#stages, (heads) => Math.max(...heads.map(({ aspect, forMs }) => (aspect === 'red' ? forMs : 0))))
  }
}

/** Index of the highest score, the first of equals. */
function best<T>(items: readonly T[], score: (item: T) => number): number {
  const scores = items.map(score)
  return scores.indexOf(Math.max(...scores))
}
