import type { JunctionTable } from '@clearway/contracts'
import { type ControllerReport, isGreen } from '@clearway/edge'
import type { ApproachDetectors } from './run-files.ts'

/** A junction was away from its plan, for one pre-emption or for several that followed each other. */
export interface Absence {
  junction: string
  /** Seconds of the simulation: the first pre-emption began, the last was given up, the plan runs in step again. */
  enteredS: number
  releasedS: number | undefined
  recoveredS: number | undefined
  /** Seconds of pre-emption green in which nobody had come by for `PASSAGE_S`. */
  wastedGreenS: number
}

/** A green is used as long as vehicles follow each other within so long, s: a usual gap of actuated signals. */
const PASSAGE_S = 3

/** Follows one junction through its pre-emptions and back. One observation a second. */
export class AbsenceWatch {
  readonly all: Absence[] = []
  readonly #table: JunctionTable
  readonly #lanes: readonly { approach: string; groups: readonly string[]; loop: string }[]
  #now: Absence | undefined
  /** When the served lanes were last covered, or their green began. */
  #usedS = 0
  #served: string | undefined

  /** @param approaches those of the junction */
  constructor(table: JunctionTable, approaches: readonly ApproachDetectors[]) {
    this.#table = table
    this.#lanes = approaches.flatMap(({ approach, lanes }) => lanes.map((lane) => ({ approach, ...lane })))
  }

  /** @param isCovered whether a vehicle was over a loop in the second before */
  observe({ display, preempt }: ControllerReport, atS: number, isCovered: (loop: string) => boolean): void {
    if (display.mode === 'preempted') {
      this.#now ??= this.#begin(atS)
      this.#now.releasedS = undefined
      if (preempt.state === 'dwell' && preempt.approach !== undefined)
        this.#dwell(preempt.approach, display.groups, atS, isCovered)
      else this.#served = undefined
      return
    }
    if (!this.#now) return
    this.#served = undefined
    this.#now.releasedS ??= atS
    if (display.mode !== 'coordinated') return
    this.#now.recoveredS = atS
    this.#now = undefined
  }

  #begin(enteredS: number): Absence {
    const junction = this.#table.id
    const absence = { junction, enteredS, releasedS: undefined, recoveredS: undefined, wastedGreenS: 0 }
    this.all.push(absence)
    return absence
  }

  #dwell(
    approach: string,
    groups: ControllerReport['display']['groups'],
    atS: number,
    isCovered: (loop: string) => boolean,
  ): void {
    if (this.#served !== approach) {
      this.#served = approach
      this.#usedS = atS
    }
    const released = this.#lanes.filter(
      (lane) => lane.approach === approach && lane.groups.some((id) => isGreen(groups[id])),
    )
    if (released.some(({ loop }) => isCovered(loop))) this.#usedS = atS
    else if (atS - this.#usedS > PASSAGE_S) this.#now!.wastedGreenS++
  }
}
