import { Correction, type Plan, type PlanStage } from './coordination.ts'

/**
 * The cycle timer of actuated coordination. It runs through the plan whatever is green: every stage has its place, its
 * green and the change to the next, and is off the street when its place ends. When the timer is off the wall clock the
 * places are shortened or lengthened until it is on it again, never below a minimum.
 */
export class StageClock {
  readonly #plan: Plan
  readonly #correction: Correction
  #intoMs = 0
  #lengthMs = 0
  /** The stage whose place it is. */
  index = 0
  coordinated = false

  constructor(plan: Plan) {
    this.#plan = plan
    this.#correction = new Correction(plan)
  }

  leave(): void {
    this.coordinated = false
    this.#correction.restart()
  }

  /** The place of this stage begins now. */
  begin(index: number, nowMs: number): void {
    const { greenMs, coordinated } = this.#correction.greenOf(index, nowMs)
    this.index = index
    this.#intoMs = 0
    this.#lengthMs = greenMs + this.#stage(index).changeMs
    this.coordinated = coordinated
  }

  /** @returns whether a new cycle has begun */
  advance(elapsedMs: number, nowMs: number): boolean {
    this.#intoMs += elapsedMs
    let wrapped = false
    while (this.#intoMs >= this.#lengthMs) {
      const overMs = this.#intoMs - this.#lengthMs
      this.begin((this.index + 1) % this.#plan.stages.length, nowMs - overMs)
      this.#intoMs = overMs
      wrapped ||= this.index === 0
    }
    return wrapped
  }

  /** Until the place of the stage ends in this cycle, ms; 0 or less when it has. */
  untilEndMs(index: number): number {
    if (index < this.index) return 0
    let ms = this.#lengthMs - this.#intoMs
    for (let at = this.index + 1; at <= index; at++) ms += this.#stage(at).greenMs + this.#stage(at).changeMs
    return ms
  }

  #stage(index: number): PlanStage {
    return this.#plan.stages[index] as PlanStage
  }
}
