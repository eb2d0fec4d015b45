import type { JunctionTable } from '@clearway/contracts'
import { offsetErrorMs, type Plan, type PlanStage, planOf } from './coordination.ts'
import { type Head, type SignalHeads, tailLeftMs } from './signal-heads.ts'

/** The stages of a table with their faces, and the arithmetic of turning from one to another. */
export class StageLayout {
  readonly plan: Plan
  /** By stage. */
  readonly heads: readonly (readonly Head[])[]

  constructor(table: JunctionTable, heads: SignalHeads) {
    this.plan = planOf(table)
    this.heads = table.stages.map(({ groups }) => groups.map((id) => heads.get(id)))
  }

  get length(): number {
    return this.heads.length
  }

  stage(index: number): PlanStage {
    return this.plan.stages[index] as PlanStage
  }

  headsOf(index: number): readonly Head[] {
    return this.heads[index] as readonly Head[]
  }

  has(index: number, head: Head): boolean {
    return this.headsOf(index).includes(head)
  }

  after(index: number): number {
    return (index + 1) % this.length
  }

  /** From now until the stage may be green, if all that is in its way ended at this moment, ms. */
  changeMs(to: number): number {
    let longestMs = 0
    for (const head of this.headsOf(to)) {
      if (head.aspect !== 'green') longestMs = Math.max(longestMs, this.#clearMs(head, to))
    }
    return longestMs
  }

  /** How long after the common green this head may stay green and still be clear in time for the stage, ms. */
  lateMs(head: Head, to: number, changeMs: number): number {
    let ownMs: number | undefined
    for (const { group, conflicts } of this.headsOf(to)) {
      if (group === head.group) continue
      const conflict = conflicts.find(({ other }) => other === head)
      if (conflict) ownMs = Math.max(ownMs ?? 0, tailLeftMs(head) + conflict.redMs)
    }
    return ownMs === undefined ? 0 : changeMs - ownMs
  }

  /** The stage with the most of these groups, and among equals the one with the fewest others. */
  withGroups(groups: readonly string[]): number {
    return best(this.heads, (heads) => {
      const wanted = heads.filter(({ group }) => groups.includes(group.id)).length
      return wanted - heads.length / 1000
    })
  }

  /** The stage in which one of those that count has waited longest. */
  longestWaiting(counts: (head: Head) => boolean): number {
    const waitedMs = (head: Head) => (head.aspect === 'red' && counts(head) ? head.forMs : 0)
    return best(this.heads, (heads) => Math.max(...heads.map(waitedMs)))
  }

  /** The stage that can be green by the clock first, for its minimum at least, when all in its way ends now. */
  onClock(nowMs: number): number {
    return best(this.plan.stages, ({ greenMs, minimumMs }, index) => {
      const leftMs = greenMs - offsetErrorMs(this.plan, index, nowMs + this.changeMs(index))
      return leftMs < minimumMs ? Number.NEGATIVE_INFINITY : -leftMs
    })
  }

  #clearMs({ conflicts }: Head, to: number): number {
    let longestMs = 0
    for (const { other, redMs } of conflicts) {
      if (this.has(to, other)) continue
      const leftMs = other.aspect === 'red' ? redMs - other.forMs : tailLeftMs(other) + redMs
      longestMs = Math.max(longestMs, leftMs)
    }
    return longestMs
  }
}

/** Index of the highest score, the first of equals. */
function best<T>(items: readonly T[], score: (item: T, index: number) => number): number {
  const scores = items.map(score)
  return scores.indexOf(Math.max(...scores))
}
