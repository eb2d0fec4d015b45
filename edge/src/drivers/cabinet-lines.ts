import { Type } from 'typebox'
import type { ControllerLink, ControllerReport, PreemptCall, PriorityCall } from '../signal/controller-link.ts'
import type { Display } from '../signal/display.ts'
import type { SimulatedController } from '../signal/simulated-controller.ts'
import type { JsonLines } from './json-lines.ts'

/** The lamps are told again after so long without a change: a cabinet that hears nothing for longer has to flash. */
const repeatMs = 500

const closed = { additionalProperties: false }
const CabinetLine = Type.Union([
  Type.Object({ detector: Type.String(), on: Type.Boolean() }, closed),
  Type.Object({ control: Type.Union([Type.Literal('plan'), Type.Literal('flash'), Type.Literal('reset')]) }, closed),
  Type.Object({ control: Type.Literal('hand'), stage: Type.String() }, closed),
])

/**
 * Our controller as the logic of a real cabinet, whose lamps, loops, buttons and switches are at the pipes. In:
 * `{ detector, on }` at every change, `{ control: "plan" | "flash" | "reset" }` or `{ control: "hand", stage }` of the
 * cabinet's switches. Out: `{ mode, groups, greenFlash }` at every change and twice a second, movement states by signal
 * group. While the conflict monitor is tripped the lamps say flash.
 */
export class CabinetController implements ControllerLink {
  readonly #controller: SimulatedController
  readonly #lines: JsonLines
  #told: Display | undefined
  #toldMs = Number.NEGATIVE_INFINITY

  constructor(controller: SimulatedController, lines: JsonLines) {
    this.#controller = controller
    this.#lines = lines
    lines.on(CabinetLine, 'cabinet line', (line) => {
      if ('detector' in line) controller.detect(line.detector, line.on)
      else if (line.control === 'hand') controller.setControl({ by: 'hand', stage: line.stage })
      else if (line.control === 'reset') controller.reset()
      else controller.setControl({ by: line.control })
    })
  }

  step(nowMs: number, upMs: number): void {
    this.#controller.step(nowMs, upMs)
    const { display } = this.#controller
    if (this.#told && upMs - this.#toldMs < repeatMs && sameLamps(display, this.#told)) return
    this.#told = display
    this.#toldMs = upMs
    const { mode, groups, greenFlash } = display
    this.#lines.tell({ mode, groups, greenFlash })
  }

  demand(preempt: readonly PreemptCall[], priority?: readonly PriorityCall[]): void {
    this.#controller.demand(preempt, priority)
  }

  report(): ControllerReport | undefined {
    return this.#controller.report()
  }
}

const sameLamps = (a: Display, b: Display): boolean =>
  a.mode === b.mode &&
  a.greenFlash.length === b.greenFlash.length &&
  a.greenFlash.every((id) => b.greenFlash.includes(id)) &&
  Object.entries(a.groups).every(([id, state]) => b.groups[id] === state)
