import { groupTowards, type JunctionTable } from '@clearway/contracts'
import type { PriorityCall } from './controller-link.ts'
import type { Moment, PriorityService } from './program.ts'
import type { RingLayout, RingPhase } from './ring-layout.ts'
import type { Ring } from './ring-sequence.ts'
import { toMs } from './signal-heads.ts'

/**
 * Transit priority in rings: the most urgent call has its phase. Early green cuts the phases in its way to their
 * minimums, walk and clearance in full, and skips none; extension keeps its green. One call is served at a time.
 */
export class RingTransit {
  readonly #table: JunctionTable
  readonly #layout: RingLayout
  readonly #mostMs: number
  #call: PriorityCall | undefined
  #heldMs = 0
  #hasBegun = false
  /** In this step its green was kept from ending. */
  holding = false
  /** The phase wanted. */
  target: RingPhase | undefined
  service: PriorityService | undefined

  constructor(table: JunctionTable, layout: RingLayout) {
    this.#table = table
    this.#layout = layout
    this.#mostMs = toMs(table.priority?.maxExtensionS ?? 0)
  }

  /** Nothing is wanted any more. */
  drop(): void {
    this.#call = undefined
    this.target = undefined
    this.service = undefined
    this.#heldMs = 0
    this.#hasBegun = false
    this.holding = false
  }

  /** Takes the calls of this step. */
  look({ priority }: Moment, rings: readonly Ring[], side: number): void {
    this.holding = false
    const same = ({ approach, exit }: PriorityCall) => approach === this.#call?.approach && exit === this.#call.exit
    if (this.#call && !priority.some(same)) this.drop()
    if (this.service && this.#hasBegun && !this.#isGreen(rings)) {
      // Its green has ended. A call that is still on is served anew when the controller shows it again.
      this.drop()
      return
    }
    // Until something is done for a call a more urgent one may take its place.
    if (!this.service) this.#choose(priority)
    if (!this.target) return
    this.#hasBegun ||= this.#isGreen(rings)
    const early = this.#table.priority?.earlyGreen === true && !this.#hasBegun
    if (early && this.#call && rings.some((ring) => this.#isInTheWay(ring, rings, side))) {
      this.service ??= { state: 'earlyGreen', approach: this.#call.approach }
    }
  }

  /** Whether the green of this ring is to end as soon as it may. */
  cuts(ring: Ring, rings: readonly Ring[], side: number): boolean {
    return this.service?.state === 'earlyGreen' && !this.#hasBegun && this.#isInTheWay(ring, rings, side)
  }

  /** Whether early green is being made for a phase that is not green yet. */
  get early(): RingPhase | undefined {
    return this.service && !this.#hasBegun ? this.target : undefined
  }

  /** A green that would end now is held. @returns false when it is not the one wanted, or has been held enough */
  hold(phase: RingPhase, elapsedMs: number): boolean {
    if (!this.#call || phase !== this.target || this.#heldMs + elapsedMs > this.#mostMs) return false
    this.#heldMs += elapsedMs
    this.holding = true
    this.service = { state: 'extending', approach: this.#call.approach }
    return true
  }

  #choose(priority: readonly PriorityCall[]): void {
    const call = priority.find((other) => this.#phaseFor(other) !== undefined)
    if (call?.approach === this.#call?.approach && call?.exit === this.#call?.exit) return
    this.drop()
    this.#call = call
    this.target = call && this.#phaseFor(call)
  }

  #phaseFor({ approach, exit }: PriorityCall): RingPhase | undefined {
    const from = this.#table.approaches.find(({ id }) => id === approach)
    if (!from || !this.#table.priority) return undefined
    const group = groupTowards(from, exit)
    const { phases } = this.#layout
    return phases.find(({ drive }) => drive === group) ?? phases.find(({ overlaps }) => overlaps.includes(group))
  }

  #isGreen(rings: readonly Ring[]): boolean {
    return rings.some(({ now, clearing }) => now !== undefined && now === this.target && !clearing)
  }

  /** Ahead on this side only its own ring has to move on; elsewhere every ring has to reach the barrier. */
  #isInTheWay({ place, now, clearing }: Ring, rings: readonly Ring[], side: number): boolean {
    const { target } = this
    if (!target || !now || clearing || now === target) return false
    const ahead = target.barrier === side && target.index > (rings[target.ring]?.served ?? -1)
    return !ahead || place === target.ring || !this.#layout.compatible(now, target)
  }
}
