import type { GroupTiming } from './display.ts'
import type { Moment, StageEnd } from './program.ts'
import type { Head } from './signal-heads.ts'

/** The stage that is green or is being left. Times count from the start of its green, ms. */
export interface Running {
  index: number
  sinceMs: number
  /** The stage that it is left for, once that is decided. */
  next: number | undefined
  /** When the next stage may begin. */
  nextMs: number
  /** When the greens that do not go on end. */
  readonly endsMs: Map<Head, number>
}

/** How long the stages of a program last and which follows which. */
export interface StageOperation {
  readonly coordinated: boolean
  /** The end of the common green, where it is planned. */
  readonly greenMs: number | undefined
  leave(): void
  /** The stage to come back with. */
  first(moment: Moment): number
  /** The first stage after `leave` begins. */
  enter(index: number, nowMs: number): void
  /** A stage begins that `next` has chosen. */
  begin(index: number, nowMs: number): void
  /** The heads that are green from the start of the stage. */
  wanted(index: number, moment: Moment): readonly Head[]
  /** @param held the stage is kept beyond its time for transit: no clock runs on */
  advance(running: Running, moment: Moment, held: boolean): void
  /**
   * @param hurry transit waits for another stage: this one ends with its minimum
   * @returns the stage to turn to now, or undefined to stay
   */
  next(running: Running, moment: Moment, hurry: number | undefined): number | undefined
  /** What begins or ends while the stage stays: walkers who come late, walks that are over. */
  attend(running: Running, moment: Moment): void
  stageEnd(running: Running, nowMs: number): StageEnd
  timing(running: Running, nowMs: number, loose: boolean): Readonly<Record<string, GroupTiming>>
}
