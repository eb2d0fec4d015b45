import type { JunctionTable } from '@clearway/contracts'
import { ConflictMonitor, type Trip } from './conflict-monitor.ts'
import { type Control, Controller } from './controller.ts'
import type { ControllerLink, ControllerReport, PreemptCall } from './controller-link.ts'
import type { Display } from './display.ts'
import { Elapsed } from './elapsed.ts'

/** A controller that hears no demand for this long drops every call, like NTCIP 1202 `unitBackupTime`. */
const backupMs = 15_000

/** The `simulated` driver: a whole cabinet in the process, controller and conflict monitor, behind a line that can break. */
export class SimulatedController implements ControllerLink {
  readonly #controller: Controller
  readonly #monitor: ConflictMonitor
  readonly #elapsed = new Elapsed()
  #demanded: readonly PreemptCall[] | undefined
  #silentMs = 0
  #connected = true

  /**
   * @param table what the controller is loaded with
   * @param monitored what the conflict monitor is programmed with, on a card of its own; the same table as a rule
   * @throws InputError `timing-table` when the table is unsafe
   */
  constructor(table: JunctionTable, monitored: JunctionTable = table) {
    this.#controller = new Controller(table)
    this.#monitor = new ConflictMonitor(monitored)
  }

  step(nowMs: number, upMs = nowMs): void {
    this.#silentMs += this.#elapsed.since(upMs)
    if (this.#demanded) {
      this.#controller.demand(this.#demanded)
      this.#demanded = undefined
      this.#silentMs = 0
    } else if (this.#silentMs >= backupMs) this.#controller.demand([])
    this.#controller.step(nowMs, upMs)
    const { groups, greenFlash } = this.#controller.report.display
    if (this.#monitor.watch(upMs, groups, greenFlash)) this.#controller.trip()
  }

  demand(calls: readonly PreemptCall[]): void {
    if (this.#connected) this.#demanded = calls
  }

  report(): ControllerReport | undefined {
    return this.#connected ? this.#controller.report : undefined
  }

  /** What the street sees, whether or not the line to the agent is up. */
  get display(): Display {
    return this.#controller.report.display
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
    this.#controller.setControl({ by: 'plan' })
  }

  /** Breaks or mends the line between agent and cabinet. */
  connect(connected: boolean): void {
    this.#connected = connected
    if (!connected) this.#demanded = undefined
  }
}
