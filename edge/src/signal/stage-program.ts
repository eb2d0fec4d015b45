import { groupTowards, type JunctionTable } from '@clearway/contracts'
import { ActuatedStages } from './actuated-stages.ts'
import type { PriorityCall } from './controller-link.ts'
import type { Recovery } from './coordination.ts'
import type { GroupTiming } from './display.ts'
import { FixedTime } from './fixed-time.ts'
import type { Moment, PriorityService, Program, StageEnd } from './program.ts'
import { type Head, minimumMs, type SignalHeads, toMs } from './signal-heads.ts'
import { StageLayout } from './stage-layout.ts'
import type { Running, StageOperation } from './stage-operation.ts'

/** A transit vehicle that is being helped. */
interface Service {
  approach: string
  exit: string
  head: Head
  state: PriorityService['state']
  extendedMs: number
}

/**
 * The plan of a stage-based controller. How long a stage lasts and which one follows is the operation's to say; this
 * class turns from one to the next. A group that is clear sooner than the others keeps its green for the difference, a
 * group that goes on in the next stage stays green.
 *
 * Transit priority cuts the stages in the way to their minimums, walks included, and holds the green it is for; no
 * stage is skipped, and no pedestrian clearance is touched.
 */
export class StageProgram implements Program {
  readonly #table: JunctionTable
  readonly #heads: SignalHeads
  readonly #layout: StageLayout
  readonly #operation: StageOperation
  readonly #running: Running = { index: 0, sinceMs: 0, next: undefined, nextMs: 0, endsMs: new Map() }
  #state: 'left' | 'entering' | 'running' = 'left'
  #service: Service | undefined
  #held = false

  constructor(table: JunctionTable, heads: SignalHeads, recovery: Recovery) {
    this.#table = table
    this.#heads = heads
    this.#layout = new StageLayout(table, heads)
    const { operation = 'fixed-time' } = table
    this.#operation =
      operation === 'fixed-time'
        ? new FixedTime(this.#layout, heads, recovery)
        : new ActuatedStages(this.#layout, table, heads)
  }

  leave(): void {
    this.#state = 'left'
    this.#service = undefined
    this.#operation.leave()
  }

  enter(moment: Moment, first?: readonly string[]): boolean {
    const running = this.#running
    if (this.#state === 'left') {
      running.index = first ? this.#layout.withGroups(first) : this.#operation.first(moment)
      this.#state = 'entering'
    }
    if (!this.#heads.turnTo(this.#operation.wanted(running.index, moment), minimumMs)) return false
    this.#start(running.index)
    this.#operation.enter(running.index, moment.nowMs)
    this.#state = 'running'
    return true
  }

  step(moment: Moment): void {
    const running = this.#running
    running.sinceMs += moment.elapsedMs
    this.#operation.advance(running, moment, this.#held)
    this.#held = false
    for (const head of this.#heads.heads) {
      if (!this.#layout.has(running.index, head)) this.#heads.end(head, minimumMs(head))
    }
    if (running.next === undefined) this.#consider(moment)
    if (running.next !== undefined) this.#turn(running.next, moment)
  }

  get coordinated(): boolean {
    return this.#state === 'running' && this.#operation.coordinated
  }

  get stage(): string | undefined {
    return this.#state === 'running' ? this.#layout.stage(this.#running.index).stage.id : undefined
  }

  get priority(): PriorityService | undefined {
    return this.#service
  }

  stageEnd(nowMs: number): StageEnd {
    if (this.#state !== 'running') return { minEndMs: undefined, maxEndMs: undefined }
    return this.#operation.stageEnd(this.#running, nowMs)
  }

  timing(nowMs: number): Readonly<Record<string, GroupTiming>> {
    if (this.#state !== 'running') return {}
    return this.#operation.timing(this.#running, nowMs, this.#service !== undefined)
  }

  /** Whether the stage is to be left, and for which. */
  #consider(moment: Moment): void {
    const running = this.#running
    const transit = this.#transit(moment)
    let next = this.#operation.next(running, moment, undefined)
    if (next === undefined && transit) next = this.#hurry(transit, moment)
    if (next !== undefined && transit && this.#holds(transit, next, moment)) next = undefined
    if (next === undefined) {
      this.#operation.attend(running, moment)
      return
    }
    const changeMs = this.#layout.changeMs(next)
    const endMs = Math.min(running.sinceMs, this.#operation.greenMs ?? Number.POSITIVE_INFINITY)
    running.next = next
    running.nextMs = endMs + changeMs
    for (const head of this.#layout.headsOf(running.index)) {
      if (this.#layout.has(next, head)) continue
      running.endsMs.set(head, endMs + this.#layout.lateMs(head, next, changeMs))
      if (head === this.#service?.head) this.#service = undefined
    }
  }

  #turn(next: number, moment: Moment): void {
    const running = this.#running
    for (const [head, endMs] of running.endsMs) {
      if (running.sinceMs >= endMs) this.#heads.end(head, minimumMs(head))
    }
    if (!this.#heads.begin(this.#operation.wanted(next, moment))) return
    this.#start(next)
    this.#operation.begin(next, moment.nowMs)
  }

  #start(index: number): void {
    const running = this.#running
    running.index = index
    running.sinceMs = 0
    running.next = undefined
    running.endsMs.clear()
  }

  /** Who is helped, or would be. A service ends with its call; another one begins in a later step at the earliest. */
  #transit({ priority }: Moment): Omit<Service, 'state'> | undefined {
    const service = this.#service
    if (service) {
      const on = priority.some(({ approach, exit }) => approach === service.approach && exit === service.exit)
      if (!on) this.#service = undefined
      return this.#service
    }
    const call = priority[0]
    return call && { approach: call.approach, exit: call.exit, head: this.#headOf(call), extendedMs: 0 }
  }

  #headOf({ approach, exit }: PriorityCall): Head {
    const from = this.#table.approaches.find(({ id }) => id === approach) as JunctionTable['approaches'][0]
    return this.#heads.get(groupTowards(from, exit))
  }

  /** Early green: the stage ends with its minimum when transit waits for another one. */
  #hurry(transit: Omit<Service, 'state'>, moment: Moment): number | undefined {
    const running = this.#running
    if (!this.#table.priority?.earlyGreen || this.#layout.has(running.index, transit.head)) return undefined
    let toward = this.#layout.after(running.index)
    while (!this.#layout.has(toward, transit.head)) toward = this.#layout.after(toward)
    const next = this.#operation.next(running, moment, toward)
    if (next !== undefined) this.#service ??= { ...transit, state: 'earlyGreen' }
    return next
  }

  /** Green extension: the green is held for transit that is about to come. */
  #holds(transit: Omit<Service, 'state'>, next: number, { elapsedMs }: Moment): boolean {
    const { head } = transit
    const ends = head.aspect === 'green' && this.#layout.has(this.#running.index, head) && !this.#layout.has(next, head)
    if (!ends || transit.extendedMs >= toMs(this.#table.priority?.maxExtensionS ?? 0)) return false
    this.#service ??= { ...transit, state: 'extending' }
    this.#service.state = 'extending'
    this.#service.extendedMs += elapsedMs
    this.#held = true
    return true
  }
}
