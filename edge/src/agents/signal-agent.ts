import { type JunctionTable, toTimestamp } from '@clearway/contracts'
import { Arbiter } from '../signal/arbiter.ts'
import type { ControllerLink } from '../signal/controller-link.ts'
import type { Display } from '../signal/display.ts'
import type { Uplink } from '../uplink/uplink.ts'
import type { Agent } from './agent.ts'

const announceEveryMs = 5000

/**
 * The agent beside a signal controller. Reports what is displayed, takes requests and passes the arbiter's demand to the
 * controller. It keeps no green by itself: leases end by its own elapsed time, whatever the line to the gateway does.
 */
export class SignalAgent implements Agent {
  readonly device: string
  readonly #uplink: Uplink<'signal'>
  readonly #link: ControllerLink
  readonly #arbiter: Arbiter
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
    this.#arbiter = new Arbiter(table)
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
    await this.#uplink.stop()
  }

  step(nowMs: number, upMs = nowMs): void {
    this.#nowMs = nowMs
    this.#upMs = upMs
    this.#link.step(nowMs, upMs)
    this.#arbitrate(upMs)
    this.#announce()
  }

  #arbitrate(upMs: number): void {
    const { calls, answers } = this.#arbiter.step(this.#nowMs, upMs, this.#link.report())
    this.#link.demand(calls)
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
    if (sinceMs >= 0 && sinceMs < announceEveryMs && this.#announced && same(display, this.#announced)) return
    this.#announced = display
    this.#announcedMs = this.#nowMs
    const { mode, stage, groups, greenFlash, minEndMs, maxEndMs } = display
    this.#uplink.state('state', this.#nowMs, {
      mode,
      groups: { ...groups },
      ...(stage === undefined ? {} : { stage }),
      ...(greenFlash.length === 0 ? {} : { greenFlash: [...greenFlash] }),
      ...(minEndMs === undefined ? {} : { minEndAt: toTimestamp(minEndMs) }),
      ...(maxEndMs === undefined ? {} : { maxEndAt: toTimestamp(maxEndMs) }),
    })
  }
}

/** Whether the street sees the same; predicted ends alone are no change. */
function same(a: Display, b: Display): boolean {
  if (a.mode !== b.mode || a.stage !== b.stage) return false
  if (a.greenFlash.length !== b.greenFlash.length || a.greenFlash.some((id) => !b.greenFlash.includes(id))) return false
  return Object.entries(a.groups).every(([id, state]) => b.groups[id] === state)
}
