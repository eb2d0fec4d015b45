import type { GroupTiming } from './display.ts'
import type { RingClock } from './ring-clock.ts'
import type { RingLayout, RingPhase } from './ring-layout.ts'
import type { Ring, RingSequence } from './ring-sequence.ts'
import type { RingTransit } from './ring-transit.ts'
import { type Head, minimumMs, type SignalHeads, tailLeftMs, toMs } from './signal-heads.ts'

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

/** Time left, ms; open where absent. */
export interface Left {
  minMs: number
  maxMs?: number
  likelyMs?: number
}

/** What the rings foresee of the ends of their greens and reds, by the calls of now. */
export class RingTiming {
  readonly #layout: RingLayout
  readonly #sequence: RingSequence
  readonly #clock: RingClock | undefined
  readonly #transit: RingTransit
  readonly #fixed: boolean

  constructor(
    layout: RingLayout,
    sequence: RingSequence,
    clock: RingClock | undefined,
    transit: RingTransit,
    fixed: boolean,
  ) {
    this.#layout = layout
    this.#sequence = sequence
    this.#clock = clock
    this.#transit = transit
    this.#fixed = fixed
  }

  /** Of the greens of the phases, ring by ring. */
  greens(heads: SignalHeads): Left[] {
    return this.#sequence.rings.flatMap((ring) =>
      ring.now && !ring.clearing ? this.#green(ring, ring.now, heads) : [],
    )
  }

  byGroup(nowMs: number, heads: SignalHeads): Record<string, GroupTiming> {
    const timing: Record<string, GroupTiming> = {}
    const tell = (id: string, { minMs, maxMs, likelyMs }: Left) => {
      timing[id] = {
        minEndMs: nowMs + minMs,
        ...(maxMs === undefined ? {} : { maxEndMs: nowMs + maxMs }),
        ...(likelyMs === undefined ? {} : { likelyEndMs: nowMs + likelyMs }),
      }
    }
    for (const head of heads.heads) if (head.aspect === 'red') tell(head.group.id, this.#red(head))
    for (const ring of this.#sequence.rings) {
      const { now, clearing } = ring
      if (!now || clearing) continue
      const left = this.#green(ring, now, heads)
      tell(now.drive, left)
      for (const id of now.walks) if (heads.get(id).aspect === 'green') tell(id, this.#walk(ring, now, heads.get(id)))
      // The next phase may include it too: it has no latest end.
      for (const id of now.overlaps) if (heads.get(id).aspect === 'green') tell(id, { minMs: left.minMs })
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

  #green(ring: Ring, phase: RingPhase, heads: SignalHeads): Left {
    const leastMs = leastLeftMs(phase, heads)
    const clockMs = this.clockLeftMs(ring, phase)
    if (this.holds(ring, phase)) {
      const endMs = Math.max(leastMs, clockMs ?? 0)
      return this.#fixed ? { minMs: endMs, maxMs: this.#latest(ring, phase, endMs) } : { minMs: endMs, likelyMs: endMs }
    }
    if (!ring.pressed) return { minMs: leastMs }
    // Alone it could go; others beside it may hold it back at the barrier.
    const bounds = ring.ahead
      ? [this.#bound(ring, phase, heads)]
      : this.#sequence.rings.map((other) => this.#bound(other, other.now, heads))
    if (bounds.some((bound) => bound === undefined)) return { minMs: leastMs }
    const maxMs = Math.max(leastMs, ...(bounds as number[]))
    return { minMs: leastMs, maxMs, likelyMs: ring.ready ? leastMs : maxMs }
  }

  /** The latest end of a ring's present green by its own limits. */
  #bound(ring: Ring, phase: RingPhase | undefined, heads: SignalHeads): number | undefined {
    if (!phase || ring.clearing) return ring.next ? undefined : 0
    const leastMs = leastLeftMs(phase, heads)
    if (this.#clock) return this.#latest(ring, phase, Math.max(leastMs, this.clockLeftMs(ring, phase) ?? 0))
    if (!ring.pressed) return undefined
    return this.#latest(ring, phase, Math.max(leastMs, phase.maxGreenMs - ring.pressedMs))
  }

  #latest({ ahead }: Ring, phase: RingPhase, endMs: number): number {
    // A ring that has more to serve on this side is not at the barrier yet.
    const side = ahead ? (this.#layout.rings[phase.ring]?.[phase.barrier] ?? []) : []
    const later = side.filter(({ index }) => index > phase.index)
    const laterMs = later.reduce((sum, { changeMs, maxGreenMs }) => sum + changeMs + maxGreenMs, 0)
    return endMs + this.#transit.holdLeftMs(phase) + (this.#clock ? 0 : laterMs)
  }

  #walk(ring: Ring, phase: RingPhase, head: Head): Left {
    const leastMs = Math.max(0, minimumMs(head) - head.forMs)
    const clockMs = this.clockLeftMs(ring, phase)
    if (!this.holds(ring, phase) || clockMs === undefined) return { minMs: leastMs, maxMs: leastMs, likelyMs: leastMs }
    const endMs = Math.max(leastMs, clockMs - toMs(head.group.clearanceS))
    return { minMs: leastMs, maxMs: endMs, likelyMs: endMs }
  }

  /** At the earliest when all that stands against it has run its minimums; by the clock when its turn comes. */
  #red(head: Head): Left {
    const waits = head.conflicts.map(({ other, redMs }) => {
      if (other.aspect === 'red') return redMs - other.forMs
      const leastMs = other.aspect === 'green' ? Math.max(0, minimumMs(other) - other.forMs) : 0
      return leastMs + tailLeftMs(other) + redMs
    })
    const minMs = Math.max(0, ...waits)
    const clock = this.#clock
    if (!clock || head.group.kind === 'pedestrian') return { minMs }
    const { id } = head.group
    const phases = this.#layout.phases.filter(({ drive, overlaps }) => drive === id || overlaps.includes(id))
    return { minMs, likelyMs: Math.max(minMs, Math.min(...phases.map((phase) => clock.untilStartMs(phase)))) }
  }
}
