import {
  type Clock,
  devicePrefix,
  type JunctionTable,
  type SignalRequest,
  type SignalResponse,
  type SignalState,
} from '@clearway/contracts'
import { type Bounds, boundsOf } from './bounds.ts'
import type { Arrived, CentreLink } from './centre-link.ts'
import type { ClauseId } from './clauses.ts'
import { type Answer, GrantWatch } from './grant-watch.ts'
import { judgeLine } from './line-watch.ts'
import { type Message, MessageWatch } from './message-watch.ts'
import { Mission, type MissionWish } from './mission.ts'
import { type StateSeen, StateWatch } from './state-watch.ts'
import { faceOf, StreetWatch } from './street-watch.ts'
import type { Verdicts } from './verdicts.ts'

/** How often the examiner looks. */
const pollS = 0.2
const renewEveryMs = 1000
const settleS = 2
const forgottenAfterS = 1

interface Renewed {
  mission: Mission
  leaseS: number
  dueMs: number
}

/** One run against one device: everything that was seen, and the hands of the centre. Scenes are written in its terms. */
export class Examination {
  readonly table: JunctionTable
  readonly bounds: Bounds
  readonly link: CentreLink
  readonly clock: Clock
  readonly verdicts: Verdicts
  readonly states: StateSeen[] = []
  readonly answers: Answer[] = []
  readonly statuses: Message[] = []
  readonly events: Message[] = []
  /** Why no scene that needs a green can be run any more. */
  barred: string | undefined
  /** Whether its mode tells a pre-emption from the plan. */
  modeTells = true
  /** When the junction was last given back; the recovery counts from here. */
  releasedMs: number | undefined
  readonly #messages: MessageWatch
  readonly #stateWatch: StateWatch
  readonly #street: StreetWatch
  readonly #stop: AbortSignal
  readonly #renewed: Renewed[] = []
  readonly #grants = new GrantWatch()
  /** Of this run alone, so that a device that remembers the last run is not confused. */
  readonly #tag: string
  readonly #prefix: string
  readonly #missions = new Map<string, Mission>()
  readonly #copies = new Map<string, number>()
  /** Until then what we have sent may still move the plan. */
  #disturbedUntilMs = Number.NEGATIVE_INFINITY

