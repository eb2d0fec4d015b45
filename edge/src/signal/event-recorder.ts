import {
  signalEventCode as code,
  inConflict,
  type JunctionTable,
  type SignalEvent,
  toTimestamp,
} from '@clearway/contracts'
import type { ControllerReport, PreemptCall, PriorityCall } from './controller-link.ts'
import type { Display } from './display.ts'

/** A stretch of the log, complete from `sinceMs` to `untilMs`: the body of one `signal/events` message. */
export interface LogStretch {
  sinceMs: number
  untilMs: number
  events: SignalEvent[]
}

/** What the agent has demanded of the controller. */
export interface Demanded {
  preempt: readonly PreemptCall[]
  priority: readonly PriorityCall[]
}

/** Resolution of the log. */
const tenthMs = 100
/** A stretch is handed over so long after its begin, or when it is full. */
const longestWithEventsMs = 10_000
const fullAt = 100
/** A quiet junction says so this often: what nobody says is a gap. */
const longestWithoutMs = 60_000
/** Beyond this the wall clock was set rather than read late. */
const clockMovedMs = 1000

type Aspect = 'red' | 'green' | 'green-flash' | 'yellow' | 'clearance' | 'flash' | 'dark'
type Service = 'entry' | 'dwell' | 'exit'

interface Picture {
  report: ControllerReport
  aspects: Aspect[]
  services: (Service | undefined)[]
  calls: boolean[]
  priority: boolean[]
}

/**
 * The high-resolution log of one controller, made of what successive reports differ in: it needs no driver's help, and
 * is as fine as the agent's step. `docs/signal-measures.md` lists the codes and what is seen of each.
 */
export class EventRecorder {
  readonly #table: JunctionTable
  readonly #overlaps: ReadonlySet<string>
  /** By place of a group: the places of those that conflict with it. */
  readonly #conflicts: readonly (readonly number[])[]
  #before: Picture | undefined
  #events: SignalEvent[] = []
  #sinceMs = 0
  /** The last report, wall clock and steady time. */
  #seenMs = 0
  #seenUpMs = 0
  #atMs = 0
  /** Groups in red whose red clearance nobody has ended yet by turning green. */
  readonly #inRedClearance = new Set<number>()

