import type { JunctionTable } from '@clearway/contracts'
import {
  Controller,
  type ControllerReport,
  type PreemptCall,
  type PriorityCall,
  type Recovery,
} from '../../src/index.ts'

// A multiple of every fixture's cycle is not needed: the plan is compared with the clock itself.
const startMs = Date.parse('2026-11-23T08:15:00Z')

/** A controller on the test bench with its clock, in virtual time. */
export class Bench {
  readonly table: JunctionTable
  readonly controller: Controller
  readonly tickMs: number
  nowMs = startMs
  #calls: readonly PreemptCall[] = []
  #transit: readonly PriorityCall[] = []

  constructor(table: JunctionTable, tickMs = 250, recovery?: Recovery) {
    this.table = table
    this.tickMs = tickMs
    this.controller = new Controller(table, recovery)
    this.controller.step(this.nowMs, this.nowMs)
  }

  see(): ControllerReport {
    return this.controller.report
  }

  now(): number {
    return this.nowMs
  }

  demand(...wanted: PreemptCall[]): void {
    this.#calls = wanted
  }

  favour(...wanted: PriorityCall[]): void {
    this.#transit = wanted
  }

  detect(detector: string, on: boolean): void {
    this.controller.detect(detector, on)
  }

  /** One vehicle, or one press of the button. */
  pulse(...detectors: string[]): void {
    for (const detector of detectors) this.detect(detector, true)
    for (const detector of detectors) this.detect(detector, false)
  }

  step(): void {
    this.nowMs += this.tickMs
    this.controller.demand(this.#calls, this.#transit)
    this.controller.step(this.nowMs, this.nowMs)
  }

  pass(durationS: number): void {
    for (const endMs = this.nowMs + durationS * 1000; this.nowMs < endMs; ) this.step()
  }

  /**
   * Steps to the first tick at which the picture is true.
   *
   * @returns seconds it took
   */
  until(picture: (report: ControllerReport) => boolean, withinS = 1000): number {
    const fromMs = this.nowMs
    while (!picture(this.see())) {
      if (this.nowMs - fromMs > withinS * 1000) {
        throw new Error(`not within ${withinS} s, but ${JSON.stringify(this.see())}`)
      }
      this.step()
    }
    return (this.nowMs - fromMs) / 1000
  }

  /** Seconds from the present place in the cycle to the nearest start of one. */
  offClockS(): number {
    const { cycleS, offsetS } = this.table
    const behindS = (((this.nowMs / 1000 - offsetS) % cycleS) + cycleS) % cycleS
    return Math.min(behindS, cycleS - behindS)
  }
}

export const coordinated = ({ display }: ControllerReport): boolean => display.mode === 'coordinated'
export const inStage =
  (id: string) =>
  (report: ControllerReport): boolean =>
    coordinated(report) && report.display.stage === id
export const preempt = (wanted: string) => (report: ControllerReport) => report.preempt.state === wanted
export const call = (approach: string, urgency = 4): PreemptCall => ({ approach, urgency })

/** Green, but not flashing any more. */
export const green =
  (...groups: string[]) =>
  ({ display }: ControllerReport): boolean =>
    groups.every((id) => display.groups[id]?.endsWith('-Movement-Allowed') && !display.greenFlash.includes(id))
export const red =
  (...groups: string[]) =>
  ({ display }: ControllerReport): boolean =>
    groups.every((id) => display.groups[id] === 'stop-And-Remain')
