import { type Clock, groupsOf, inConflict, type JunctionTable, PeerError, type SignalMode } from '@clearway/contracts'
import type { Report } from '../../report.ts'
import type { ControllerLink, ControllerReport, PreemptCall, PriorityCall } from '../../signal/controller-link.ts'
import { isGreen } from '../../signal/display.ts'
import { Elapsed } from '../../signal/elapsed.ts'
import { requireTimingTable } from '../../signal/timing-table.ts'
import { Arming, armingObjects } from './arming.ts'
import { type Asking, askingOf } from './asking.ts'
import { nameOf, type ObjectId, runModes } from './objects.ts'
import { type Answer, Session } from './session.ts'
import { type RequestRow, requireSite, type Site } from './settings.ts'
import { requestKey, type Status, statusObjects, statusOf, timingOf } from './status.ts'

/** Values in one query: its answer stays well below what a small controller can build. */
const valuesAtOnce = 24
/** The controller's programming is read again: somebody may have changed it at the cabinet. */
const armAgainMs = 600_000
/** What differs between demand and controller is written again so soon. */
const correctMs = 1000
/** After a refused request the controller is left alone for so long. */
const refusedMs = 30_000

interface Known {
  status: Status
  nowMs: number
  upMs: number
}

/**
 * A stage controller that speaks GB/T 20999-2017 over TCP. Demand is a level: the requests of data class 8, or the stage
 * that the centre designates, are written again while they last, read back, and taken back on release and on `stop`. It
 * is armed only after its conflicts, green
 * intervals, yellows and minimum greens have been read and are no weaker than the table's.
 *
 * The protocol has no maximum presence of a request, so it is counted here.
 */
export class Gbt20999Controller implements ControllerLink {
  readonly #table: JunctionTable
  readonly #site: Site
  readonly #asking: Asking
  readonly #session: Session
  readonly #report: Report
  readonly #elapsed = new Elapsed(Number.POSITIVE_INFINITY)
  readonly #presentMs = new Map<string, number>()
  #preempt: readonly PreemptCall[] = []
  #priority: readonly PriorityCall[] = []
  #started = false
  #nowMs = 0
  #upMs = 0
  #generation = 0
  #armed: boolean | undefined
  #arming = false
  #armedMs = 0
  #refusal = ''
  #polling = false
  #polledMs = Number.NEGATIVE_INFINITY
  #known: Known | undefined
  #written = ''
  #writtenMs = Number.NEGATIVE_INFINITY
  #writing = false
  #refusedUntilMs = Number.NEGATIVE_INFINITY
  #refusedWhy = ''
  /** The approach whose request has ended and whose stage is being left. */
  #leaving: string | undefined

  /**
   * @param settings the site's file, see `Gbt20999Settings`
   * @throws InputError `timing-table`, `schema` or `controller-settings`, naming every wrong field
   */
  constructor(table: JunctionTable, settings: unknown, { clock, report }: { clock: Clock; report: Report }) {
    requireTimingTable(table)
    this.#table = table
    this.#site = requireSite(settings, table)
    this.#asking = askingOf(this.#site)
    this.#report = report
    this.#session = new Session(this.#site, clock, report)
  }

  start(): void {
    this.#started = true
  }

  async stop(): Promise<void> {
    this.#started = false
    this.demand([])
    await this.#session.close(this.#known ? this.#asking.orders(new Set(), true) : [])
  }

