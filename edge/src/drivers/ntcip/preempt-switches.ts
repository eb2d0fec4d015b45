import { type ClearwayError, PeerError, WorldError } from '@clearway/contracts'
import type { PreemptCall } from '../../signal/controller-link.ts'
import { preempt } from './objects.ts'
import type { Programming } from './programming.ts'
import type { NtcipPlan } from './settings.ts'
import type { SnmpSession } from './snmp-session.ts'
import type { Status } from './status.ts'

/** So many times set and read back otherwise: told, and tried on. */
const patience = 3
/** Longer than any tick, shorter than anybody waits. */
const repeatMs = 1000
/** A refresh is due after a quarter of the backup time, so that with its repetition it is inside a third. */
const refreshParts = 4
const releaseTries = 3

interface Switch {
  row: number
  /** What the controller was read to hold. */
  is: boolean | undefined
  /** The last value sent, when, and which SET of all that was. */
  sent?: { value: boolean; atMs: number; number: number; failed?: true }
  /** Readings after a SET that did not show it. */
  missed: number
}

/**
 * The `preemptControlState` of every preempt in use. Level, not edge: what is demanded is compared with what the
 * controller was last read to hold, and set until they agree; what is on is set again within a third of
 * `unitBackupTime`.
 */
export class PreemptSwitches {
  readonly #plan: NtcipPlan
  readonly #switches: Switch[]
  #calls: readonly PreemptCall[] = []
  #setting: Promise<void> | undefined
  #sets = 0
  #answered = 0

  constructor(plan: NtcipPlan) {
    this.#plan = plan
    this.#switches = Object.values(plan.preempts).map((row) => ({ row, is: undefined, missed: 0 }))
  }

  demand(calls: readonly PreemptCall[]): void {
    this.#calls = calls
  }

  /** Before a reading is asked for. @returns what `see` needs to know which SETs it must show */
  mark(): number {
    return this.#answered
  }

  /** @param asked of the `mark` before the reading */
  see(asked: number, preempts: Status['preempts']): void {
    for (const each of this.#switches) {
      each.is = preempts.get(each.row)?.called
      if (!each.sent || each.is === each.sent.value) each.missed = 0
      else if (each.sent.number <= asked) {
        each.missed++
        // Seen not to hold: set again without waiting.
        each.sent.atMs = Number.NEGATIVE_INFINITY
      }
    }
  }

  /** A switch that does not take what is set. */
  stuck(): ClearwayError | undefined {
    const each = this.#switches.find(({ missed }) => missed >= patience)
    if (!each?.sent) return undefined
    const { name, oid } = preempt.controlState(each.row)
    const message = `was set to ${Number(each.sent.value)} ${each.missed} times and reads ${Number(each.is)}`
    return new PeerError('ntcip-switch', `controller: ${name} (${oid}) ${message}`, [{ field: name, message }])
  }

  /** After a restart or silence nothing is known. What was set to on stays ours to set off. */
  forget(): void {
    for (const each of this.#switches) {
      each.is = undefined
      each.missed = 0
      if (each.sent) each.sent.atMs = Number.NEGATIVE_INFINITY
    }
  }

  /**
   * Sets what is due, in one message: a change of approach is never half made.
   *
   * @param armed undefined while no call may be made; then only what we have set ourselves is set off
   * @returns the SET under way, once
   */
  due(session: SnmpSession, upMs: number, armed: Programming | undefined): Promise<void> | undefined {
    if (this.#setting) return undefined
    const wanted = armed ? this.#wanted(armed) : new Set<number>()
    const set = this.#switches
      .map((each) => ({ each, value: wanted.has(each.row) }))
      .filter(({ each, value }) => (value ? onIsDue(each, upMs, armed) : offIsDue(each, upMs, armed)))
    if (set.length === 0) return undefined
    const number = ++this.#sets
    for (const { each, value } of set) each.sent = { value, atMs: upMs, number }
    const values = set.map(({ each, value }) => ({ object: preempt.controlState(each.row), value: Number(value) }))
    const setting = session.set(values).then(
      () => {
        this.#answered = number
      },
      (error) => {
        for (const { each } of set) if (each.sent?.number === number) each.sent.failed = true
        throw error
      },
    )
    this.#setting = setting.finally(() => {
      this.#setting = undefined
    })
    this.#setting.catch(() => undefined)
    return setting
  }

  /**
   * The number decides in the controller, the lower first, whatever the urgency here. So beside the most urgent call
   * only those are on that it overrides.
   */
  #wanted({ equalToNext }: Programming): ReadonlySet<number> {
    const rows = [...this.#calls]
      .sort((a, b) => a.urgency - b.urgency)
      .flatMap(({ approach }) => this.#plan.preempts[approach] ?? [])
    const first = rows[0]
    if (first === undefined) return new Set()
    return new Set(equalToNext.has(first) ? [first] : rows.filter((row) => row >= first))
  }

  /** Sets off what is or may be on by us, and reads it back. Never throws. */
  async release(session: SnmpSession, failed: (error: unknown) => void): Promise<void> {
    await this.#setting?.catch(() => undefined)
    const objects = this.#switches
      .filter(({ sent, is }) => sent && (sent.value || is !== false))
      .map(({ row }) => preempt.controlState(row))
    if (objects.length === 0) return
    let last: unknown
    for (let tries = 0; tries < releaseTries; tries++) {
      try {
        await session.set(objects.map((object) => ({ object, value: 0 })))
        const reading = await session.get(objects)
        if (objects.every((object) => reading.integer(object, 0, 1) === 0)) return
      } catch (error) {
        last = error
      }
    }
    const names = objects.map(({ name }) => name).join(', ')
    const text = `${names} could not be set to 0 at the end; the controller's backup time ends the call`
    failed(new WorldError('ntcip-release', text, last))
  }
}

/** A refresh, a change, or a repetition because it was not read back. */
function onIsDue({ is, sent }: Switch, upMs: number, armed: Programming | undefined): boolean {
  if (!sent?.value) return true
  const refreshMs = ((armed?.backupS ?? 0) * 1000) / refreshParts
  return upMs - sent.atMs >= (is && !sent.failed ? refreshMs : repeatMs)
}

function offIsDue({ is, sent }: Switch, upMs: number, armed: Programming | undefined): boolean {
  if (sent?.value) return true
  if (!is || (!armed && !sent)) return false
  return !sent || upMs - sent.atMs >= repeatMs
}
