import { type Approach, InputError, type JunctionTable } from '@clearway/contracts'
import type { ControllerReport, PreemptCall, PreemptState } from './controller-link.ts'
import { Correction, type Plan, type PlanStage, planOf } from './coordination.ts'
import type { Display } from './display.ts'
import { Elapsed } from './elapsed.ts'
import { type Head, SignalHeads } from './signal-heads.ts'
import { requireTimingTable } from './timing-table.ts'

/** What the technician at the cabinet has set. */
export type Control = { by: 'plan' } | { by: 'hand'; stage: string } | { by: 'flash' }

/** Start-up after power or a fault: flashing, steady yellow, all-red, first stage. */
const startFlashMs = 5000
const startAllRedMs = 5000

type Doing =
  | { what: 'start-flash' | 'start-clear'; forMs: number }
  | { what: 'stage'; index: number; sinceStartMs: number; greenMs: number }
  | { what: 'to-stage'; index: number }
  | { what: 'entry'; approach: string }
  | { what: 'dwell'; approach: string; forMs: number }
  | { what: 'hand'; index: number }
  | { what: 'to-flash' | 'flash' }

type Dwell = Doing & { what: 'dwell' }

interface Call {
  urgency: number
  presentMs: number
  /** On for the maximum presence: ignored until it goes off once. */
  exhausted: boolean
}

/**
 * Stage-based fixed-time controller with pre-emption by approach. Deterministic: what it shows follows from the table
 * and the sequence of `step`s, calls and control changes alone. The heads enforce every interval; this class only
 * chooses which groups are wanted.
 *
 * Pre-emption: CALLED → ENTRY → DWELL → EXIT → RECOVERY; a call that goes off during ENTRY skips the dwell.
 */
export class StageController {
  readonly #table: JunctionTable
  readonly #plan: Plan
  readonly #heads: SignalHeads
  readonly #correction: Correction
  readonly #elapsed = new Elapsed()
  readonly #approaches = new Map<string, Approach>()
  readonly #calls = new Map<string, Call>()
  #control: Control = { by: 'plan' }
  #doing: Doing = { what: 'start-flash', forMs: 0 }
  #coordinated = false
  /** Between the end of a pre-emption green and the first stage after it. */
  #exitOf: string | undefined
  #nowMs = 0
  #report: ControllerReport

  /** @throws InputError `timing-table` when the table is unsafe, naming its fields */
  constructor(table: JunctionTable) {
    requireTimingTable(table)
    this.#table = table
    this.#plan = planOf(table)
    this.#heads = new SignalHeads(table)
    this.#correction = new Correction(this.#plan)
    for (const approach of table.approaches) this.#approaches.set(approach.id, approach)
    this.#report = this.#describe()
  }

  /** What is shown since the last step. */
  get report(): ControllerReport {
    return this.#report
  }

