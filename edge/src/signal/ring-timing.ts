import type { JunctionTable } from '@clearway/contracts'
import type { GroupTiming } from './display.ts'
import type { StageEnd } from './program.ts'
import type { RingClock } from './ring-clock.ts'
import type { RingLayout, RingPhase } from './ring-layout.ts'
import type { Ring } from './ring-sequence.ts'
import { type Head, minimumMs, type SignalHeads, tailLeftMs, toMs, untilClearMs } from './signal-heads.ts'

/** Walk and clearance in full. */
export const walkMs = ({ group }: Head): number => toMs(group.minGreenS + group.clearanceS)

/** What is left of the minimums of a green: its own, its overlaps', its walkers'. */
export function leastLeftMs({ drive, walks, overlaps }: RingPhase, heads: SignalHeads): number {
  let leftMs = 0
  for (const id of [drive, ...overlaps]) {
    const head = heads.get(id)
    if (head.aspect === 'green') leftMs = Math.max(leftMs, minimumMs(head) - head.forMs)
  }
  for (const id of walks) {
    const head = heads.get(id)
    const walkLeftMs = head.aspect === 'green' ? Math.max(0, minimumMs(head) - head.forMs) : 0
    leftMs = Math.max(leftMs, walkLeftMs + tailLeftMs(head))
  }
  return leftMs
}

/** How long a state lasts yet, ms; open where absent. */
interface Ends {
  leastMs: number
  mostMs?: number
  likelyMs?: number
}

/** What the rings foresee of the ends of their greens and reds: by the clock, and by the calls of now. */
export class RingTiming {
  readonly #layout: RingLayout
  readonly #rings: readonly Ring[]
  readonly #clock: RingClock | undefined
  readonly #fixed: boolean
  readonly #mayCut: boolean
  readonly #mostHeldMs: number

  /** @param clock absent where the junction is free */
  constructor(table: JunctionTable, layout: RingLayout, rings: readonly Ring[], clock: RingClock | undefined) {
    this.#layout = layout
    this.#rings = rings
    this.#clock = clock
    this.#fixed = (table.operation ?? 'fixed-time') === 'fixed-time'
    this.#mayCut = table.priority?.earlyGreen === true
    this.#mostHeldMs = toMs(table.priority?.maxExtensionS ?? 0)
  }

  /** Of the first green to end. */
  first(nowMs: number, heads: SignalHeads): StageEnd {
    const greens = this.#rings.flatMap((ring) => (ring.now && !ring.clearing ? this.#green(ring, ring.now, heads) : []))
    const soonest = (ends: readonly (number | undefined)[]) => {
      const known = ends.filter((ms) => ms !== undefined)
      return known.length === 0 ? undefined : nowMs + Math.min(...known)
    }
    return { minEndMs: soonest(greens.map(({ leastMs }) => leastMs)), maxEndMs: soonest(greens.map((g) => g.mostMs)) }
  }

