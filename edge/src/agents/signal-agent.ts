import { type JunctionTable, type MovementTiming, toTimestamp } from '@clearway/contracts'
import { Arbiter } from '../signal/arbiter.ts'
import type { ControllerLink } from '../signal/controller-link.ts'
import type { Display, GroupTiming } from '../signal/display.ts'
import { type Demanded, EventRecorder, type LogStretch } from '../signal/event-recorder.ts'
import type { Uplink } from '../uplink/uplink.ts'
import type { Agent } from './agent.ts'

const announceEveryMs = 5000
/** A prediction that has moved by more is news, told at most so often. */
const predictionMovedMs = 1000
/** What the state of this many groups says of their ends stays well within the 16 KiB of a message. */
const mostTimedGroups = 48

/**
 * The agent beside a signal controller. Reports what is displayed, takes requests and passes the arbiter's demand to the
 * controller, and keeps its log. It keeps no green by itself: leases end by its own elapsed time, whatever the line to the gateway does.
 */
export class SignalAgent implements Agent {
  readonly device: string
  readonly #uplink: Uplink<'signal'>
  readonly #link: ControllerLink
  readonly #arbiter: Arbiter
  readonly #recorder: EventRecorder
  #demanded: Demanded = { preempt: [], priority: [] }
  #leave: (() => void) | undefined
  #nowMs: number
  #upMs: number | undefined
  #announced: Display | undefined
  #announcedMs = Number.NEGATIVE_INFINITY

  /** @param nowMs present time, until the first step */
  constructor(uplink: Uplink<'signal'>, table: JunctionTable, link: ControllerLink, nowMs: number) {
    this.device = uplink.identity.device
    this.#uplink = uplink
    this.#link = link
    this.#arbiter = new Arbiter(table, nowMs, (a, b) => link.servesTogether?.(a, b) ?? true)
    this.#recorder = new EventRecorder(table)
    this.#nowMs = nowMs
  }

  start(): void {
    this.#leave = this.#uplink.on('request', (request) => {
      this.#arbiter.receive(request, this.#nowMs)
      // At once, not at the next tick: the way from request to controller is counted in milliseconds.
      if (this.#upMs !== undefined) this.#arbitrate(this.#upMs)
    })
    this.#link.start?.()
    this.#uplink.start()
  }

  async stop(): Promise<void> {
    this.#leave?.()
    this.#link.demand([])
    await this.#link.stop?.()
    this.#log(this.#recorder.end())
    await this.#uplink.stop()
  }

  step(nowMs: number, upMs = nowMs): void {
    this.#nowMs = nowMs
    this.#upMs = upMs
    this.#link.step(nowMs, upMs)
    this.#arbitrate(upMs)
    this.#announce()
    this.#log(this.#recorder.observe(nowMs, upMs, this.#link.report(), this.#demanded))
  }

  #log(stretches: readonly LogStretch[]): void {
    for (const { sinceMs, untilMs, events } of stretches) {
      this.#uplink.event('events', untilMs, { since: toTimestamp(sinceMs), events })
    }
  }

  #arbitrate(upMs: number): void {
    const { calls, priority, answers } = this.#arbiter.step(this.#nowMs, upMs, this.#link.report())
    this.#demanded = { preempt: calls, priority }
    this.#link.demand(calls, priority)
    for (const { greenAtMs, ...answer } of answers) {
      const greenAt = greenAtMs === undefined ? {} : { greenAt: toTimestamp(greenAtMs) }
      this.#uplink.event('response', this.#nowMs, { ...answer, ...greenAt })
    }
  }

  #announce(): void {
    const display = this.#link.report()?.display
    // Silence tells the gateway that the controller does not answer; an old picture would hide it.
    if (!display) return
    const sinceMs = this.#nowMs - this.#announcedMs
    const due = sinceMs < 0 || sinceMs >= announceEveryMs || !this.#announced || !same(display, this.#announced)
    const moved = () => sinceMs >= predictionMovedMs && predictionMoved(this.#announced, display, this.#nowMs)
    if (!due && !moved()) return
    this.#announced = display
    this.#announcedMs = this.#nowMs
    const { mode, stage, groups, greenFlash, minEndMs, maxEndMs, timing } = display
    this.#uplink.state('state', this.#nowMs, {
      mode,
      groups: { ...groups },
      ...(stage === undefined ? {} : { stage }),
      ...(greenFlash.length === 0 ? {} : { greenFlash: [...greenFlash] }),
      ...(minEndMs === undefined ? {} : { minEndAt: toTimestamp(minEndMs) }),
      ...(maxEndMs === undefined ? {} : { maxEndAt: toTimestamp(maxEndMs) }),
      ...(timing === undefined ? {} : { timing: timingOf(timing) }),
    })
  }
}

function timingOf(timing: Readonly<Record<string, GroupTiming>>): Record<string, MovementTiming> {
  const entries = Object.entries(timing).slice(0, mostTimedGroups)
  return Object.fromEntries(
    entries.map(([group, { minEndMs, maxEndMs, likelyEndMs }]) => [
      group,
      {
        minEndAt: toTimestamp(minEndMs),
        ...(maxEndMs === undefined ? {} : { maxEndAt: toTimestamp(maxEndMs) }),
        ...(likelyEndMs === undefined ? {} : { likelyEndAt: toTimestamp(likelyEndMs) }),
      },
    ]),
  )
}

/** Whether the street sees the same; predicted ends alone are no change. */
function same(a: Display, b: Display): boolean {
  if (a.mode !== b.mode || a.stage !== b.stage) return false
  if (a.greenFlash.length !== b.greenFlash.length || a.greenFlash.some((id) => !b.greenFlash.includes(id))) return false
  return Object.entries(a.groups).every(([id, state]) => b.groups[id] === state)
}

/** Whether an end is now expected at another time, or was not expected before. */
function predictionMoved(before: Display | undefined, now: Display, nowMs: number): boolean {
  const moved = (was: number | undefined, is: number | undefined) => {
    if (was === undefined || is === undefined) return was !== is
    // An end that may come at any moment is the same news as long as it does not come.
    return Math.abs(Math.max(is, nowMs) - Math.max(was, nowMs)) > predictionMovedMs
  }
  if (!before || moved(before.minEndMs, now.minEndMs) || moved(before.maxEndMs, now.maxEndMs)) return true
  return Object.entries(now.timing ?? {}).some(([group, { minEndMs, maxEndMs, likelyEndMs }]) => {
    const was = before.timing?.[group]
    if (!was) return true
    return moved(was.minEndMs, minEndMs) || moved(was.maxEndMs, maxEndMs) || moved(was.likelyEndMs, likelyEndMs)
  })
}
