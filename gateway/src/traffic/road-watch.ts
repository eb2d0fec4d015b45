import {
  type AvoidedRoads,
  conditionsDiffer,
  type LiveSpeeds,
  type RoadConditions,
  type UsualSpeeds,
} from '@clearway/routing'
import type { Core } from '../core.ts'
import type { TrafficCounters } from './counters.ts'

/** The part of the route engine that follows the roads. */
export interface ConditionsTaker {
  update(conditions: RoadConditions): Promise<number>
}

/** Bans by the hour follow the conditions' clock: they come at least so often. */
const clockNewsMs = 60_000
/** What was measured is added to the usual speeds so often. */
const learnMs = 300_000
/** Only what was seen is learned, not what was guessed from it. */
const learnConfidence = 0.5

/** Brings what is known of the roads into force: a batch at a time, each the next epoch of the route engine. */
export class RoadWatch {
  readonly #core: Core
  readonly #live: LiveSpeeds
  readonly #usual: UsualSpeeds
  readonly #engine: ConditionsTaker
  readonly #counters: TrafficCounters
  #inForce: RoadConditions | undefined
  #avoided: AvoidedRoads | undefined
  #learnedMs = Number.NEGATIVE_INFINITY
  #turn: Promise<void> = Promise.resolve()
  epoch = 0

  constructor(core: Core, live: LiveSpeeds, usual: UsualSpeeds, engine: ConditionsTaker, counters: TrafficCounters) {
    this.#core = core
    this.#live = live
    this.#usual = usual
    this.#engine = engine
    this.#counters = counters
  }

  /** What routes are searched under; undefined before the first batch. */
  get inForce(): RoadConditions | undefined {
    return this.#inForce
  }

  /** From the next batch on. */
  avoid(roads: AvoidedRoads): void {
    this.#avoided = roads.arcs.size > 0 && roads.factor > 1 ? roads : undefined
  }

  /** Resolves when everything known by now is in force. A batch that the engine fails to take is tried with the next. */
  refresh(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#follow())
    return this.#turn
  }

  async #follow(): Promise<void> {
    const nowMs = this.#core.clock.now()
    const before = this.#inForce
    const next = { ...this.#live.conditions(nowMs, before), avoided: this.#avoided }
    this.#learn(next)
    const isNews = !before || nowMs - before.atMs >= clockNewsMs || conditionsDiffer(before, next)
    if (!isNews) return
    const end = this.#counters.updateSeconds.startTimer()
    try {
      this.epoch = await this.#engine.update(next)
      this.#inForce = next
      this.#counters.updates.labels('in-force').inc()
    } catch (error) {
      this.#counters.updates.labels('failed').inc()
      this.#core.log.error({ err: error }, 'the route engine did not take the new conditions; they are tried again')
    } finally {
      end()
    }
  }

  /** Closures and incidents are no habit: their arcs teach nothing. */
  #learn({ atMs, speedMps, confidence, closed, delayS }: RoadConditions): void {
    if (atMs - this.#learnedMs < learnMs) return
    this.#learnedMs = atMs
    const slowed = this.#live.disruptions.at(atMs).effects.speedFactor
    for (const [arc, share] of confidence.entries()) {
      if (share < learnConfidence || closed[arc] !== 0 || delayS[arc] !== 0 || slowed[arc] !== 1) continue
      this.#usual.learn(arc, speedMps[arc]!, atMs)
    }
  }
}
