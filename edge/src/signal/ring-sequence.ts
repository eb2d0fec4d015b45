import type { RingLayout, RingPhase } from './ring-layout.ts'

/** One ring as it runs. */
export interface Ring {
  readonly place: number
  /** In green, or in the clearance after it; undefined while the ring waits in red. */
  now: RingPhase | undefined
  clearing: boolean
  /** Decided when the green before it ended; begins when it is clear. */
  next: RingPhase | undefined
  /** Place of the last phase that was green on this side, −1 where none was. */
  served: number
  /** Called on this side after `now`. */
  ahead: RingPhase | undefined
  /** Somebody waits whom `now` stands in the way of. */
  pressed: boolean
  ready: boolean
  /** Since `now` began, ms. */
  greenMs: number
  /** For how long `now` has been pressed, ms. */
  pressedMs: number
  /** The force-off of `now` was passed while it was green. */
  passed: boolean
}

/** What the program knows and the sequence asks. */
export interface Judge {
  /** Called, and may still begin. */
  wanted(phase: RingPhase): boolean
  /** May begin although nobody called it. */
  fits(phase: RingPhase): boolean
  /** Need not go on to the barrier now. */
  mayStartOver(ring: Ring): boolean
  /** Has had its minimums and need not be longer. */
  ready(ring: Ring): boolean
}

/**
 * Which phase follows which: every ring in its order, phases without a call skipped, barriers crossed together. It knows
 * no time and no faces.
 */
export class RingSequence {
  readonly rings: readonly Ring[]
  readonly #layout: RingLayout
  #side = 0
  #crossingTo: number | undefined

  constructor(layout: RingLayout) {
    this.#layout = layout
    this.rings = layout.rings.map((_, place) => ({ place, ...idle }))
  }

  /** The side that is green or is being left. */
  get side(): number {
    return this.#side
  }

  /** Begins with these, at most one per ring and all on one side, which are green. */
  start(phases: readonly RingPhase[]): void {
    this.#side = phases[0]?.barrier ?? 0
    this.#crossingTo = undefined
    for (const ring of this.rings) {
      Object.assign(ring, idle)
      const phase = phases.find((other) => other.ring === ring.place)
      if (phase) this.begin(ring, phase)
    }
  }

  begin(ring: Ring, phase: RingPhase): void {
    Object.assign(ring, idle, { now: phase, served: phase.index })
  }

  /** The clearance after `now` is over. */
  clear(ring: Ring): void {
    ring.now = undefined
    ring.clearing = false
  }

  /** Lets every ring that is ready go on, alone or over the barrier. @returns the rings whose green is to end */
  decide(judge: Judge): Ring[] {
    this.#arrive()
    if (this.#crossingTo !== undefined) return []
    const elsewhere = this.#elsewhere(judge)
    for (const ring of this.rings) {
      ring.ahead = ring.clearing || ring.next ? undefined : this.#ahead(ring, judge, elsewhere === undefined)
    }
    for (const ring of this.rings) {
      ring.pressed = ring.ahead !== undefined || elsewhere !== undefined || this.#blocks(ring, () => true)
    }
    for (const ring of this.rings) ring.ready = ring.now !== undefined && !ring.clearing && judge.ready(ring)
    const ending = this.rings.filter((ring) => this.#goOn(ring))
    return elsewhere === undefined || ending.length > 0 ? ending : this.#cross(elsewhere, judge)
  }

  /** The phase that is to begin in this ring now, if nothing green in another ring is against it. */
  due(ring: Ring): RingPhase | undefined {
    const { now, next } = ring
    if (now || !next || this.#crossingTo !== undefined) return undefined
    return this.#goesWith(next, ring, ({ now: other }) => [other]) ? next : undefined
  }

  /** Phases chosen for a side: in each ring the first one wanted; elsewhere the longest that goes along unasked. */
  choose(side: number, judge: Judge): RingPhase[] {
    const chosen: RingPhase[] = []
    const goes = (phase: RingPhase) => chosen.every((other) => this.#layout.compatible(phase, other))
    const unasked: RingPhase[][] = []
    for (const ring of this.#layout.rings) {
      const phases = ring[side] ?? []
      const first = phases.find((phase) => judge.wanted(phase))
      if (first && goes(first)) chosen.push(first)
      else if (!first) unasked.push([...phases].sort((a, b) => b.splitMs - a.splitMs))
    }
    for (const phases of unasked) {
      const along = phases.find((phase) => goes(phase) && judge.fits(phase))
      if (along) chosen.push(along)
    }
    return chosen
  }

  #arrive(): void {
    if (this.#crossingTo === undefined || this.rings.some(({ now }) => now)) return
    this.#side = this.#crossingTo
    this.#crossingTo = undefined
    for (const ring of this.rings) ring.served = -1
  }

  /** The next side in the cycle on which somebody waits. */
  #elsewhere(judge: Judge): number | undefined {
    const { barriers, rings } = this.#layout
    for (let k = 1; k < barriers; k++) {
      const side = (this.#side + k) % barriers
      if (rings.some((ring) => ring[side]?.some((phase) => judge.wanted(phase)))) return side
    }
    return undefined
  }

  /** Where nobody waits on another side a ring may start over without crossing to it. */
  #ahead(ring: Ring, judge: Judge, around: boolean): RingPhase | undefined {
    const { place, now, served } = ring
    const phases = this.#layout.rings[place]?.[this.#side] ?? []
    const later = phases.slice(served + 1).find((phase) => judge.wanted(phase))
    if (later || !around || !judge.mayStartOver(ring)) return later
    return phases.slice(0, served + 1).find((phase) => phase !== now && judge.wanted(phase))
  }

  /** @returns whether its green is to end */
  #goOn(ring: Ring): boolean {
    const { now, ahead } = ring
    const free = ahead && this.#goesWith(ahead, ring, (other) => [other.now, other.next])
    if (!now) {
      if (free) ring.next = ahead
      return false
    }
    if (!ring.ready) return false
    if (free) ring.next = ahead
    else if (!this.#blocks(ring, (other) => !other.now || other.ready)) return false
    ring.clearing = true
    return true
  }

  /** All or none. */
  #cross(side: number, judge: Judge): Ring[] {
    const through = ({ now, clearing, next, ahead, ready }: Ring) => !next && !ahead && (!now || clearing || ready)
    if (!this.rings.every(through)) return []
    for (const phase of this.choose(side, judge)) (this.rings[phase.ring] as Ring).next = phase
    this.#crossingTo = side
    const ending = this.rings.filter(({ now, clearing }) => now && !clearing)
    for (const ring of ending) ring.clearing = true
    return ending
  }

  /** Whether what another ring is about to begin conflicts with what is green here. */
  #blocks(ring: Ring, counts: (other: Ring) => boolean): boolean {
    const { now } = ring
    if (!now) return false
    return this.rings.some((other) => {
      const phase = other.next ?? other.ahead
      return other !== ring && phase !== undefined && counts(other) && !this.#layout.compatible(now, phase)
    })
  }

  #goesWith(phase: RingPhase, ring: Ring, of: (other: Ring) => (RingPhase | undefined)[]): boolean {
    return this.rings.every(
      (other) => other === ring || of(other).every((there) => !there || this.#layout.compatible(phase, there)),
    )
  }
}

const idle = {
  now: undefined,
  clearing: false,
  next: undefined,
  served: -1,
  ahead: undefined,
  pressed: false,
  ready: false,
  greenMs: 0,
  pressedMs: 0,
  passed: false,
} satisfies Omit<Ring, 'place'>