  constructor(
    {
      district,
      device,
      table,
      toleranceS,
    }: { district: string; device: string; table: JunctionTable; toleranceS: number },
    link: CentreLink,
    clock: Clock,
    verdicts: Verdicts,
    stop: AbortSignal,
  ) {
    this.table = table
    this.bounds = boundsOf(table)
    this.link = link
    this.clock = clock
    this.verdicts = verdicts
    this.#stop = stop
    this.#tag = clock.now().toString(36)
    this.#prefix = devicePrefix({ district, kind: 'signal', device })
    this.#messages = new MessageWatch(this.#prefix, table, verdicts)
    this.#stateWatch = new StateWatch(table, verdicts)
    this.#street = new StreetWatch(table, toleranceS * 1000)
    link.onMessage((arrived) => this.#take(arrived))
  }

  get state(): SignalState | undefined {
    return this.states.at(-1)?.body
  }

  /** The newest status that was sent, not kept, since the run began. */
  get status(): Message | undefined {
    return this.statuses.findLast(({ retained }) => !retained)
  }

  /** Not pre-empted, by hand or dark: the junction runs its plan, or is on its way there. */
  get local(): boolean {
    return this.state?.mode === 'coordinated' || this.state?.mode === 'recovering'
  }

  get reportsChanges(): boolean | undefined {
    return this.#stateWatch.reportsChanges
  }

  /**
   * Waits, renews what is to be renewed, and judges what has become ripe.
   *
   * @returns whether it came true within the time
   * @throws Error when the link to the broker is lost, or the run is stopped
   */
  async until(what: () => boolean, withinS: number): Promise<boolean> {
    const endMs = this.clock.now() + withinS * 1000
    for (;;) {
      this.#stop.throwIfAborted()
      if (this.link.fault) throw this.link.fault
      await this.#renew()
      this.#grants.judge(this.clock.now(), this.states)
      this.#stateWatch.checkSilence(this.clock.now())
      if (what()) return true
      const leftS = (endMs - this.clock.now()) / 1000
      if (leftS <= 0) return false
      await this.clock.wait(Math.max(0.001, Math.min(pollS, leftS)))
    }
  }

  /** @param vehicle of an earlier mission; a new one where not given */
  mission(wish: Omit<MissionWish, 'vehicle'> & { vehicle?: string }): Mission {
    const name = `conform-${this.#tag}-${this.#missions.size + 1}`
    const mission = new Mission(name, { vehicle: name, ...wish }, this.table, this.clock.now(), this.bounds.entryS)
    this.#missions.set(name, mission)
    return mission
  }

  async send(message: SignalRequest): Promise<void> {
    const { leaseS, exitS } = this.bounds
    this.#disturbedUntilMs = this.clock.now() + (leaseS + exitS) * 1000
    await this.link.send('request', JSON.stringify(message))
  }

  /** Sends the `new` and keeps the lease alive from then on, or not. */
  async begin(mission: Mission, { leaseS = this.bounds.leaseS, renew = true } = {}): Promise<void> {
    await this.send(mission.next('new', this.clock.now(), leaseS))
    if (renew) this.renew(mission)
  }

  async update(mission: Mission, leaseS = this.bounds.leaseS): Promise<void> {
    await this.send(mission.next('update', this.clock.now(), leaseS))
  }

  renew(mission: Mission): void {
    this.#renewed.push({ mission, leaseS: this.bounds.leaseS, dueMs: this.clock.now() + renewEveryMs })
  }

  silence(mission: Mission): void {
    const place = this.#renewed.findIndex((renewed) => renewed.mission === mission)
    if (place >= 0) this.#renewed.splice(place, 1)
  }

  async cancel(mission: Mission): Promise<void> {
    this.silence(mission)
    await this.send(mission.next('cancel', this.clock.now(), this.bounds.leaseS))
  }

  answersTo({ request }: Mission): Answer[] {
    return this.answers.filter(({ body }) => body.request === request)
  }

  /** The newest answer's status. */
  told(mission: Mission): string | undefined {
    return this.answersTo(mission).at(-1)?.body.status
  }

  /** Whether the newest state shows its green, not flashing. */
  shows({ group }: Mission): boolean {
    const { state } = this
    return (
      state !== undefined && faceOf({ groups: state.groups, greenFlash: state.greenFlash ?? [] }, group) === 'green'
    )
  }

  /** Its green, by pre-emption and not by the plan, and nothing said against it. */
  holds(mission: Mission): boolean {
    const held = !this.modeTells || !this.local
    return held && this.shows(mission) && this.told(mission) === 'granted'
  }

  /** In words, for a report. */
  shown(): string {
    const { state } = this
    if (!state) return 'no state'
    const greens = Object.keys(state.groups).filter((id) => state.groups[id]?.endsWith('Movement-Allowed'))
    return `mode ${state.mode}, green ${greens.join(', ') || 'nowhere'}`
  }

  skip(ids: readonly ClauseId[]): void {
    this.verdicts.notRun(
      ids,
      this.barred ?? `no green could be held for it (preempt.maxPresenceS ${this.bounds.maxPresenceS})`,
    )
  }

  /** Nothing has the junction but its plan. @returns false when it did not come back in time, or nothing is to follow */
  async calm(): Promise<boolean> {
    for (const { mission } of [...this.#renewed]) await this.cancel(mission)
    if (this.barred !== undefined) return false
    const { leaseS, dwellS, exitS } = this.bounds
    const wasLocal = this.local
    const back = await this.until(() => this.local, 2 * leaseS + dwellS + exitS)
    // A call that has just gone off may need a moment to be forgotten.
    if (!wasLocal) await this.until(() => !this.local, forgottenAfterS)
    if (back) this.releasedMs = this.clock.now()
    else this.barred = `the junction is not under local control: ${this.shown()}`
    return back
  }

  /** How often a message with this id has come. */
  copiesOf(id: string): number {
    return this.#copies.get(id) ?? 0
  }

  /** Gives back whatever is still asked for, and what is on its way the time to arrive. */
  async settle(): Promise<void> {
    for (const { mission } of [...this.#renewed]) await this.cancel(mission)
    await this.until(() => false, settleS)
  }

  /** The run is over: the watches give their verdicts. */
  finish(): void {
    judgeLine(this.link.line, this.#prefix, this.clock.now(), this.verdicts)
    this.#messages.finish()
    this.#stateWatch.finish(this.clock.now())
    const known = this.reportsChanges !== false
    this.#street.finish(this.verdicts, known)
    this.#grants.finish(this.verdicts, known)
  }

  /** The device, or we, have broken the connection: what it does until its next birth is not seen. */
  interrupt(): void {
    this.#stateWatch.interrupt()
    this.#street.interrupt()
  }

  #take(arrived: Arrived): void {
    const message = this.#messages.take(arrived)
    if (!message) return
    const { channel, body, receivedMs, atMs, retained } = message
    if (channel === 'status') {
      this.statuses.push(message)
      if (retained) return
      this.interrupt()
      if (body.state === 'online') this.#stateWatch.born(receivedMs)
    } else if (channel === 'state' && !retained && isState(body)) {
      const seen = { receivedMs, atMs, body }
      this.#stateWatch.see(seen, receivedMs > this.#disturbedUntilMs)
      this.states.push(seen)
      this.#street.see({ atMs, mode: body.mode, groups: body.groups, greenFlash: body.greenFlash ?? [] }, body)
    } else if (channel === 'response' && isResponse(body)) {
      this.#copies.set(body.id, this.copiesOf(body.id) + 1)
      // A resend is the same answer.
      if (this.answers.some((answer) => answer.body.id === body.id)) return
      const answer = { receivedMs, atMs, body }
      this.answers.push(answer)
      const group = this.#missions.get(body.request)?.group
      if (group !== undefined && body.status === 'granted') this.#grants.take(answer, group)
    } else if (channel === 'events') this.events.push(message)
  }

  async #renew(): Promise<void> {
    const nowMs = this.clock.now()
    for (const renewed of this.#renewed) {
      if (renewed.dueMs > nowMs) continue
      renewed.dueMs = nowMs + renewEveryMs
      await this.update(renewed.mission, renewed.leaseS)
    }
  }
}

/** Good enough to go on with: whatever else is wrong was complained of. */
const isState = (body: Record<string, unknown>): body is SignalState & Record<string, unknown> =>
  typeof body.mode === 'string' && typeof body.groups === 'object' && body.groups !== null

const isResponse = (body: Record<string, unknown>): body is SignalResponse & Record<string, unknown> =>
  typeof body.request === 'string' && typeof body.status === 'string'
