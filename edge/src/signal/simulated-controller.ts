import type { JunctionTable } from '@clearway/contracts'
import { ConflictMonitor, type Trip } from './conflict-monitor.ts'
import { type Control, Controller, flashing } from './controller.ts'
import type { ControllerLink, ControllerReport, PreemptCall, PriorityCall } from './controller-link.ts'
import type { Recovery } from './coordination.ts'
import type { Display } from './display.ts'
import { Elapsed } from './elapsed.ts'

/**
 * The `simulated` driver: a whole cabinet in the process, controller and conflict monitor, behind a line that can break.
 * While the monitor is tripped the cabinet flashes, whatever the controller says, and whether or not it still runs.
 */
export class SimulatedController implements ControllerLink {
  readonly #table: JunctionTable
  readonly #recovery: Recovery
  readonly #monitor: ConflictMonitor
  readonly #flash: ControllerReport
  #controller: Controller
  /** It threw: nobody knows what state it is in, so it runs no more until the cabinet is reset. */
  #dead = false
  /** What the controller gave last. */
  #given: ControllerReport
  readonly #elapsed = new Elapsed()
  readonly #backupMs: number
  readonly #detected = new Set<string>()
  #demanded: { preempt: readonly PreemptCall[]; priority: readonly PriorityCall[] } | undefined
  #silentMs = 0
  #connected = true

  /**
   * @param table what the controller is loaded with
   * @param monitored what the conflict monitor is programmed with, on a card of its own; the same table as a rule
   * @param backupS hearing no demand for so long it drops every call, like NTCIP 1202 `unitBackupTime`
   * @param recovery how its plan comes back after a pre-emption
   * @throws InputError `timing-table` when the table is unsafe, `weak-monitor` when the monitor's is weaker
   */
  constructor(
    table: JunctionTable,
    monitored: JunctionTable = table,
    backupS = 15,
    recovery: Recovery = 'shorter-way',
  ) {
    this.#table = table
    this.#recovery = recovery
    this.#backupMs = backupS * 1000
    this.#controller = new Controller(table, recovery)
    this.#monitor = new ConflictMonitor(monitored, table)
    this.#given = this.#controller.report
    this.#flash = {
      display: flashing(table),
      preempt: { state: 'other', approach: undefined, exhausted: [] },
    }
  }

  /** @throws what the controller throws, once: from then on it counts as dead, and its silence trips the monitor */
  step(nowMs: number, upMs = nowMs): void {
    if (this.#monitor.pulse(upMs) && !this.#dead) this.#controller.trip()
    if (this.#dead) return
    // Until it has come back from its step.
    this.#dead = true
    this.#run(nowMs, upMs)
    this.#dead = false
  }

  #run(nowMs: number, upMs: number): void {
    this.#silentMs += this.#elapsed.since(upMs)
    if (this.#demanded) {
      this.#controller.demand(this.#demanded.preempt, this.#demanded.priority)
      this.#demanded = undefined
      this.#silentMs = 0
    } else if (this.#silentMs >= this.#backupMs) this.#controller.demand([])
    this.#controller.step(nowMs, upMs)
    this.#given = this.#controller.report
    const { groups, greenFlash } = this.#given.display
    if (this.#monitor.watch(upMs, groups, greenFlash)) this.#controller.trip()
  }

  demand(preempt: readonly PreemptCall[], priority: readonly PriorityCall[] = []): void {
    if (this.#connected) this.#demanded = { preempt, priority }
  }

  /**
   * The street: a detector of the table is covered or free, a push button pressed or let go.
   *
   * @throws InputError `unknown-detector`
   */
  detect(detector: string, on: boolean): void {
    this.#controller.detect(detector, on)
    if (on) this.#detected.add(detector)
    else this.#detected.delete(detector)
  }

  report(): ControllerReport | undefined {
    return this.#connected ? this.#shown() : undefined
  }

  /** What the street sees, whether or not the line to the agent is up. */
  get display(): Display {
    return this.#shown().display
  }

  get trip(): Trip | undefined {
    return this.#monitor.trip
  }

  /** At the cabinet: plan, a stage by hand, or flashing. */
  setControl(control: Control): void {
    this.#controller.setControl(control)
  }

  /** At the cabinet: the monitor is reset and the junction starts up again. */
  reset(): void {
    this.#monitor.reset()
    if (this.#dead) {
      this.#controller = new Controller(this.#table, this.#recovery)
      for (const detector of this.#detected) this.#controller.detect(detector, true)
    }
    this.#dead = false
    this.#controller.setControl({ by: 'plan' })
    this.#given = this.#controller.report
  }

  /** Breaks or mends the line between agent and cabinet. */
  connect(connected: boolean): void {
    this.#connected = connected
    if (!connected) this.#demanded = undefined
  }

  #shown(): ControllerReport {
    return this.#monitor.trip ? this.#flash : this.#given
  }
}
