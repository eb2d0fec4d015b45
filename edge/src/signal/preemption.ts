import { type Approach, groupsOf, inConflict, type JunctionTable, servedGroups } from '@clearway/contracts'
import type { PreemptCall } from './controller-link.ts'
import { exactly, type Left } from './display.ts'
import { type Head, minimumMs, type SignalHeads, toMs, untilClearMs } from './signal-heads.ts'

interface Call {
  readonly approach: string
  /** Vehicle groups that it turns green: of the whole approach, or of the movements that are called. */
  heads: readonly Head[]
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
 * The green of an approach is that of all its vehicle groups; where the table serves movements, that of the groups towards
 * the exits called, and the rest of a stage with them comes along. Calls whose groups go together are served together. A
 * call that drops during ENTRY skips the dwell, unless it is locking or its minimum duration has not run out.
 */
export class Preemption {
  readonly #heads: SignalHeads
  readonly #minGreenMs: number
  readonly #minWalkMs: number
  readonly #minDwellMs: number
  readonly #maxPresenceMs: number
  readonly #delayMs: number
  readonly #minDurationMs: number
  readonly #locking: boolean
  readonly #table: JunctionTable
  /** Heads that must not be green together. */
  readonly #against = new Map<Head, ReadonlySet<Head>>()
  readonly #calls = new Map<string, Call>()
  /** Vehicle heads that conflict with nothing, as of a right turn with its own way: no call has to end them. */
  readonly #free: ReadonlySet<Head>
  /** Served now, the one that leads first. */
  #served: readonly Call[] = []
  /** Everything that may be green: what is served, and what comes along. */
  #wanted: readonly Head[] = []
  #along: readonly Head[] = []

  constructor(table: JunctionTable, heads: SignalHeads) {
    const { minGreenS, minWalkS = 0, minDwellS, maxPresenceS } = table.preempt
    const { delayS = 0, minDurationS = 0, locking = false } = table.preempt
    this.#heads = heads
    this.#minGreenMs = toMs(minGreenS)
    this.#minWalkMs = toMs(minWalkS)
    this.#minDwellMs = toMs(minDwellS)
    this.#maxPresenceMs = toMs(maxPresenceS)
    this.#delayMs = toMs(delayS)
    this.#minDurationMs = toMs(minDurationS)
    this.#locking = locking
    this.#table = table
    for (const head of heads.heads) {
      const meets = (other: Head) => inConflict(table, head.group.id, other.group.id)
      this.#against.set(head, new Set(heads.heads.filter(meets)))
    }
    this.#free = new Set(
      heads.heads.filter((head) => head.group.kind === 'vehicle' && this.#against.get(head)!.size === 0),
    )
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
    for (const approach of new Set(wanted.map((call) => call.approach))) {
      const from = this.#table.approaches.find(({ id }) => id === approach)
      const calls = wanted.filter((call) => call.approach === approach)
      if (from) this.#take(from, calls)
    }
  }

  #take(from: Approach, wanted: readonly PreemptCall[]): void {
    const urgency = Math.min(...wanted.map((one) => one.urgency))
    const heads = this.#headsOf(from, wanted)
    const call = this.#calls.get(from.id)
    if (!call) {
      this.#calls.set(from.id, newCall(from.id, heads, urgency, this.#locking))
      return
    }
    call.urgency = urgency
    call.on = true
    if (same(call.heads, heads)) return
    // Another movement of the approach: its green is to be reached first.
    call.heads = heads
    call.dwellMs = undefined
    if (this.#served.includes(call)) this.#lead(this.#served.filter((one) => one === call || !this.#meet(one, call)))
  }

  #headsOf(from: Approach, wanted: readonly PreemptCall[]): readonly Head[] {
    const towards = (exit: string) => servedGroups(this.#table, { approach: from.id, exit })
    const groups = wanted.flatMap(({ exit }) => (exit === undefined ? groupsOf(from) : towards(exit)))
    return groupsOf(from)
      .filter((id) => groups.includes(id))
      .map((id) => this.#heads.get(id))
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
    for (const head of this.#along) heads.begin([head])
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
    const along = this.#along.includes(head)
    const call = along ? this.#served[0] : this.#served.find(({ heads }) => heads.includes(head))
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
      const blocks = (other: Call) => other.urgency < call.urgency && this.#meet(other, call)
      const goes = served.every((other) => !this.#meet(other, call))
      if (goes && (before.includes(call) || !waiting.some(blocks))) served.push(call)
      else waiting.push(call)
    }
    if (served.length !== before.length || served.some((call, index) => call !== before[index])) this.#lead(served)
    for (const call of this.#calls.values()) this.#forget(call)
  }

  #lead(served: readonly Call[]): void {
    for (const call of this.#served) if (!served.includes(call)) call.dwellMs = undefined
    this.#served = served
    const heads = served.flatMap((call) => call.heads)
    this.#along = this.#comingAlong(heads)
    this.#wanted = [...heads, ...this.#along]
  }

  /**
   * The rest of a stage that has all these greens, without those that a served movement would have to wait for; of several
   * stages the one that shows the most already.
   */
  #comingAlong(heads: readonly Head[]): readonly Head[] {
    if (this.#table.preempt.serves !== 'movement' || heads.length === 0) return []
    const stages = this.#table.stages
      .map(({ groups }) => groups.map((id) => this.#heads.get(id)))
      .filter((stage) => heads.every((head) => stage.includes(head)))
    const shown = (stage: readonly Head[]) => stage.filter(({ aspect }) => aspect === 'green').length
    const [first, ...others] = stages
    const best = others.reduce((a, b) => (shown(b) > shown(a!) ? b : a), first)
    const isMet = (other: Head) => heads.some(({ meets }) => meets.includes(other))
    return best?.filter((head) => head.group.kind === 'vehicle' && !heads.includes(head) && !isMet(head)) ?? []
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

  #meet(a: Call, b: Call): boolean {
    return a.heads.some((head) => b.heads.some((other) => this.#against.get(head)!.has(other)))
  }

  /** A walk and a vehicle green end after their safe minimum, of a walk as a rule 0; what follows is run in full. */
  readonly #entryMinimumMs = (head: Head): number =>
    Math.min(minimumMs(head), head.group.kind === 'pedestrian' ? this.#minWalkMs : this.#minGreenMs)
}

const nobody: readonly string[] = []

const same = (a: readonly Head[], b: readonly Head[]): boolean =>
  a.length === b.length && a.every((head, i) => head === b[i])

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
