import { groupsOf, inConflict, type JunctionTable } from '@clearway/contracts'
import type { PreemptCall } from './controller-link.ts'
import { exactly, type Left } from './display.ts'
import { type Head, minimumMs, type SignalHeads, toMs, untilClearMs } from './signal-heads.ts'

interface Call {
  readonly approach: string
  /** All vehicle groups of the approach. */
  readonly heads: readonly Head[]
  urgency: number
  on: boolean
  /** Served through its dwell even when it drops. */
  locked: boolean
  /** Since it was first on; the delay and the minimum duration are counted in it. */
  forMs: number
  /** On without a break. */
  presentMs: number
  /** On for the maximum presence: ignored until it goes off once. */
  exhausted: boolean
  /** Since its green was reached and everything else was red; undefined before. */
  dwellMs: number | undefined
}

/**
 * Pre-emption by approach: which calls are served, and the greens they want. CALLED → ENTRY → DWELL; the exit is the
 * controller's, through its program.
 *
 * The green of an approach is that of all its vehicle groups. Calls whose groups go together are served together. A call
 * that drops during ENTRY skips the dwell, unless it is locking or its minimum duration has not run out.
 */
export class Preemption {
  readonly #heads: SignalHeads
  readonly #minGreenMs: number
  readonly #minDwellMs: number
  readonly #maxPresenceMs: number
  readonly #delayMs: number
  readonly #minDurationMs: number
  readonly #locking: boolean
  /** Approach → its heads. */
  readonly #greens = new Map<string, Head[]>()
  /** Approach → approaches that must not be green with it. */
  readonly #against = new Map<string, Set<string>>()
  readonly #calls = new Map<string, Call>()
  /** Vehicle heads that conflict with nothing, as of a right turn with its own way: no call has to end them. */
  readonly #free: ReadonlySet<Head>
  /** Served now, the one that leads first. */
  #served: readonly Call[] = []
  #wanted: readonly Head[] = []

