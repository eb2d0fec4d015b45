import { fromTimestamp, type JunctionTable, type SignalState } from '@clearway/contracts'
import { faceOf } from './street-watch.ts'
import type { Verdicts } from './verdicts.ts'

/** One `signal/state`, usable whether or not it was complained of. */
export interface StateSeen {
  receivedMs: number
  atMs: number
  body: SignalState
}

/** The contract says 5 s; the rest is for the device's tick. */
const longestGapMs = 6000
/** A device that reports at its regular pace only has no two closer than this. */
const regularMs = 4500
/** Fewer changes prove nothing about when they are reported. */
const enoughChanges = 3
const predictionToleranceMs = 1000

const followsPlan = ({ mode, stage }: SignalState): boolean =>
  (mode === 'coordinated' || mode === 'recovering') && stage !== undefined

/** Looks at every `signal/state` by itself and beside the one before. */
export class StateWatch {
  readonly #table: JunctionTable
  readonly #verdicts: Verdicts
  #last: StateSeen | undefined
  /** The device is connected and has nothing to excuse its silence. */
  #sinceMs: number | undefined
  #states = 0
  #changes = 0
  #shortestMs = Number.POSITIVE_INFINITY
  #predictions = 0

  constructor(table: JunctionTable, verdicts: Verdicts) {
    this.#table = table
    this.#verdicts = verdicts
  }

  /** The connection was lost, by the device's fault or ours: no gap counts over it. */
  interrupt(): void {
    this.#last = undefined
    this.#sinceMs = undefined
  }

  /** The device has come to life: from now on it has to report. */
  born(receivedMs: number): void {
    this.#sinceMs = receivedMs
  }

  /** @param undisturbed whether nothing but the plan had the junction since the state before */
  see(state: StateSeen, undisturbed: boolean): void {
    const before = this.#last
    this.#states++
    this.checkSilence(state.receivedMs)
    this.#last = state
    this.#sinceMs = state.receivedMs
    this.#judgeGroups(state)
    this.#judgeConsistency(state)
    if (before && JSON.stringify(pictureOf(before)) !== JSON.stringify(pictureOf(state))) {
      this.#changes++
      this.#shortestMs = Math.min(this.#shortestMs, state.atMs - before.atMs)
    }
    this.#judgeOrder(state)
    if (before && undisturbed && followsPlan(before.body) && followsPlan(state.body)) this.#judgeKept(before, state)
  }

  /** Complains when the device has been silent for too long. */
  checkSilence(nowMs: number): void {
    if (this.#sinceMs === undefined || nowMs - this.#sinceMs <= longestGapMs) return
    const seen = `no state for ${((nowMs - this.#sinceMs) / 1000).toFixed(1)} s`
    this.#verdicts.fail('state-period', seen, this.#last?.body)
  }

  /** Whether changes come when they happen. Undefined while too few were seen. */
  get reportsChanges(): boolean | undefined {
    if (this.#shortestMs < regularMs) return true
    return this.#changes >= enoughChanges ? false : undefined
  }

  finish(nowMs: number): void {
    this.checkSilence(nowMs)
    const passing = ['state-period', 'state-groups', 'state-consistent'] as const
    if (this.#states === 0) {
      this.#verdicts.notRun([...passing, 'state-on-change', 'predicted-ends'], 'no state arrived')
      return
    }
    for (const id of passing) this.#verdicts.pass(id, `${this.#states} states`)
    const reports = this.reportsChanges
    const seen = `${this.#changes} changes, the closest two states ${(this.#shortestMs / 1000).toFixed(1)} s apart`
    if (reports === undefined) this.#verdicts.notRun(['state-on-change'], `${this.#changes} changes prove nothing`)
    else this.#verdicts.judge('state-on-change', reports, seen)
    if (this.#predictions > 0) this.#verdicts.pass('predicted-ends', `${this.#predictions} predictions`)
    else this.#verdicts.doesNotApply(['predicted-ends'], 'the device predicts none')
  }

  #judgeGroups({ body }: StateSeen): void {
    const wanted = this.#table.groups.map(({ id }) => id)
    const missing = wanted.filter((id) => !(id in body.groups))
    const unknown = Object.keys(body.groups).filter((id) => !wanted.includes(id))
    if (missing.length > 0) this.#verdicts.fail('state-groups', `missing: ${missing.join(', ')}`, body)
    if (unknown.length > 0) this.#verdicts.fail('state-groups', `not in the table: ${unknown.join(', ')}`, body)
  }

  #judgeConsistency({ body }: StateSeen): void {
    const picture = { groups: body.groups, greenFlash: body.greenFlash ?? [] }
    for (const id of picture.greenFlash) {
      const group = this.#table.groups.find((other) => other.id === id)
      if (group?.kind === 'vehicle' && faceOf(picture, id) === 'flash') continue
      this.#verdicts.fail('state-consistent', `green flash of ${id}, which is no green vehicle group`, body)
    }
    if (body.mode !== 'flash' && body.mode !== 'dark') return
    const moving = Object.keys(body.groups).find((id) => ['green', 'flash'].includes(faceOf(picture, id)))
    if (moving !== undefined) this.#verdicts.fail('state-consistent', `${moving} is green in mode ${body.mode}`, body)
  }

  #judgeOrder({ atMs, body }: StateSeen): void {
    const { minEndAt, maxEndAt, timing = {} } = body
    const all = [['the stage', { minEndAt, maxEndAt }] as const, ...Object.entries(timing)]
    for (const [what, ends] of all) {
      const { likelyEndAt } = ends as { likelyEndAt?: string }
      const times = [ends.minEndAt, likelyEndAt, ends.maxEndAt].flatMap((end) => (end ? [fromTimestamp(end)] : []))
      if (times.length === 0) continue
      this.#predictions++
      const complain = (text: string) => this.#verdicts.fail('predicted-ends', `end of ${what} ${text}`, body)
      if (times.some((time, place) => place > 0 && time < (times[place - 1] as number))) complain('is out of order')
      if ((times[0] as number) < atMs - predictionToleranceMs) complain('has passed')
      if (what !== 'the stage' && !(what in body.groups)) complain('is told of no group')
    }
  }

  /** Nothing but the plan had the junction: what was predicted has to come true. */
  #judgeKept(before: StateSeen, { atMs, body }: StateSeen): void {
    const { timing = {}, stage, minEndAt } = before.body
    const told = (what: string, end: string, was: 'earlier' | 'later') =>
      this.#verdicts.fail('predicted-ends', `${what} at ${body.at}, ${was} than the predicted ${end}`, before.body)
    if (body.stage !== stage && minEndAt !== undefined && atMs < fromTimestamp(minEndAt) - predictionToleranceMs) {
      told(`stage ${stage} ended`, minEndAt, 'earlier')
    }
    const pictures = [before.body, body].map(({ groups, greenFlash = [] }) => ({ groups, greenFlash }))
    for (const [id, { minEndAt: soonest, maxEndAt: latest }] of Object.entries(timing)) {
      const [was, is] = pictures.map((picture) => picture.groups[id])
      if (was !== is && atMs < fromTimestamp(soonest) - predictionToleranceMs)
        told(`${id} left ${was}`, soonest, 'earlier')
      if (was === is && latest && atMs > fromTimestamp(latest) + predictionToleranceMs) {
        told(`${id} was still ${was}`, latest, 'later')
      }
    }
  }
}

/** What the street sees; predicted ends alone are no change. */
const pictureOf = ({ body: { mode, stage, groups, greenFlash = [] } }: StateSeen): unknown => [
  mode,
  stage,
  groups,
  [...greenFlash].sort(),
]
