import { type JunctionTable, type Stage, stageChangeS, tailS } from '@clearway/contracts'

/** One part of a cycle, a stage or what lies between two barriers, in milliseconds. */
export interface CyclePart {
  /** From the start of the cycle to the start of this part. */
  readonly startMs: number
  readonly greenMs: number
  /** The part is never shorter: for a stage the longest minimum of its groups. */
  readonly minimumMs: number
}

/** What a correction needs to know of a plan. */
export interface Cycle {
  readonly stages: readonly CyclePart[]
  readonly cycleMs: number
  readonly offsetMs: number
}

/** One stage of the plan in milliseconds, with what its end needs to know. */
export interface PlanStage extends CyclePart {
  readonly stage: Stage
  /** From the end of the common green to the green of the next stage. */
  readonly changeMs: number
  /** Per ending group: how long after the common green it may stay green and still be clear in time. */
  readonly lateEndMs: ReadonlyMap<string, number>
}

export interface Plan extends Cycle {
  readonly stages: readonly PlanStage[]
}

export function planOf(table: JunctionTable): Plan {
  let startMs = 0
  const stages = table.stages.map((stage, index): PlanStage => {
    const next = table.stages[(index + 1) % table.stages.length] as Stage
    const changeMs = Math.round(stageChangeS(table, stage, next) * 1000)
    const lateEndMs = new Map<string, number>()
    for (const id of stage.groups) if (!next.groups.includes(id)) lateEndMs.set(id, lateEnd(table, id, next, changeMs))
    const minimumS = Math.max(...table.groups.filter(({ id }) => stage.groups.includes(id)).map((g) => g.minGreenS))
    const planned = {
      stage,
      startMs,
      greenMs: Math.round(stage.greenS * 1000),
      minimumMs: Math.round(minimumS * 1000),
      changeMs,
      lateEndMs,
    }
    startMs += planned.greenMs + changeMs
    return planned
  })
  return { stages, cycleMs: startMs, offsetMs: Math.round(table.offsetS * 1000) }
}

function lateEnd(table: JunctionTable, id: string, next: Stage, changeMs: number): number {
  const group = table.groups.find((other) => other.id === id)
  const reds = table.intergreens.filter(({ ends, begins }) => ends === id && next.groups.includes(begins))
  if (!group || reds.length === 0) return 0
  return changeMs - Math.round((tailS(group) + Math.max(...reds.map(({ redS }) => redS))) * 1000)
}

/**
 * How far a stage that starts now is behind the clock.
 *
 * @returns ms, in (−cycle/2, cycle/2]; negative when it is early
 */
export function offsetErrorMs({ stages, cycleMs, offsetMs }: Cycle, index: number, nowMs: number): number {
  const { startMs } = stages[index] as CyclePart
  const behind = (((nowMs - offsetMs - startMs) % cycleMs) + cycleMs) % cycleMs
  return behind > cycleMs / 2 ? behind - cycleMs : behind
}

/**
 * How a plan comes back after a pre-emption. `shorter-way`: first where least will be waited, then to the clock over
 * two or three cycles. `none`: at once with the stage whose turn it is by the clock, whoever waits; what is missing of its
 * green is lost.
 */
export type Recovery = 'shorter-way' | 'none'

/** Within this a stage counts as coordinated: a tick for each interval of a change. */
const coordinatedWithinMs = 2000

interface Way {
  direction: 'shorten' | 'lengthen'
  stagesLeft: number
  leftMs: number
}

/**
 * The way back to the clock after a pre-emption, a start or a step of the clock: by the shorter way, spread over two
 * cycles, three where the greens above their minimums do not suffice for two. When they do not suffice for three
 * either, the other way round by longer greens. Never below a minimum.
 */
export class Correction {
  readonly #plan: Cycle
  readonly #recovery: Recovery
  #way: Way | undefined

  constructor(plan: Cycle, recovery: Recovery = 'shorter-way') {
    this.#plan = plan
    this.#recovery = recovery
  }

  /** One that goes on from here without changing this one, to look ahead with. */
  copy(): Correction {
    const copy = new Correction(this.#plan, this.#recovery)
    copy.#way = this.#way
    return copy
  }

  /** Forgets the way taken so far: the next stage starts a new one. */
  restart(): void {
    this.#way = undefined
  }

  /** Green of the stage that starts now, and whether the plan is on its clock. */
  greenOf(index: number, nowMs: number): { greenMs: number; coordinated: boolean } {
    const { greenMs, minimumMs } = this.#plan.stages[index] as CyclePart
    const errorMs = offsetErrorMs(this.#plan, index, nowMs)
    if (Math.abs(errorMs) <= coordinatedWithinMs) {
      this.#way = undefined
      return { greenMs: Math.max(minimumMs, greenMs - errorMs), coordinated: true }
    }
    if (this.#recovery === 'none') {
      const toClockMs = Math.max(minimumMs, greenMs - errorMs)
      return { greenMs: toClockMs, coordinated: toClockMs - greenMs + errorMs <= coordinatedWithinMs }
    }
    const way = this.#continue(errorMs) ?? this.#choose(errorMs)
    const shareMs = this.#share(index, way)
    this.#way = { ...way, stagesLeft: way.stagesLeft - 1 }
    return { greenMs: Math.max(minimumMs, greenMs + shareMs), coordinated: false }
  }

  /** The way already taken, unless it has ended or the clock was moved so that it has grown. */
  #continue(errorMs: number): Way | undefined {
    const way = this.#way
    if (!way || way.stagesLeft === 0) return undefined
    const leftMs = this.#distance(way.direction, errorMs)
    return leftMs > way.leftMs + coordinatedWithinMs ? undefined : { ...way, leftMs }
  }

  #choose(errorMs: number): Way {
    const { length } = this.#plan.stages
    const slackMs = this.#sum(0, length, ({ greenMs, minimumMs }) => greenMs - minimumMs)
    const direction = errorMs > 0 && errorMs <= 3 * slackMs ? 'shorten' : 'lengthen'
    const cycles = direction === 'shorten' && errorMs > 2 * slackMs ? 3 : 2
    return { direction, stagesLeft: cycles * length, leftMs: this.#distance(direction, errorMs) }
  }

  #distance(direction: 'shorten' | 'lengthen', errorMs: number): number {
    const { cycleMs } = this.#plan
    return (((direction === 'shorten' ? errorMs : -errorMs) % cycleMs) + cycleMs) % cycleMs
  }

  /** This stage's part of what is left, by its weight among the stages left: its slack, or its green. */
  #share(index: number, { direction, stagesLeft, leftMs }: Way): number {
    const weight = ({ greenMs, minimumMs }: CyclePart) => (direction === 'shorten' ? greenMs - minimumMs : greenMs)
    const totalMs = this.#sum(index, stagesLeft, weight)
    if (totalMs === 0) return 0
    const shareMs = Math.round((leftMs * weight(this.#plan.stages[index] as CyclePart)) / totalMs)
    return direction === 'shorten' ? -shareMs : shareMs
  }

  #sum(from: number, count: number, weight: (stage: CyclePart) => number): number {
    const { stages } = this.#plan
    let sum = 0
    for (let k = 0; k < count; k++) sum += weight(stages[(from + k) % stages.length] as CyclePart)
    return sum
  }
}
