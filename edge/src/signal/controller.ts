import { InputError, type JunctionTable, type SignalMode } from '@clearway/contracts'
import { DetectorMemory } from './actuation.ts'
import type { ControllerReport, PreemptCall, PreemptState, PriorityCall, PriorityReport } from './controller-link.ts'
import type { Recovery } from './coordination.ts'
import { type Display, exactly, type GroupTiming, timingOf } from './display.ts'
import { Elapsed } from './elapsed.ts'
import { Preemption } from './preemption.ts'
import type { Moment, Program, StageEnd } from './program.ts'
import { RingProgram } from './ring-program.ts'
import { endingLeftMs, type Head, minimumMs, SignalHeads, toMs } from './signal-heads.ts'
import { StageProgram } from './stage-program.ts'
import { requireTimingTable } from './timing-table.ts'

/** What the technician at the cabinet has set. */
export type Control = { by: 'plan' } | { by: 'hand'; stage: string } | { by: 'flash' }

/** Start-up after power or a fault: flashing, steady yellow, all-red, first stage. */
const startFlashMs = 5000
const startAllRedMs = 5000

type Doing =
  | { what: 'start-flash' | 'start-clear'; forMs: number }
  /** On the way to the greens that the program begins with. */
  | { what: 'enter'; first: readonly string[] | undefined }
  | { what: 'program' | 'preempt' }
  | { what: 'hand'; index: number }
  | { what: 'to-flash' | 'flash' }

/**
 * A signal controller: start-up, hand, flash and pre-emption around a program, which is what the junction does on an
 * ordinary day. Deterministic: what it shows follows from the table and the sequence of `step`s, calls, detectors and
 * control changes alone. The heads enforce every interval; this class only chooses who may want greens.
 *
 * Pre-emption: CALLED → ENTRY → DWELL → EXIT → RECOVERY.
 */
export class Controller {
  readonly #table: JunctionTable
  readonly #heads: SignalHeads
  readonly #program: Program
  readonly #preemption: Preemption
  readonly #detectors: DetectorMemory
  readonly #elapsed = new Elapsed()
  /** Everything is red for so long before flashing is shown. */
  readonly #flashRedMs: number
  readonly #moment: { -readonly [key in keyof Moment]: Moment[key] }
  #control: Control = { by: 'plan' }
  #doing: Doing = { what: 'start-flash', forMs: 0 }
  /** Between the end of a pre-emption green and the first green after it. */
  #exitOf: string | undefined
  #transit: readonly PriorityCall[] = []
  /** No transit priority before this has run out. */
  #lockedMs = 0
  #nowMs = 0
  #report: ControllerReport | undefined

  /**
   * @throws InputError `timing-table` when the table is unsafe, naming its fields; `recovery` when it is to have none and
   * does not run stages by fixed times
   */
  constructor(table: JunctionTable, recovery: Recovery = 'shorter-way') {
    requireTimingTable(table)
    if (recovery === 'none' && (table.rings || (table.operation ?? 'fixed-time') !== 'fixed-time')) {
      const message = `of junction ${table.id} is "none", which only fixed-time stages can have; use "shorter-way"`
      throw new InputError('recovery', `recovery ${message}`, [{ field: 'recovery', message }])
    }
    this.#table = table
    this.#heads = new SignalHeads(table)
    this.#program = table.rings ? new RingProgram(table, this.#heads) : new StageProgram(table, this.#heads, recovery)
    this.#preemption = new Preemption(table, this.#heads)
    this.#detectors = new DetectorMemory(table, this.#heads)
    this.#flashRedMs = toMs(Math.max(1, ...table.intergreens.map(({ redS }) => redS)))
    this.#moment = { nowMs: 0, elapsedMs: 0, heads: this.#heads, demands: this.#detectors, priority: [] }
  }

  /** What is shown since the last step. */
  get report(): ControllerReport {
    this.#report ??= this.#describe()
    return this.#report
  }

