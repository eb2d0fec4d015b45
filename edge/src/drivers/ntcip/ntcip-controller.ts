import { ClearwayError, type FieldError, type JunctionTable, PeerError, WorldError } from '@clearway/contracts'
import type { Report } from '../../report.ts'
import type { ControllerLink, ControllerReport, PreemptCall } from '../../signal/controller-link.ts'
import { checkProgramming } from './arming.ts'
import { preempt } from './objects.ts'
import { PreemptSwitches } from './preempt-switches.ts'
import type { Programming } from './programming.ts'
import { reportOf, Seen } from './report.ts'
import { type NtcipPlan, requireNtcipSettings } from './settings.ts'
import { SnmpSession } from './snmp-session.ts'
import { readStatus, type Status, statusObjects } from './status.ts'

/** Between two polls the controller's clock gains what ours does; more behind than this, it has restarted, ticks of 10 ms. */
const restartTicks = 500
/** A controller that is not fit is looked at again so often: somebody may be mending it. */
const repairS = 10
/** Tries of each message of a check. */
const checkTries = 3
/** `sysUpTime` begins again at 0 after so many ticks, 497 days. */
const upTimeTicks = 2 ** 32

/**
 * The `ntcip` driver: pre-emption of an NTCIP 1202 controller over SNMP. It sets `preemptControlState` and maximum
 * presence, and nothing else. No call is made before the controller's programming has passed `checkProgramming`, and
 * what is reported is only what the controller has said about itself.
 */
export class NtcipController implements ControllerLink {
  readonly #table: JunctionTable
  readonly #plan: NtcipPlan
  readonly #fault: Report
  readonly #switches: PreemptSwitches
  readonly #seen: Seen
  #session: SnmpSession | undefined
  #nowMs = 0
  #upMs = 0
  #polling: Promise<void> | undefined
  #pollDueMs = Number.NEGATIVE_INFINITY
  #programming: Programming | undefined
  #checkedMs = Number.NEGATIVE_INFINITY
  #refusal: string | undefined
  #status: { status: Status; atMs: number } | undefined
  #report: ControllerReport | undefined
  #silent = false
  #sinceMs: number | undefined
  #lastFailure: WorldError | undefined
  readonly #told = new Set<string>()

  /**
   * @param settings see `NtcipSettings`
   * @param fault is told once of what is wrong, and again when it has been right in between
   * @throws InputError `ntcip-settings` naming every wrong field
   */
  constructor(table: JunctionTable, settings: unknown, fault: Report) {
    this.#table = table
    this.#plan = requireNtcipSettings(settings, table)
    this.#fault = fault
    this.#switches = new PreemptSwitches(this.#plan)
    this.#seen = new Seen(table)
  }

  start(): void {
    this.#session ??= new SnmpSession(this.#plan)
  }

  async stop(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    this.#report = undefined
    if (!session) return
    await this.#polling
    await this.#switches.release(session, (error) => this.#tell('release', error))
    session.close()
  }

  demand(calls: readonly PreemptCall[]): void {
    this.#switches.demand(calls)
    this.#switch()
  }