  step(nowMs: number, upMs: number): void {
    this.#nowMs = nowMs
    this.#upMs = upMs
    const elapsedMs = this.#elapsed.since(upMs)
    for (const [approach, presentMs] of this.#presentMs) this.#presentMs.set(approach, presentMs + elapsedMs)
    if (!this.#started) return
    this.#session.step(upMs)
    if (this.#session.generation !== this.#generation) this.#beginAnew()
    if (!this.#session.connected) return
    if (!this.#arming && (this.#armed === undefined || upMs - this.#armedMs >= armAgainMs)) this.#arm()
    if (!this.#polling && (this.#session.reported || upMs - this.#polledMs >= this.#site.pollMs)) this.#poll()
    this.#write()
  }

  demand(preempt: readonly PreemptCall[], priority: readonly PriorityCall[] = []): void {
    this.#preempt = preempt
    this.#priority = priority
    for (const approach of this.#presentMs.keys()) {
      if (!preempt.some((call) => call.approach === approach)) this.#presentMs.delete(approach)
    }
    for (const { approach } of preempt) if (!this.#presentMs.has(approach)) this.#presentMs.set(approach, 0)
    // At once, not at the next step: the way from request to controller is counted in milliseconds.
    if (this.#session.connected) this.#write()
  }

  /** One request is written at a time, and it asks for one stage. */
  servesTogether(a: string, b: string): boolean {
    const [mine, other] = [a, b].map((approach) =>
      this.#site.rows.find((row) => row.kind === 'urgent' && row.approach === approach),
    )
    return mine !== undefined && mine.stage === other?.stage
  }

  report(): ControllerReport | undefined {
    const known = this.#fresh
    if (!known) return undefined
    const { status } = known
    const { groups, greenFlash } = status
    const planned = this.#asking.isPlanned(status)
    const served = this.#served(status, 'urgent')
    const stage = this.#table.stages.find(({ id }) => this.#site.settings.stages[id] === status.stage)
    const endMs = stage && status.running && !served ? known.nowMs + status.remainingMs : undefined
    const exhausted = [...this.#presentMs.keys()].filter((approach) => this.#isExhausted(approach))
    const priority = this.#priorityReport(status)
    const refusal = this.#refusalNow
    return {
      display: {
        mode: this.#modeOf(status, served !== undefined),
        stage: stage?.id,
        groups,
        greenFlash,
        minEndMs: endMs,
        maxEndMs: endMs,
        timing: timingOf(this.#table, this.#site, status, known.nowMs),
      },
      preempt: {
        state: this.#preemptState(status, planned, served, exhausted),
        approach: served?.approach ?? this.#leaving,
        ...(served ? { together: this.#together(served) } : {}),
        // Whether a group of both stages stays green on the way is the controller's affair.
        keepsGreen: false,
        exhausted,
      },
      ...(refusal === undefined ? {} : { refusal }),
      ...(priority ? { priority } : {}),
    }
  }

  /** What is known, while it is new enough to act on. */
  get #fresh(): Known | undefined {
    const known = this.#known
    if (!known || !this.#session.connected || this.#armed === undefined) return undefined
    return this.#upMs - known.upMs > 2 * (this.#site.pollMs + this.#site.replyMs) ? undefined : known
  }

  /** Frames sent and understood since the start. */
  get traffic(): { sent: number; received: number; idle: boolean } {
    const { sent, received, idle } = this.#session
    return { sent, received, idle }
  }

  #beginAnew(): void {
    this.#generation = this.#session.generation
    this.#armed = undefined
    this.#arming = false
    this.#polling = false
    this.#polledMs = Number.NEGATIVE_INFINITY
    this.#known = undefined
    this.#written = ''
    this.#writing = false
    this.#refusedUntilMs = Number.NEGATIVE_INFINITY
    this.#leaving = undefined
  }

  /** Reads `ids` in several queries, one after the other; `done` is not called when the connection is lost. */
  #read(ids: readonly ObjectId[], done: (read: Map<ObjectId, Answer>) => void, read = new Map<ObjectId, Answer>()) {
    const generation = this.#session.generation
    const now = ids.slice(0, valuesAtOnce)
    this.#session.query(now, (answers) => {
      if (!answers || generation !== this.#session.generation) return
      now.forEach((id, position) => {
        read.set(id, answers[position] as Answer)
      })
      if (ids.length > now.length) this.#read(ids.slice(now.length), done, read)
      else done(read)
    })
  }

  #arm(): void {
    this.#arming = true
    this.#read(armingObjects(this.#table, this.#site), (read) => {
      const faults = new Arming(this.#table, this.#site, read).faults()
      this.#arming = false
      this.#armedMs = this.#upMs
      this.#armed = faults.length === 0
      const refusal = faults.map(({ field, message }) => `${field}: ${message}`).join('; ')
      if (refusal !== '' && refusal !== this.#refusal) {
        const text = `controller of junction ${this.#table.id} is not armed, it takes no request: ${refusal}`
        this.#report(new PeerError('controller-unsafe', text, faults))
      }
      this.#refusal = refusal
      this.#write()
    })
  }

  #poll(): void {
    this.#polling = true
    this.#polledMs = this.#upMs
    this.#session.reported = false
    this.#read(statusObjects(this.#site), (read) => {
      this.#polling = false
      const found = statusOf(this.#table, this.#site, read)
      if ('fault' in found) {
        this.#session.complain('reading', [found.fault])
        return
      }
      this.#session.settle('reading')
      const before = this.#known && this.#served(this.#known.status, 'urgent')
      this.#known = { status: found.status, nowMs: this.#nowMs, upMs: this.#upMs }
      const served = this.#served(found.status, 'urgent')
      const inPlan = Object.values(this.#site.settings.stages).includes(found.status.stage) && found.status.running
      if (served || inPlan) this.#leaving = undefined
      else if (before) this.#leaving = before.approach
      this.#write()
    })
  }

  /** The requests that shall be on: one of the urgent ones, or else one for transit. The controller orders no further. */
  #wanted(): Set<string> {
    const fresh = this.#fresh
    // Where somebody's hand has the junction nothing is asked for.
    if (!this.#armed || this.#isRefused || !fresh || !this.#asking.isPlanned(fresh.status)) return new Set()
    const row =
      first(
        this.#preempt.filter(({ approach }) => !this.#isExhausted(approach)),
        ({ approach }) => this.#site.rows.find((one) => one.kind === 'urgent' && one.approach === approach),
      ) ??
      first(this.#priority, ({ approach, exit }) =>
        this.#site.rows.find(
          (one) => one.kind === 'priority' && one.approach === approach && (one.exit ?? exit) === exit,
        ),
      )
    return new Set(row ? [requestKey(row)] : [])
  }

  /** Writes the whole demand when it has changed, is due again, or differs from what the controller says. */
  #write(): void {
    if (this.#writing || !this.#session.connected || this.#armed === undefined) return
    const wanted = this.#wanted()
    const text = [...wanted].join()
    const sinceMs = this.#upMs - this.#writtenMs
    const refreshMs = (this.#site.assumed.requestHoldS * 1000) / 3
    const changed = text !== this.#written
    const due = wanted.size > 0 && sinceMs >= refreshMs
    const wrong = sinceMs >= correctMs && !this.#isRefused && this.#differs(wanted)
    if (!changed && !due && !wrong) return
    const generation = this.#session.generation
    const orders = this.#asking.orders(wanted, changed && wanted.size === 0)
    this.#written = text
    if (orders.length === 0) return
    this.#writing = true
    this.#writtenMs = this.#upMs
    this.#session.set(orders, (answers) => {
      if (generation !== this.#session.generation) return
      this.#writing = false
      if (!answers) return
      const refused = answers.flatMap((answer, position) =>
        'error' in answer
          ? [
              {
                field: nameOf((orders[position] as { id: ObjectId }).id),
                message: `cannot be written: ${answer.error}`,
              },
            ]
          : [],
      )
      if (refused.length === 0) this.#session.settle('writing')
      else {
        this.#session.complain('writing', refused)
        this.#refusedUntilMs = this.#upMs + refusedMs
        this.#refusedWhy = refused.map(({ field, message }) => `${field} ${message}`).join('; ')
      }
      // The demand may have changed while this one was under way.
      if (!this.#isRefused) this.#write()
    })
  }

  /** Whether a newer reading than the last writing says otherwise. */
  #differs(wanted: ReadonlySet<string>): boolean {
    if (!this.#known || this.#known.upMs <= this.#writtenMs) return false
    return this.#asking.differs(this.#known.status, wanted)
  }

  get #isRefused(): boolean {
    return this.#upMs < this.#refusedUntilMs
  }

  /** Why no request is made now; undefined while one may be. */
  get #refusalNow(): string | undefined {
    if (!this.#armed) return `controller is not armed: ${this.#refusal}`
    return this.#isRefused ? `controller refuses requests: ${this.#refusedWhy}` : undefined
  }

  #isExhausted(approach: string): boolean {
    return (this.#presentMs.get(approach) ?? 0) >= this.#table.preempt.maxPresenceS * 1000
  }

  /** The row that is executed now: one that is demanded first, where opposite approaches share a number. */
  #served(status: Status, kind: RequestRow['kind']): RequestRow | undefined {
    const rows = this.#site.rows.filter((row) => row.kind === kind && status.executed.has(requestKey(row)))
    const calls = kind === 'urgent' ? this.#preempt : this.#priority
    const called = calls.map(({ approach }) => approach).filter((approach) => !this.#isExhausted(approach))
    return rows.find(({ approach }) => called.includes(approach)) ?? rows[0]
  }

  #together({ approach, kind, stage }: RequestRow): string[] {
    return this.#site.rows
      .filter((row) => row.kind === kind && row.stage === stage && row.approach !== approach)
      .map((row) => row.approach)
  }

  #preemptState(
    status: Status,
    planned: boolean,
    served: RequestRow | undefined,
    exhausted: readonly string[],
  ): ControllerReport['preempt']['state'] {
    if (!planned || !this.#armed || this.#isRefused) return 'other'
    if (served) return this.#isReached(status, served) ? 'dwell' : 'entryStarted'
    if (this.#leaving !== undefined) return 'exitStarted'
    if (exhausted.length > 0) return 'maxPresence'
    const called = this.#site.rows.some((row) => row.kind === 'urgent' && status.requested.has(requestKey(row)))
    return called ? 'notActiveWithCall' : 'notActive'
  }

  /** The stage asked for runs, every group of the approach is in steady green, and all in conflict with them at stop. */
  #isReached({ groups, greenFlash, stage, running }: Status, row: RequestRow): boolean {
    if (stage !== row.stage || !running) return false
    const approach = this.#table.approaches.find(({ id }) => id === row.approach) as JunctionTable['approaches'][number]
    return groupsOf(approach).every(
      (group) =>
        isGreen(groups[group]) &&
        !greenFlash.includes(group) &&
        this.#table.groups.every(
          (other) => !inConflict(this.#table, group, other.id) || groups[other.id] === 'stop-And-Remain',
        ),
    )
  }

  #modeOf(status: Status, preempted: boolean): SignalMode {
    const { runMode } = status
    if (runMode === runModes.flash) return 'flash'
    if (runMode === runModes.off) return 'dark'
    if (!this.#asking.isPlanned(status)) return 'manual'
    if (preempted) return 'preempted'
    return this.#leaving === undefined ? 'coordinated' : 'recovering'
  }

  #priorityReport(status: Status): ControllerReport['priority'] {
    if (!this.#site.rows.some(({ kind }) => kind === 'priority')) return undefined
    const served = this.#served(status, 'priority')
    if (!served) return { state: 'notActive', approach: undefined, lockedMs: 0 }
    const { group } = this.#table.approaches.find(({ id }) => id === served.approach) as { group: string }
    return { state: isGreen(status.groups[group]) ? 'extending' : 'earlyGreen', approach: served.approach, lockedMs: 0 }
  }
}

/** What `find` gives for the most urgent of the calls for which it gives anything. */
function first<C extends { urgency: number }, R>(calls: readonly C[], find: (call: C) => R | undefined): R | undefined {
  for (const call of [...calls].sort((a, b) => a.urgency - b.urgency)) {
    const found = find(call)
    if (found !== undefined) return found
  }
  return undefined
}