  /**
   * Exactly these calls on, every other off. Calls for unknown movements are ignored, and those for transit where the
   * table gives no priority.
   */
  demand(calls: readonly PreemptCall[], transit: readonly PriorityCall[] = []): void {
    this.#preemption.demand(calls)
    if (!this.#table.priority || (transit.length === 0 && this.#transit.length === 0)) return
    const known = ({ approach, exit }: PriorityCall) =>
      this.#table.approaches.some(({ id, exits }) => id === approach && exits.includes(exit))
    this.#transit = transit.filter(known).sort((a, b) => a.urgency - b.urgency)
  }

  /**
   * A detector of the table is covered or free, a push button pressed or let go.
   *
   * @throws InputError `unknown-detector`
   */
  detect(detector: string, on: boolean): void {
    this.#detectors.detect(detector, on)
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
    this.#take({ what: 'flash' })
    this.#heads.clear()
    this.#report = undefined
  }

  /**
   * @param nowMs the wall clock that coordination follows
   * @param upMs steady time that intervals are measured in; no step of the wall clock may shorten a yellow
   */
  step(nowMs: number, upMs: number): void {
    const elapsedMs = this.#elapsed.since(upMs)
    this.#nowMs = nowMs
    this.#moment.nowMs = nowMs
    this.#moment.elapsedMs = elapsedMs
    this.#report = undefined
    this.#heads.advance(elapsedMs)
    this.#preemption.advance(elapsedMs)
    this.#detectors.advance(elapsedMs)
    this.#lockedMs = Math.max(0, this.#lockedMs - elapsedMs)
    this.#moment.priority = this.#lockedMs > 0 ? [] : this.#transit
    const served = this.#program.priority !== undefined
    if ('forMs' in this.#doing) this.#doing.forMs += elapsedMs
    this.#decide()
    if (served && !this.#program.priority) this.#lockedMs = toMs(this.#table.priority?.reserviceS ?? 0)
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
    else if (doing.forMs >= startAllRedMs) this.#doing = { what: 'enter', first: this.#groupsOf(0) }
  }

  #leaveFlash(): void {
    this.#heads.leaveFlash()
    this.#doing = { what: 'start-clear', forMs: 0 }
  }

  /** Calls first, then the program. */
  #serve(): void {
    if (this.#doing.what === 'hand') this.#doing = { what: 'enter', first: this.#groupsOf(this.#doing.index) }
    else if (this.#doing.what === 'to-flash') this.#doing = { what: 'enter', first: this.#groupsOf(0) }
    const was = this.#preemption.approach
    if (this.#preemption.serve()) {
      if (this.#doing.what !== 'preempt') this.#program.leave()
      this.#doing = { what: 'preempt' }
      this.#exitOf = undefined
      return
    }
    if (this.#doing.what === 'preempt') {
      this.#exitOf = was
      this.#doing = { what: 'enter', first: this.#table.preempt.exit }
    }
    if (this.#doing.what === 'program') this.#program.step(this.#moment)
    else if (this.#doing.what === 'enter' && this.#program.enter(this.#moment, this.#doing.first)) {
      this.#doing = { what: 'program' }
      this.#exitOf = undefined
    }
  }

  #toFlash(): void {
    if (this.#doing.what === 'flash') return
    if (this.#doing.what !== 'to-flash') this.#take({ what: 'to-flash' })
    for (const head of this.#heads.heads) this.#heads.end(head, minimumMs(head))
    const clear = this.#heads.heads.every(({ aspect, forMs }) => aspect === 'red' && forMs >= this.#flashRedMs)
    if (clear) this.#doing = { what: 'flash' }
  }

  #byHand(stage: string): void {
    const index = this.#table.stages.findIndex(({ id }) => id === stage)
    if (this.#doing.what !== 'hand' || this.#doing.index !== index) this.#take({ what: 'hand', index })
    this.#heads.turnTo(this.#stageHeads(index), minimumMs)
  }

  /** The junction is taken from program and pre-emption. */
  #take(doing: Doing): void {
    this.#program.leave()
    this.#preemption.abandon()
    this.#exitOf = undefined
    this.#doing = doing
  }

  #groupsOf(stage: number): readonly string[] {
    return this.#table.stages[stage]?.groups ?? []
  }

  #stageHeads(index: number): Head[] {
    return this.#groupsOf(index).map((id) => this.#heads.get(id))
  }

  #describe(): ControllerReport {
    const report: ControllerReport = { display: this.#display(), preempt: this.#preempt() }
    if (this.#table.priority) report.priority = this.#priority()
    if (this.#table.detectors) report.detectors = this.#detectors.on
    return report
  }

  #preempt(): ControllerReport['preempt'] {
    const { approach = this.#exitOf, together, exhausted } = this.#preemption
    const state = this.#preemptState()
    return together.length === 0 ? { state, approach, exhausted } : { state, approach, together, exhausted }
  }

  #priority(): PriorityReport {
    const { state = 'notActive', approach } = this.#program.priority ?? {}
    return { state, approach, lockedMs: this.#lockedMs }
  }

  #preemptState(): PreemptState {
    if (this.#control.by !== 'plan') return 'other'
    const { state } = this.#preemption
    if (state === 'entry') return 'entryStarted'
    if (state === 'dwell') return 'dwell'
    if (this.#exitOf !== undefined) return 'exitStarted'
    if (state === 'exhausted') return 'maxPresence'
    return state === 'called' ? 'notActiveWithCall' : 'notActive'
  }

  #display(): Display {
    const { what } = this.#doing
    return what === 'start-flash' || what === 'flash' ? flashing(this.#table) : this.#showing()
  }

  #showing(): Display {
    const { minEndMs, maxEndMs } = this.#ends()
    return {
      mode: this.#mode(),
      stage: this.#stage(),
      groups: this.#heads.movementStates(),
      greenFlash: this.#heads.greenFlash(),
      minEndMs,
      maxEndMs,
      timing: this.#timing(),
    }
  }

  #mode(): SignalMode {
    const { what } = this.#doing
    if (what === 'program') return this.#program.coordinated ? 'coordinated' : 'recovering'
    if (what === 'hand') return 'manual'
    return what === 'preempt' ? 'preempted' : 'recovering'
  }

  #stage(): string | undefined {
    if (this.#doing.what === 'hand') return this.#table.stages[this.#doing.index]?.id
    return this.#doing.what === 'program' ? this.#program.stage : undefined
  }

  #ends(): StageEnd {
    const { what } = this.#doing
    const nowMs = this.#nowMs
    if (what === 'program') return this.#program.stageEnd(nowMs)
    const dwell = what === 'preempt' ? this.#preemption.dwell : undefined
    if (!dwell) return open
    const { leastMs, mostMs } = dwell
    return { minEndMs: nowMs + leastMs, maxEndMs: mostMs === undefined ? undefined : nowMs + mostMs }
  }

  /** Flash, yellow and clearance end when the heads say; of greens and reds those in charge know. */
  #timing(): Readonly<Record<string, GroupTiming>> {
    const { what } = this.#doing
    const nowMs = this.#nowMs
    const told = what === 'program' ? this.#program.timing(nowMs, this.#heads) : {}
    let timing: Record<string, GroupTiming> | undefined
    for (const head of this.#heads.heads) {
      const endingMs = endingLeftMs(head)
      const left = endingMs === undefined ? undefined : exactly(endingMs)
      const known = left ?? (what === 'preempt' ? this.#preemption.left(head) : undefined)
      if (!known) continue
      timing ??= { ...told }
      timing[head.group.id] = timingOf(known, nowMs)
    }
    return timing ?? told
  }
}

const open: StageEnd = { minEndMs: undefined, maxEndMs: undefined }

/** What the street sees while a cabinet flashes: no controller is needed to show it. */
export function flashing(table: JunctionTable): Display {
  const groups: Record<string, Display['groups'][string]> = {}
  for (const { id, kind } of table.groups) groups[id] = kind === 'vehicle' ? 'caution-Conflicting-Traffic' : 'dark'
  return { mode: 'flash', stage: undefined, groups, greenFlash: [], minEndMs: undefined, maxEndMs: undefined }
}