  step(nowMs: number, upMs: number): void {
    this.#nowMs = nowMs
    this.#upMs = upMs
    this.#sinceMs ??= upMs
    if (!this.#session) return
    if (!this.#polling && upMs >= this.#pollDueMs) this.#poll(this.#session)
    this.#switch()
    const heardMs = this.#status?.atMs ?? this.#sinceMs
    if (!this.#silent && upMs - heardMs > this.#plan.silenceS * 1000) this.#fallSilent()
  }

  /** The preempts of both release the same: whichever the controller prefers, no green ends for the other. */
  servesTogether(a: string, b: string): boolean {
    const dwell = this.#programming?.dwell
    const [mine, other] = [a, b].map((approach) => dwell?.get(this.#plan.preempts[approach] ?? 0))
    return !!mine && !!other && [...mine].sort().join() === [...other].sort().join()
  }

  report(): ControllerReport | undefined {
    const status = this.#status
    // By age as well: a host that stood still must not hand out what it read before.
    if (!status || this.#upMs - status.atMs > this.#plan.silenceS * 1000) return undefined
    return this.#report
  }

  #poll(session: SnmpSession): void {
    this.#pollDueMs = this.#upMs + this.#plan.pollS * 1000
    this.#polling = this.#ask(session)
      .catch((error) => this.#failed('poll', error))
      .finally(() => {
        this.#polling = undefined
      })
  }

  async #ask(session: SnmpSession): Promise<void> {
    // The age of an answer counts from its question.
    const atMs = this.#upMs
    const asked = this.#switches.mark()
    const reading = await session.get(statusObjects(this.#plan, this.#programming))
    const status = readStatus(reading, this.#plan, this.#programming)
    if (this.#hasRestarted(status, atMs)) this.#forget()
    const { checkS } = this.#plan
    const validS = this.#refusal === undefined ? checkS : Math.min(checkS, repairS)
    if (atMs - this.#checkedMs >= validS * 1000) await this.#check(session, atMs)
    if (session !== this.#session) return
    this.#status = { status, atMs }
    this.#silent = false
    this.#lastFailure = undefined
    this.#told.delete('poll')
    this.#told.delete('silence')
    this.#switches.see(asked, status.preempts)
    const stuck = this.#switches.stuck()
    if (stuck) this.#tell('switch', stuck)
    else this.#told.delete('switch')
    this.#report = reportOf(status, this.#seen, this.#nowMs, this.#plan, this.#programming, this.#refusal)
    this.#switch()
  }

  #hasRestarted({ upTicks }: Status, atMs: number): boolean {
    if (!this.#status) return false
    const gained = (upTicks - this.#status.status.upTicks + upTimeTicks) % upTimeTicks
    // A clock that went back has gained nearly a whole round.
    return gained > upTimeTicks / 2 || gained + restartTicks < (atMs - this.#status.atMs) / 10
  }

  /** Another controller may stand here now, or the same one with other programming: nothing read before holds. */
  #forget(): void {
    this.#programming = undefined
    this.#checkedMs = Number.NEGATIVE_INFINITY
    this.#report = undefined
    this.#switches.forget()
  }

  async #check(session: SnmpSession, atMs: number): Promise<void> {
    const { programming, faults } = await this.#programmed(session)
    if (faults.length === 0) faults.push(...(await this.#limitPresence(session)))
    this.#checkedMs = atMs
    this.#programming = programming
    if (faults.length === 0) {
      this.#refusal = undefined
      this.#told.delete('arming')
      return
    }
    const detail = faults.map(({ field, message }) => `${field} ${message}`).join('; ')
    this.#refusal = `controller is not fit for pre-emption: ${detail}`
    this.#tell('arming', new PeerError('ntcip-programming', this.#refusal, faults))
  }

  /** An object that is missing or no value of its kind is a fault of the programming like any other. */
  async #programmed(session: SnmpSession): Promise<{ programming: Programming | undefined; faults: FieldError[] }> {
    try {
      return await checkProgramming((objects) => session.get(objects, checkTries), this.#plan, this.#table)
    } catch (error) {
      if (!(error instanceof PeerError)) throw error
      return { programming: undefined, faults: [...error.fields] }
    }
  }

  /** The layer of the deadman that no other system's messages can put off. */
  async #limitPresence(session: SnmpSession): Promise<FieldError[]> {
    const wantedS = this.#table.preempt.maxPresenceS
    const objects = Object.values(this.#plan.preempts).map(preempt.maximumPresence)
    const differing = async () => {
      const reading = await session.get(objects, checkTries)
      return objects.filter((object) => reading.integer(object, 0, 65_535) !== wantedS)
    }
    const wrong = await differing()
    if (wrong.length === 0) return []
    let refused = ''
    await session.set(wrong.map((object) => ({ object, value: wantedS }))).catch((error) => {
      // Some controllers take parameters from their own panel only; then it is to be programmed there.
      if (!(error instanceof PeerError)) throw error
      refused = ` (${error.message})`
    })
    return (await differing()).map(({ name }) => ({
      field: name,
      message: `is not preempt.maxPresenceS ${wantedS} and could not be set${refused}; set ${wantedS} at the controller`,
    }))
  }

  #switch(): void {
    const session = this.#session
    if (!session || this.#silent || !this.#status) return
    const armed = this.#refusal === undefined ? this.#programming : undefined
    const setting = this.#switches.due(session, this.#upMs, armed)
    setting
      ?.then(() => {
        // Read back at once what has been set.
        this.#pollDueMs = Number.NEGATIVE_INFINITY
        this.#told.delete('set')
      })
      .catch((error) => this.#failed('set', error))
  }

  #fallSilent(): void {
    this.#silent = true
    this.#forget()
    this.#status = undefined
    const { host, port, silenceS } = this.#plan
    const why = this.#lastFailure === undefined ? '' : `: ${this.#lastFailure.message}`
    const text = `controller ${host}:${port} has given no good answer for ${silenceS} s${why}`
    this.#tell('silence', new WorldError('ntcip-silent', text, this.#lastFailure))
    // A new session: the controller may have come back with another SNMP engine.
    this.#session?.close()
    this.#session = new SnmpSession(this.#plan)
  }

  /** A lost datagram is no news; silence is told when it lasts. */
  #failed(subject: string, error: Error): void {
    if (error instanceof WorldError) this.#lastFailure = error
    else this.#tell(subject, error)
  }

  /** Once for each subject until it has been right again. */
  #tell(subject: string, error: unknown): void {
    if (this.#told.has(subject)) return
    this.#told.add(subject)
    const known = error instanceof ClearwayError
    this.#fault(known ? error : new ClearwayError('bug', 'ntcip', `controller: ${(error as Error).message}`, [], error))
  }
}
