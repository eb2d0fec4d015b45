import { type Registry, Summary } from 'prom-client'

/** What of the planner is timed: one second of one mission, or making a dispatch with its ways and its plan. */
export type PlannerWork = 'step' | 'dispatch'

/** How long the planner takes for each, as `/metrics` tells it. Quantiles are over everything since the start. */
export class PlannerTimes {
  readonly #seconds: Summary<'work'>

  constructor(registry: Registry) {
    this.#seconds = new Summary({
      name: 'clearway_planner_seconds',
      help: 'time of one second of a mission (step), and of making a dispatch (dispatch)',
      labelNames: ['work'],
      percentiles: [0.5, 0.99, 1],
      registers: [registry],
    })
  }

  /** Does the work, and counts its time whether or not it throws. */
  timed<Result>(work: PlannerWork, doIt: () => Result): Result {
    const end = this.#seconds.startTimer({ work })
    try {
      return doIt()
    } finally {
      end()
    }
  }
}