  /** Exactly these calls on, every other off. Calls for unknown approaches are ignored. */
  demand(calls: readonly PreemptCall[]): void {
    for (const approach of this.#calls.keys()) {
      if (!calls.some((call) => call.approach === approach)) this.#calls.delete(approach)
    }
    for (const { approach, urgency } of calls) {
      const call = this.#calls.get(approach)
      if (call) call.urgency = urgency
      else if (this.#approaches.has(approach)) this.#calls.set(approach, { urgency, presentMs: 0, exhausted: false })
    }
  }

  /**
   * Hands the junction to the plan, to a stage held by hand, or to flashing reached through a full clearance. By hand
   * and in flash pre-emption is not served.
   *
   * @throws InputError `unknown-stage`
   */
  setControl(control: Control): void {
    const index = control.by === 'hand' ? this.#table.stages.findIndex(({ id }) => id === control.stage) : 0
    if (index < 0 && control.by === 'hand') {
      throw new InputError('unknown-stage', `junction ${this.#table.id} has no stage "${control.stage}"`, [
        {
          field: 'stage',
          message: `"${control.stage}" is not one of ${this.#table.stages.map((s) => s.id).join(', ')}`,
        },
      ])
    }
    this.#control = control
  }

  /** The conflict monitor has cut the power to the greens: flash in this very step. */
  trip(): void {
    this.#control = { by: 'flash' }
    this.#doing = { what: 'flash' }
    this.#heads.clear()
    this.#report = this.#describe()
  }

  /**
   * @param nowMs the wall clock that coordination follows
   * @param upMs steady time that intervals are measured in; no step of the wall clock may shorten a yellow
   */
  step(nowMs: number, upMs: number): void {
    const elapsedMs = this.#elapsed.since(upMs)
    this.#nowMs = nowMs
    this.#heads.advance(elapsedMs)
    for (const call of this.#calls.values()) {
      call.presentMs += elapsedMs
      if (call.presentMs >= this.#table.preempt.maxPresenceS * 1000) call.exhausted = true
    }
    if ('forMs' in this.#doing) this.#doing.forMs += elapsedMs
    if (this.#doing.what === 'stage') this.#doing.sinceStartMs += elapsedMs
    this.#decide()
    this.#report = this.#describe()
  }

  #decide(): void {
    const doing = this.#doing
    if (doing.what === 'start-flash' || doing.what === 'start-clear') this.#start(doing)
    else if (this.#control.by === 'flash') this.#toFlash()
    else if (doing.what === 'flash') this.#leaveFlash()
    else if (this.#control.by === 'hand') this.#byHand(this.#control.stage)
    else this.#serve()
  }

  #start(doing: Doing & { forMs: number }): void {
    if (doing.what === 'start-flash') {
      if (doing.forMs >= startFlashMs) this.#leaveFlash()
    } else if (!this.#heads.allRed) doing.forMs = 0
    else if (doing.forMs >= startAllRedMs) this.#leaveFor(0)
  }

  #leaveFlash(): void {
    this.#heads.leaveFlash()
    this.#doing = { what: 'start-clear', forMs: 0 }
  }

  /** Calls first, then the plan. */
  #serve(): void {
    if (this.#doing.what === 'hand') this.#leaveFor(this.#doing.index)
    else if (this.#doing.what === 'to-flash') this.#leaveFor(0)
    const serving = this.#doing.what === 'entry' || this.#doing.what === 'dwell' ? this.#doing.approach : undefined
    const call = this.#mostUrgent()
    if (call !== undefined && call !== serving && this.#mayTurnTo(call)) {
      this.#doing = { what: 'entry', approach: call }
      this.#exitOf = undefined
    }
    const doing = this.#doing
    if (doing.what === 'entry') this.#enter(doing.approach)
    else if (doing.what === 'dwell') this.#dwell(doing)
    else if (doing.what === 'stage') this.#runStage(doing)
    else if (doing.what === 'to-stage') this.#reachStage(doing.index)
  }

  #toFlash(): void {
    if (this.#doing.what === 'flash') return
    this.#doing = { what: 'to-flash' }
    for (const head of this.#heads.heads) this.#heads.end(head, minimumMs(head))
    if (this.#heads.allRed) this.#doing = { what: 'flash' }
  }

  #byHand(stage: string): void {
    const index = this.#table.stages.findIndex(({ id }) => id === stage)
    this.#doing = { what: 'hand', index }
    this.#exitOf = undefined
    this.#turnTo(this.#stageHeads(index), minimumMs)
  }

  /** The plan is left and comes back at `index`: nothing of the old correction holds. */
  #leaveFor(index: number): void {
    this.#doing = { what: 'to-stage', index }
    this.#coordinated = false
    this.#correction.restart()
  }

  #enter(approach: string): void {
    if (!this.#isCalled(approach)) {
      this.#exit(approach)
      return
    }
    const head = this.#headOf(approach)
    const { minGreenS } = this.#table.preempt
    const entryMinimumMs = (other: Head) =>
      other.group.kind === 'pedestrian' ? 0 : Math.min(minimumMs(other), minGreenS * 1000)
    this.#turnTo([head], entryMinimumMs)
    const alone = this.#heads.heads.every((other) =>
      other === head ? other.aspect === 'green' : other.aspect === 'red',
    )
    if (alone) this.#doing = { what: 'dwell', approach, forMs: 0 }
  }

  #dwell(doing: Dwell): void {
    if (!this.#isCalled(doing.approach) && this.#hasDwelt(doing)) this.#exit(doing.approach)
  }

  /** Both the minimum dwell and the group's own minimum green have been shown. */
  #hasDwelt({ approach, forMs }: Dwell): boolean {
    const head = this.#headOf(approach)
    return forMs >= this.#table.preempt.minDwellS * 1000 && head.forMs >= minimumMs(head)
  }

  /** Who has waited longest goes first, pedestrians included. */
  #exit(approach: string): void {
    const waited = (index: number) =>
      Math.max(...this.#stageHeads(index).map((head) => (head.aspect === 'red' ? head.forMs : 0)))
    let longest = 0
    for (let index = 1; index < this.#plan.stages.length; index++) if (waited(index) > waited(longest)) longest = index
    this.#exitOf = approach
    this.#leaveFor(longest)
    this.#reachStage(longest)
  }

  #reachStage(index: number): void {
    if (!this.#turnTo(this.#stageHeads(index), minimumMs)) return
    this.#exitOf = undefined
    this.#startStage(index)
  }

  #runStage({ index, sinceStartMs, greenMs }: Doing & { what: 'stage' }): void {
    const { stage, lateEndMs } = this.#plan.stages[index] as PlanStage
    for (const head of this.#heads.heads) {
      if (!stage.groups.includes(head.group.id)) this.#heads.end(head, minimumMs(head))
    }
    for (const [id, lateMs] of lateEndMs) {
      const head = this.#heads.get(id)
      if (sinceStartMs >= greenMs + lateMs) this.#heads.end(head, minimumMs(head))
    }
    if (sinceStartMs < greenMs) return
    const next = (index + 1) % this.#plan.stages.length
    if (this.#heads.begin(this.#stageHeads(next))) this.#startStage(next)
  }

  #startStage(index: number): void {
    const { greenMs, coordinated } = this.#correction.greenOf(index, this.#nowMs)
    this.#coordinated = coordinated
    this.#doing = { what: 'stage', index, sinceStartMs: 0, greenMs }
  }

  /** Ends every green that is not wanted once it has had its minimum, and begins the wanted. @returns whether reached */
  #turnTo(wanted: readonly Head[], minimum: (head: Head) => number): boolean {
    for (const head of this.#heads.heads) if (!wanted.includes(head)) this.#heads.end(head, minimum(head))
    return this.#heads.begin(wanted)
  }

  #mostUrgent(): string | undefined {
    let best: string | undefined
    for (const [approach, call] of this.#calls) {
      if (call.exhausted) continue
      if (best === undefined || call.urgency < (this.#calls.get(best) as Call).urgency) best = approach
    }
    return best
  }

  /** A running pre-emption yields to a strictly more urgent call at once, to any other only after its own has ended. */
  #mayTurnTo(approach: string): boolean {
    const doing = this.#doing
    if (doing.what !== 'entry' && doing.what !== 'dwell') return true
    const running = this.#calls.get(doing.approach)
    if (running && !running.exhausted) return (this.#calls.get(approach) as Call).urgency < running.urgency
    return doing.what === 'entry' || this.#hasDwelt(doing)
  }

  #isCalled(approach: string): boolean {
    const call = this.#calls.get(approach)
    return call !== undefined && !call.exhausted
  }

  #headOf(approach: string): Head {
    return this.#heads.get((this.#approaches.get(approach) as Approach).group)
  }

  #stageHeads(index: number): Head[] {
    return (this.#plan.stages[index] as PlanStage).stage.groups.map((id) => this.#heads.get(id))
  }

  #preemptState(): PreemptState {
    if (this.#control.by !== 'plan') return 'other'
    const { what } = this.#doing
    if (what === 'entry') return 'entryStarted'
    if (what === 'dwell') return 'dwell'
    if (this.#exitOf !== undefined) return 'exitStarted'
    const calls = [...this.#calls.values()]
    if (calls.some(({ exhausted }) => exhausted)) return 'maxPresence'
    return calls.length > 0 ? 'notActiveWithCall' : 'notActive'
  }

  #describe(): ControllerReport {
    const doing = this.#doing
    const preempted = doing.what === 'entry' || doing.what === 'dwell'
    return {
      display: doing.what === 'start-flash' || doing.what === 'flash' ? this.#flashing() : this.#showing(),
      preempt: {
        state: this.#preemptState(),
        approach: preempted ? doing.approach : this.#exitOf,
        exhausted: [...this.#calls].filter(([, { exhausted }]) => exhausted).map(([approach]) => approach),
      },
    }
  }

  #flashing(): Display {
    const groups: Record<string, Display['groups'][string]> = {}
    for (const { id, kind } of this.#table.groups) {
      groups[id] = kind === 'vehicle' ? 'caution-Conflicting-Traffic' : 'dark'
    }
    return { mode: 'flash', stage: undefined, groups, greenFlash: [], minEndMs: undefined, maxEndMs: undefined }
  }

  #showing(): Display {
    const doing = this.#doing
    const display = {
      stage: undefined,
      groups: this.#heads.movementStates(),
      greenFlash: this.#heads.greenFlash(),
      minEndMs: undefined,
      maxEndMs: undefined,
    }
    switch (doing.what) {
      case 'stage': {
        const endMs = this.#nowMs + Math.max(0, doing.greenMs - doing.sinceStartMs)
        const stage = (this.#plan.stages[doing.index] as PlanStage).stage.id
        const mode = this.#coordinated ? 'coordinated' : 'recovering'
        return { ...display, mode, stage, minEndMs: endMs, maxEndMs: endMs }
      }
      case 'hand':
        return { ...display, mode: 'manual', stage: (this.#plan.stages[doing.index] as PlanStage).stage.id }
      case 'dwell': {
        const { minDwellS, maxPresenceS } = this.#table.preempt
        const minEndMs = this.#nowMs + Math.max(0, minDwellS * 1000 - doing.forMs)
        const presentMs = this.#calls.get(doing.approach)?.presentMs
        const leftMs = presentMs === undefined ? 0 : Math.max(0, maxPresenceS * 1000 - presentMs)
        return { ...display, mode: 'preempted', minEndMs, maxEndMs: Math.max(minEndMs, this.#nowMs + leftMs) }
      }
      case 'entry':
        return { ...display, mode: 'preempted' }
      default:
        return { ...display, mode: 'recovering' }
    }
  }
}

const minimumMs = ({ group }: Head): number => Math.round(group.minGreenS * 1000)