  byGroup(nowMs: number, heads: SignalHeads): Record<string, GroupTiming> {
    const timing: Record<string, GroupTiming> = {}
    const tell = (head: Head, { leastMs, mostMs, likelyMs }: Ends) => {
      // The flash that follows a green is the same movement state.
      const atMs = nowMs + (head.aspect === 'green' ? toMs(head.group.greenFlashS) : 0)
      timing[head.group.id] = {
        minEndMs: atMs + leastMs,
        ...(mostMs === undefined ? {} : { maxEndMs: atMs + mostMs }),
        ...(likelyMs === undefined ? {} : { likelyEndMs: atMs + likelyMs }),
      }
    }
    for (const head of heads.heads) if (head.aspect === 'red') tell(head, this.#red(head))
    for (const ring of this.#rings) {
      const { now, clearing } = ring
      if (!now || clearing) continue
      const ends = this.#green(ring, now, heads)
      tell(heads.get(now.drive), ends)
      for (const head of now.walks.map((id) => heads.get(id))) {
        if (head.aspect === 'green') tell(head, this.#walk(ring, now, head))
      }
      for (const head of now.overlaps.map((id) => heads.get(id))) {
        // The next phase may include it too: it has no latest end.
        if (head.aspect === 'green') tell(head, { leastMs: ends.leastMs })
      }
    }
    return timing
  }

  /** Until the clock ends the green; undefined where nothing but traffic and others do. */
  clockLeftMs({ passed, greenMs }: Ring, phase: RingPhase): number | undefined {
    if (!this.#clock || passed) return undefined
    const untilMs = this.#clock.untilForceOffMs(phase)
    return phase.coordinated ? untilMs : Math.min(untilMs, Math.max(0, this.#clock.greenMs(phase) - greenMs))
  }

  /** Whether the green, and a walk beside it, lasts until the clock ends it. */
  holds({ passed }: Ring, { coordinated }: RingPhase): boolean {
    return this.#clock !== undefined && !passed && (this.#fixed || coordinated)
  }

  #green(ring: Ring, phase: RingPhase, heads: SignalHeads): Ends {
    const leastMs = leastLeftMs(phase, heads)
    const mostMs = this.#most(ring, phase, heads)
    const most = mostMs === undefined ? {} : { mostMs: Math.max(leastMs, mostMs) + this.#mostHeldMs }
    if (!this.holds(ring, phase)) {
      const likely = mostMs === undefined ? {} : { likelyMs: ring.ready ? leastMs : Math.max(leastMs, mostMs) }
      return { leastMs, ...most, ...likely }
    }
    const endMs = Math.max(leastMs, this.clockLeftMs(ring, phase) ?? 0)
    return { leastMs: this.#mayCut ? leastMs : endMs, ...most, likelyMs: Math.max(endMs, mostMs ?? 0) }
  }

  /** The latest end of a green, transit aside; undefined where nothing bounds it. */
  #most(ring: Ring, phase: RingPhase, heads: SignalHeads): number | undefined {
    if (this.#clock ? phase.coordinated && !this.#fixed : !ring.pressed) return undefined
    if (this.#goesAlone(ring)) return this.#limitMs(ring, phase)
    // It waits for the others at the barrier, and they may have more to serve before it.
    const last = this.#layout.rings[ring.place]?.[phase.barrier]?.at(-1) as RingPhase
    if (this.#clock) return ring.passed ? undefined : this.#clock.untilForceOffMs(last)
    let mostMs = 0
    for (const { place, now, clearing, next } of this.#rings) {
      const at = clearing ? next : now
      if (!at) continue
      const later = this.#layout.rings[place]?.[phase.barrier]?.filter(({ index }) => index > at.index) ?? []
      const leastMs = clearing ? at.changeMs : leastLeftMs(at, heads)
      let sumMs = Math.max(leastMs, this.#limitMs(this.#rings[place] as Ring, at))
      for (const { changeMs, maxGreenMs, walks } of later) {
        sumMs += changeMs + Math.max(maxGreenMs, ...walks.map((id) => walkMs(heads.get(id))))
      }
      mostMs = Math.max(mostMs, sumMs)
    }
    return mostMs
  }

  #goesAlone({ place, ahead }: Ring): boolean {
    if (!ahead) return false
    return this.#rings.every(
      (other) => other.place === place || !other.now || this.#layout.compatible(ahead, other.now),
    )
  }

  /** What its own limits leave of a green, its minimums aside. */
  #limitMs(ring: Ring, phase: RingPhase): number {
    return this.#clock ? (this.clockLeftMs(ring, phase) ?? 0) : phase.maxGreenMs - ring.pressedMs
  }

  #walk(ring: Ring, phase: RingPhase, head: Head): Ends {
    const leastMs = Math.max(0, minimumMs(head) - head.forMs)
    const clockMs = this.clockLeftMs(ring, phase)
    if (!this.holds(ring, phase) || clockMs === undefined) return { leastMs, mostMs: leastMs, likelyMs: leastMs }
    const endMs = Math.max(leastMs, clockMs - toMs(head.group.clearanceS))
    return { leastMs: this.#mayCut ? leastMs : endMs, mostMs: endMs + this.#mostHeldMs, likelyMs: endMs }
  }

  /** At the earliest when all that stands against it has run its minimums; by the clock when its turn comes. */
  #red(head: Head): Ends {
    const leastMs = untilClearMs(head, minimumMs)
    const clock = this.#clock
    const { id, kind } = head.group
    const phases = this.#layout.phases.filter(({ drive, overlaps }) => drive === id || overlaps.includes(id))
    if (!clock || kind === 'pedestrian' || phases.length === 0) return { leastMs }
    return { leastMs, likelyMs: Math.max(leastMs, Math.min(...phases.map((phase) => clock.untilStartMs(phase)))) }
  }
}