  constructor(table: JunctionTable) {
    this.#table = table
    this.#overlaps = new Set(table.rings?.overlaps.map(({ group }) => group))
    this.#conflicts = table.groups.map(({ id }) =>
      table.groups.flatMap((other, place) => (other.id !== id && inConflict(table, id, other.id) ? [place] : [])),
    )
  }

  /**
   * Takes the present report in.
   *
   * @param report undefined while the controller does not answer: the log then has a gap
   * @returns stretches that are due, in order
   */
  observe(nowMs: number, upMs: number, report: ControllerReport | undefined, demanded: Demanded): LogStretch[] {
    const due: LogStretch[] = []
    const before = this.#before
    const movedMs = nowMs - this.#seenMs - (upMs - this.#seenUpMs)
    if (before && (!report || Math.abs(movedMs) > clockMovedMs)) due.push(...this.end())
    this.#atMs = tenth(nowMs)
    if (!report) return due
    const picture = this.#pictureOf(report, demanded)
    if (!this.#before) {
      this.#sinceMs = this.#atMs
      this.#inRedClearance.clear()
      if (due.length > 0) this.#add(code.clockUpdated, Math.min(255, Math.round(Math.abs(movedMs) / 1000)))
    }
    // A step of the clock ends the stretch, but what the street saw meanwhile is told all the same.
    if (before) this.#compare(before, picture, upMs - this.#seenUpMs)
    this.#before = picture
    this.#seenMs = nowMs
    this.#seenUpMs = upMs
    const lastsMs = this.#atMs - this.#sinceMs
    const isDue = this.#events.length > 0 ? lastsMs >= longestWithEventsMs : lastsMs >= longestWithoutMs
    if (isDue || this.#events.length >= fullAt) due.push(...this.#cut())
    return due
  }

  /** Ends the log for now; the next report begins it anew. @returns what is left */
  end(): LogStretch[] {
    if (!this.#before) return []
    this.#before = undefined
    this.#atMs = tenth(this.#seenMs)
    return this.#cut()
  }

  /** What has been recorded since the last cut; several where one step had more than a message holds. */
  #cut(): LogStretch[] {
    const stretches: LogStretch[] = []
    do {
      const events = this.#events.splice(0, fullAt)
      stretches.push({ sinceMs: this.#sinceMs, untilMs: this.#atMs, events })
      this.#sinceMs = this.#atMs
    } while (this.#events.length > 0)
    return stretches
  }

  #add(number: number, parameter: number): void {
    this.#events.push({ at: toTimestamp(this.#atMs), code: number, parameter })
  }

  #pictureOf(report: ControllerReport, { preempt, priority }: Demanded): Picture {
    const { approaches, groups } = this.#table
    const { state, approach, together = [] } = report.preempt
    const service = ({ entryStarted: 'entry', dwell: 'dwell', exitStarted: 'exit' } as const)[state as 'dwell']
    return {
      report,
      aspects: groups.map(({ id, kind }) => aspectOf(report.display, id, kind)),
      services: approaches.map(({ id }) => (id === approach || together.includes(id) ? service : undefined)),
      calls: approaches.map(({ id }) => preempt.some((call) => call.approach === id)),
      priority: approaches.map(({ id }) => priority.some((call) => call.approach === id)),
    }
  }

  #compare(before: Picture, now: Picture, elapsedMs: number): void {
    this.#mode(before.report.display, now.report.display)
    this.#demands(before, now)
    for (const [place, aspect] of now.aspects.entries()) {
      const was = before.aspects[place] as Aspect
      if (was !== aspect) this.#leave(place, was, aspect, before, now, elapsedMs)
    }
    this.#endRedClearances(now.aspects)
    for (const [place, aspect] of now.aspects.entries()) {
      const was = before.aspects[place] as Aspect
      if (was !== aspect) this.#begin(place, was, aspect)
    }
    this.#services(before, now)
    this.#detectors(before.report.detectors, now.report.detectors)
  }

  #mode(before: Display, { mode }: Display): void {
    if (mode === before.mode) return
    if (mode === 'flash' || before.mode === 'flash') this.#add(code.unitFlash, mode === 'flash' ? 1 : 2)
    if (mode === 'manual' || before.mode === 'manual') this.#add(code.manualControl, mode === 'manual' ? 1 : 0)
    if (mode === 'coordinated') this.#add(code.coordinationState, this.#table.operation === 'free' ? 0 : 1)
    if (mode === 'recovering') this.#add(code.coordinationState, 6)
  }

  #demands(before: Picture, now: Picture): void {
    for (const [index, on] of now.calls.entries()) {
      if (on !== before.calls[index]) this.#add(on ? code.preemptCallOn : code.preemptCallOff, index + 1)
    }
    for (const [index, on] of now.priority.entries()) {
      if (on !== before.priority[index]) this.#add(on ? code.priorityCheckIn : code.priorityCheckOut, index + 1)
    }
    const [was, is] = [before.report.priority, now.report.priority]
    if (is && is.state !== was?.state && is.state !== 'notActive') {
      const index = this.#table.approaches.findIndex(({ id }) => id === is.approach)
      this.#add(is.state === 'earlyGreen' ? code.priorityEarlyGreen : code.priorityExtendGreen, index + 1)
    }
    for (const id of now.report.preempt.exhausted) {
      if (before.report.preempt.exhausted.includes(id)) continue
      this.#add(code.preemptMaxPresence, this.#table.approaches.findIndex((approach) => approach.id === id) + 1)
    }
  }

  /** What ends with the old aspect. */
  #leave(place: number, was: Aspect, is: Aspect, before: Picture, now: Picture, elapsedMs: number): void {
    const { id, kind } = this.#groupAt(place)
    if (kind === 'pedestrian' || this.#overlaps.has(id)) return
    if (was === 'green') {
      const cause = this.#causeOf(place, before, now, elapsedMs)
      if (cause !== undefined) this.#add(cause, place + 1)
      this.#add(code.phaseGreenTermination, place + 1)
    }
    if (was === 'yellow' && is !== 'flash' && is !== 'dark') this.#add(code.phaseEndYellow, place + 1)
  }

  /** Red clearance as the street sees it: until the first conflicting green, or the group's own next one. */
  #endRedClearances(aspects: readonly Aspect[]): void {
    for (const place of this.#inRedClearance) {
      const flashing = aspects[place] === 'flash' || aspects[place] === 'dark'
      const over = [place, ...(this.#conflicts[place] ?? [])].some((other) => aspects[other] === 'green')
      if (!over && !flashing) continue
      this.#inRedClearance.delete(place)
      if (!flashing) this.#add(this.#isOverlap(place) ? code.overlapOff : code.phaseEndRedClearance, place + 1)
    }
  }

  #begin(place: number, was: Aspect, aspect: Aspect): void {
    const pedestrian = this.#groupAt(place).kind === 'pedestrian'
    const overlap = this.#isOverlap(place)
    const begin = (phase: number, ofOverlap: number, ofPedestrian?: number) => {
      const number = pedestrian ? ofPedestrian : overlap ? ofOverlap : phase
      if (number !== undefined) this.#add(number, place + 1)
    }
    if (aspect === 'green') begin(code.phaseBeginGreen, code.overlapBeginGreen, code.pedestrianBeginWalk)
    else if (aspect === 'green-flash') begin(code.groupBeginGreenFlash, code.groupBeginGreenFlash)
    else if (aspect === 'yellow') begin(code.phaseBeginYellow, code.overlapBeginYellow)
    else if (aspect === 'clearance') this.#add(code.pedestrianBeginClearance, place + 1)
    else if (aspect === 'red' && pedestrian) this.#add(code.pedestrianBeginDontWalk, place + 1)
    else if (aspect === 'red' && was !== 'flash' && was !== 'dark') {
      begin(code.phaseBeginRedClearance, code.overlapBeginRedClearance)
      this.#inRedClearance.add(place)
    } else if (aspect === 'dark' && (pedestrian || overlap)) {
      this.#add(pedestrian ? code.pedestrianDark : code.overlapDark, place + 1)
    }
  }

  /** Why a green ends, where the display and what was predicted of it say so. */
  #causeOf(place: number, before: Picture, { report }: Picture, elapsedMs: number): number | undefined {
    const inPlan = ({ display: { mode } }: ControllerReport) => mode === 'coordinated' || mode === 'recovering'
    if (report.preempt.state === 'entryStarted' || report.preempt.state === 'dwell') return code.phasePreemptionForceOff
    if (!inPlan(before.report) || !inPlan(report)) return undefined
    const { operation = 'fixed-time' } = this.#table
    if (operation === 'fixed-time') return code.phaseForceOff
    const { id, greenFlashS } = this.#groupAt(place)
    const maxEndMs = before.report.display.timing?.[id]?.maxEndMs
    // The predicted end is that of the movement state, to which the flash belongs.
    if (maxEndMs !== undefined && this.#atMs + elapsedMs + tenthMs >= maxEndMs - greenFlashS * 1000) {
      return operation === 'coordinated' ? code.phaseForceOff : code.phaseMaxOut
    }
    return report.detectors ? code.phaseGapOut : undefined
  }

  /** A pre-emption that is left is told as an exit, whether it is over, displaced, or ended by hand or flash. */
  #services(before: Picture, now: Picture): void {
    for (const [index, was] of before.services.entries()) {
      const is = now.services[index]
      const served = was === 'entry' || was === 'dwell'
      if (served && is !== 'entry' && is !== 'dwell') this.#add(code.preemptExit, index + 1)
    }
    for (const [index, is] of now.services.entries()) {
      const was = before.services[index]
      if (is === was || (is !== 'entry' && is !== 'dwell')) continue
      if (was !== 'entry') this.#add(code.preemptEntry, index + 1)
      if (is === 'dwell') this.#add(code.preemptDwell, index + 1)
    }
  }

  #detectors(before: readonly string[] | undefined, now: readonly string[] | undefined): void {
    if (!before || !now) return
    for (const [index, { id, kind }] of (this.#table.detectors ?? []).entries()) {
      const on = now.includes(id)
      if (on === before.includes(id)) continue
      if (kind === 'vehicle') this.#add(on ? code.detectorOn : code.detectorOff, index + 1)
      else this.#add(on ? code.pedestrianDetectorOn : code.pedestrianDetectorOff, index + 1)
    }
  }

  #groupAt(place: number) {
    return this.#table.groups[place] as JunctionTable['groups'][number]
  }

  #isOverlap(place: number): boolean {
    return this.#overlaps.has(this.#groupAt(place).id)
  }
}

const tenth = (ms: number): number => Math.floor(ms / tenthMs) * tenthMs

function aspectOf({ groups, greenFlash }: Display, id: string, kind: 'vehicle' | 'pedestrian'): Aspect {
  switch (groups[id]) {
    case 'protected-Movement-Allowed':
    case 'permissive-Movement-Allowed':
      return greenFlash.includes(id) ? 'green-flash' : 'green'
    case 'protected-clearance':
    case 'permissive-clearance':
      return kind === 'vehicle' ? 'yellow' : 'clearance'
    case 'caution-Conflicting-Traffic':
      return 'flash'
    case 'stop-And-Remain':
    case 'pre-Movement':
      return 'red'
    default:
      return 'dark'
  }
}