  constructor(table: JunctionTable, heads: SignalHeads) {
    const { minGreenS, minDwellS, maxPresenceS, delayS = 0, minDurationS = 0, locking = false } = table.preempt
    this.#heads = heads
    this.#minGreenMs = toMs(minGreenS)
    this.#minDwellMs = toMs(minDwellS)
    this.#maxPresenceMs = toMs(maxPresenceS)
    this.#delayMs = toMs(delayS)
    this.#minDurationMs = toMs(minDurationS)
    this.#locking = locking
    const meeting = new Set(table.intergreens.flatMap(({ ends, begins }) => [ends, begins]))
    this.#free = new Set(heads.heads.filter(({ group }) => group.kind === 'vehicle' && !meeting.has(group.id)))
    for (const approach of table.approaches) {
      this.#greens.set(
        approach.id,
        groupsOf(approach).map((id) => heads.get(id)),
      )
      const meets = (other: string) => groupsOf(approach).some((group) => inConflict(table, group, other))
      const against = table.approaches.filter((other) => groupsOf(other).some(meets))
      this.#against.set(approach.id, new Set(against.map(({ id }) => id)))
    }
  }

  /** Exactly these calls on, every other off. Calls for unknown approaches are ignored. */
  demand(wanted: readonly PreemptCall[]): void {
    if (this.#calls.size === 0 && wanted.length === 0) return
    for (const call of this.#calls.values()) {
      if (wanted.some(({ approach }) => approach === call.approach)) continue
      call.on = false
      call.exhausted = false
      call.presentMs = 0
      this.#forget(call)
    }
    for (const { approach, urgency } of wanted) {
      const heads = this.#greens.get(approach)
      if (!heads) continue
      const call = this.#calls.get(approach)
      if (call) {
        call.urgency = urgency
        call.on = true
      } else this.#calls.set(approach, newCall(approach, heads, urgency, this.#locking))
    }
  }

  /** Lets time pass for every call, served or not. */
  advance(elapsedMs: number): void {
    for (const call of this.#calls.values()) {
      call.forMs += elapsedMs
      if (call.on) call.presentMs += elapsedMs
      if (call.dwellMs !== undefined) call.dwellMs += elapsedMs
      if (call.presentMs < this.#maxPresenceMs) continue
      call.exhausted = true
      call.locked = false
    }
  }

  /** Turns to the greens of the calls to be served. @returns false when there is none */
  serve(): boolean {
    if (this.#calls.size === 0) return false
    this.#choose()
    if (this.#served.length === 0) return false
    const heads = this.#heads
    const others = heads.heads.filter((head) => !this.#wanted.includes(head) && !this.#free.has(head))
    for (const head of others) heads.end(head, this.#entryMinimumMs(head))
    const clear = others.every(({ aspect }) => aspect === 'red')
    // Each approach as soon as it may: who leads does not wait for a face that comes along.
    for (const call of this.#served) if (heads.begin(call.heads) && clear) call.dwellMs ??= 0
    return true
  }

  /** The junction is taken by the hand or by flashing. */
  abandon(): void {
    if (this.#served.length > 0) this.#lead([])
    for (const call of this.#calls.values()) this.#forget(call)
  }

  get state(): 'none' | 'called' | 'exhausted' | 'entry' | 'dwell' {
    const [first] = this.#served
    if (first) return first.dwellMs === undefined ? 'entry' : 'dwell'
    if (this.#calls.size === 0) return 'none'
    for (const { exhausted } of this.#calls.values()) if (exhausted) return 'exhausted'
    return 'called'
  }

  /** Approach that leads. */
  get approach(): string | undefined {
    return this.#served[0]?.approach
  }

  /** The other approaches that are served. */
  get together(): readonly string[] {
    if (this.#served.length < 2) return nobody
    return this.#served.slice(1).map(({ approach }) => approach)
  }

  get exhausted(): readonly string[] {
    if (this.#calls.size === 0) return nobody
    return [...this.#calls.values()].filter(({ exhausted }) => exhausted).map(({ approach }) => approach)
  }

  /** What is left of the dwell green, ms: at least, and at most. Undefined before it. */
  get dwell(): Left | undefined {
    const [first] = this.#served
    return first?.dwellMs === undefined ? undefined : this.#dwellLeft(first)
  }

  /** How long the present state of a head lasts, flash included, where it is known; undefined elsewhere. */
  left(head: Head): Left | undefined {
    const flashMs = toMs(head.group.greenFlashS)
    const call = this.#served.find(({ heads }) => heads.includes(head))
    if (!call) {
      if (head.aspect !== 'green' || this.#free.has(head)) return undefined
      return exactly(Math.max(0, this.#entryMinimumMs(head) - head.forMs) + flashMs)
    }
    if (head.aspect === 'red') return { leastMs: untilClearMs(head, this.#entryMinimumMs), mostMs: undefined }
    if (head.aspect !== 'green' || call.dwellMs === undefined) return undefined
    const { leastMs, mostMs = leastMs } = this.#dwellLeft(call)
    return { leastMs: leastMs + flashMs, mostMs: mostMs + flashMs }
  }

  #dwellLeft({ heads, dwellMs = 0, forMs, on, presentMs }: Call): Left {
    const durationMs = this.#delayMs + this.#minDurationMs - forMs
    const greenMs = Math.max(...heads.map((head) => minimumMs(head) - head.forMs))
    const leastMs = Math.max(0, this.#minDwellMs - dwellMs, greenMs, durationMs)
    return { leastMs, mostMs: Math.max(leastMs, on ? this.#maxPresenceMs - presentMs : 0) }
  }

  /**
   * The most urgent call leads; at the same urgency the one that is served, then the oldest. Others come along when their
   * groups go with all that are served and no more urgent call waits that they would stand in the way of.
   */
  #choose(): void {
    const before = this.#served
    const calls = [...this.#calls.values()].filter((call) =>
      before.includes(call) ? this.#stays(call) : this.#due(call),
    )
    const running = (call: Call) => (before.includes(call) ? 0 : 1)
    calls.sort((a, b) => a.urgency - b.urgency || running(a) - running(b))
    const served: Call[] = []
    const waiting: Call[] = []
    for (const call of calls) {
      const blocks = ({ urgency, approach }: Call) => urgency < call.urgency && this.#meet(approach, call.approach)
      const goes = served.every(({ approach }) => !this.#meet(approach, call.approach))
      if (goes && (before.includes(call) || !waiting.some(blocks))) served.push(call)
      else waiting.push(call)
    }
    if (served.length !== before.length || served.some((call, index) => call !== before[index])) this.#lead(served)
    for (const call of this.#calls.values()) this.#forget(call)
  }

  #lead(served: readonly Call[]): void {
    for (const call of this.#served) if (!served.includes(call)) call.dwellMs = undefined
    this.#served = served
    this.#wanted = served.flatMap(({ heads }) => heads)
  }

  /** Off and not served, a call is over, unless it is locking. */
  #forget(call: Call): void {
    if (!call.on && !call.locked && !this.#served.includes(call)) this.#calls.delete(call.approach)
  }

  #due({ on, locked, exhausted, forMs }: Call): boolean {
    return !exhausted && (on || locked) && forMs >= this.#delayMs
  }

  #stays(call: Call): boolean {
    const { on, exhausted, forMs, dwellMs } = call
    const lasts = !exhausted && (on || forMs < this.#delayMs + this.#minDurationMs)
    if (dwellMs === undefined) return lasts || call.locked
    if (dwellMs < this.#minDwellMs || call.heads.some((head) => head.forMs < minimumMs(head))) return true
    call.locked = false
    return lasts
  }

  #meet(a: string, b: string): boolean {
    return this.#against.get(a)?.has(b) === true
  }

  /** Walk ends at once, a vehicle green after the safe minimum; what follows either is run in full. */
  readonly #entryMinimumMs = (head: Head): number =>
    head.group.kind === 'pedestrian' ? 0 : Math.min(minimumMs(head), this.#minGreenMs)
}

const nobody: readonly string[] = []

const newCall = (approach: string, heads: readonly Head[], urgency: number, locked: boolean): Call => ({
  approach,
  heads,
  urgency,
  on: true,
  locked,
  forMs: 0,
  presentMs: 0,
  exhausted: false,
  dwellMs: undefined,
})
