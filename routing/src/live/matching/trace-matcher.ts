import type { Position } from '@clearway/contracts'
import { distanceBetweenM } from '../../network/geodesy.ts'
import type { RoadNetwork } from '../../network/road-network.ts'
import { type Candidate, candidates, sigmaOf } from './candidates.ts'
import { type DrivenArc, DrivenPath } from './driven-path.ts'
import { Hypotheses } from './hypotheses.ts'
import { requireFix, type TraceFix } from './trace-fix.ts'
import { type WaySearch, waySearch } from './way-search.ts'

/** Where a vehicle was, decided. */
export interface MatchedPoint {
  arc: number
  /** Metres after the arc's tail. */
  offsetM: number
  position: Position
  /** Metres from the position that was received. */
  distanceM: number
  atMs: number
  /** Later than `atMs` when the vehicle stood here. */
  untilMs: number
  /** 0–1: share of all that could still be true that has the vehicle on this arc. */
  confidence: number
}

/** What a new position has decided about earlier ones. */
export interface Matched {
  points: MatchedPoint[]
  /** Arcs that the vehicle has left, in driving order; the first and the last of a trace in part. */
  driven: DrivenArc[]
  /** The trace has broken off after `points`: what follows is a new one. */
  broken?: 'gap' | 'off-road' | 'jump'
}

export interface MatcherOptions {
  /** May use one-way streets from their end, streets closed to cars, and turns that signs forbid. */
  emergency?: boolean
  /** Seconds after which a position is decided at the latest; Infinity for a whole trace. */
  lagS?: number
}

/** Long enough to see past a junction at town speed, short enough to be of use while driving. */
const LAG_S = 10
/** Bounds memory and work where positions come faster than once a second. */
const MOST_STEPS = 64
/**
 * A position says something new about the road only beyond its own error (Newson and Krumm 2009, section 4.1). By the
 * line alone two positions of one place differ by more than two deviations in every third case: then by four.
 */
const NEWS_SIGMAS = 3
const NEWS_SIGMAS_BY_LINE = 4
const STANDING_MPS = 1
/** Moved less than this, and less than half of the error, a vehicle that stands has been there since the last position. */
const SAME_PLACE_M = 2
/** Speeds are added up to a distance over steps up to this long. */
const ODOMETER_MS = 10_000
/** Longer silence begins a new trace; a tunnel of two kilometres at 60 km/h still is one. */
const GAP_MS = 120_000
/** So many positions in a row that fit no way begin a new trace; fewer are taken as errors. */
const LOST_POSITIONS = 3
/** So far behind on the same arc is an error of both positions; farther is a way round the block. */
const BACK_SIGMAS = 4
const FASTEST_MPS = 70
/** Ways up to so much longer than the straight line are looked for. */
const DETOUR = 2
const DETOUR_M = 200

/** A position that counts, and how the way to it was looked for. */
interface Kept {
  fix: TraceFix
  untilMs: number
  limitM: number
  backM: number
}

/**
 * Scale of the exponential distribution of the difference between way and line, metres: the errors of both positions,
 * and bends between them. Fitted to traces with known ways, see docs/live-traffic.md.
 */
const transitionScaleM = (sigmaM: number, seconds: number): number => 0.7 * sigmaM + 0.5 * Math.min(20, seconds)

/**
 * Matches the positions of one vehicle to the roads with a hidden Markov model: a state is a place on an arc, a
 * position is normally distributed around it, and the way between two states is about as long as the line between the
 * two positions. Online, with a fixed lag: `add` decides positions once they are old enough or beyond doubt.
 *
 * @see P. Newson, J. Krumm: Hidden Markov map matching through noise and sparseness, ACM SIGSPATIAL GIS 2009;
 * docs/live-traffic.md
 */
export class TraceMatcher {
  readonly #network: RoadNetwork
  readonly #ways: WaySearch
  readonly #lagMs: number
  readonly #path: DrivenPath
  readonly #hypotheses = new Hypotheses<Kept>()
  #before: TraceFix | undefined
  /** Metres driven since the last position that was kept, by speed; NaN where speeds are missing. */
  #odometerM = 0
  #lost = 0

  constructor(network: RoadNetwork, options: MatcherOptions = {}) {
    this.#network = network
    this.#ways = waySearch(network, options.emergency ?? false)
    this.#lagMs = (options.lagS ?? LAG_S) * 1000
    this.#path = new DrivenPath(network)
  }

  /**
   * Takes the next position. One that is not newer than the last changes nothing.
   *
   * @throws InputError `trace-fix` naming the field that is no number or out of range
   */
  add(fix: TraceFix): Matched {
    requireFix(fix)
    const before = this.#before
    if (before && fix.atMs <= before.atMs) return nothing()
    const last = this.#hypotheses.last
    if (last && fix.atMs - this.#before!.atMs > GAP_MS) return this.#restart(fix, 'gap')
    this.#before = fix
    if (!last) return this.#first(fix)
    this.#odometerM += before ? steppedM(before, fix) : Number.NaN
    // The last one is not decided yet: the vehicle may go on standing there.
    if (this.#merges(last, fix)) return this.#decide(Math.min(this.#due(fix), this.#hypotheses.length - 1))
    return this.#follow(last, fix)
  }

  /** Decides all that is open and ends the trace. */
  end(): Matched {
    const { points, driven } = this.#decide(this.#hypotheses.length)
    this.#hypotheses.clear()
    this.#before = undefined
    return { points, driven: [...driven, ...this.#path.end()] }
  }

  /** The likeliest place now, not yet decided; undefined off the road. */
  latest(): MatchedPoint | undefined {
    const { last } = this.#hypotheses
    if (!last || this.#lost > 0) return undefined
    const { candidate, confidence } = this.#hypotheses.best()
    return pointOf(last, candidate, confidence)
  }

  /** Positions that wait for a decision. */
  get undecided(): number {
    return this.#hypotheses.length
  }

  #first(fix: TraceFix): Matched {
    const found = candidates(this.#network, fix, (arc) => this.#ways.open(arc))
    if (found.length > 0) {
      this.#hypotheses.begin({ fix, untilMs: fix.atMs, limitM: 0, backM: 0 }, found)
      this.#odometerM = 0
      this.#lost = 0
    }
    return nothing()
  }

  /** Whether a position says nothing new: the vehicle stands, or has moved less than the error. */
  #merges(last: Kept, fix: TraceFix): boolean {
    const byLine = Number.isNaN(this.#odometerM)
    const sigmaM = Math.max(sigmaOf(last.fix), sigmaOf(fix))
    const newsM = (byLine ? NEWS_SIGMAS_BY_LINE : NEWS_SIGMAS) * sigmaM
    const lineM = distanceBetweenM(last.fix, fix)
    const drivenM = byLine ? lineM : this.#odometerM
    // A speed that is stuck at nothing must not hold a vehicle that is seen to move.
    if (drivenM >= newsM || lineM >= 3 * newsM) return false
    const stands = fix.speedMps !== undefined && fix.speedMps < STANDING_MPS
    // Where it has come to a stand is worth a position of its own: the time that it stands belongs there.
    if (stands && drivenM >= Math.max(SAME_PLACE_M, sigmaM / 2)) return false
    if (stands || (byLine && lineM < sigmaM)) last.untilMs = fix.atMs
    return true
  }

  #follow(last: Kept, fix: TraceFix): Matched {
    const found = candidates(this.#network, fix, (arc) => this.#ways.open(arc))
    if (found.length === 0) return this.#lose(fix, 'off-road')
    const lineM = distanceBetweenM(last.fix, fix)
    const seconds = (fix.atMs - last.untilMs) / 1000
    const sigmaM = Math.max(sigmaOf(last.fix), sigmaOf(fix))
    if (lineM > FASTEST_MPS * seconds + 5 * sigmaM) return this.#lose(fix, 'jump')
    const limitM = Math.min(DETOUR * lineM + DETOUR_M, FASTEST_MPS * seconds + 10 * sigmaM)
    const scaleM = transitionScaleM(sigmaM, seconds)
    const kept = { fix, untilMs: fix.atMs, limitM, backM: BACK_SIGMAS * sigmaM }
    const reached = this.#hypotheses.extend(kept, found, (from) =>
      this.#drivenM(from, found, kept).map((wayM) => -Math.abs(wayM - lineM) / scaleM),
    )
    if (!reached) return this.#lose(fix, 'jump')
    this.#odometerM = 0
    this.#lost = 0
    const over = Number.isFinite(this.#lagMs) ? this.#hypotheses.length - MOST_STEPS : 0
    return this.#decide(
      Math.min(Math.max(this.#hypotheses.agreed(), this.#due(fix), over), this.#hypotheses.length - 1),
    )
  }

  /** How many of the open steps are as old as the lag. */
  #due(now: TraceFix): number {
    return this.#hypotheses.countWhile(({ fix }) => now.atMs - fix.atMs >= this.#lagMs)
  }

  /** Metres from one candidate to the others. One that its error has put a little behind has not moved. */
  #drivenM(from: Candidate, to: readonly Candidate[], { limitM, backM }: Kept): number[] {
    const wayM = this.#ways.distances(from, to, limitM)
    return to.map((place, i) => (isBehind(from, place, backM) ? 0 : wayM[i]!))
  }

  #lose(fix: TraceFix, why: 'off-road' | 'jump'): Matched {
    this.#lost++
    return this.#lost < LOST_POSITIONS ? nothing() : this.#restart(fix, why)
  }

  #restart(fix: TraceFix, broken: NonNullable<Matched['broken']>): Matched {
    const ended = this.end()
    this.#lost = 0
    this.#before = fix
    this.#first(fix)
    return { ...ended, broken }
  }

  /** Decides the first so many steps of the window. */
  #decide(count: number): Matched {
    const matched = nothing()
    for (const { candidate, confidence, step, previous } of this.#hypotheses.decide(count)) {
      const point = pointOf(step, candidate, confidence)
      matched.points.push(point)
      const isStart = previous === undefined || isBehind(previous, candidate, step.backM)
      // What was reached once is reached again: the same search under the same limit.
      const way = isStart ? [candidate.arc] : this.#ways.way(previous, candidate, step.limitM)!
      matched.driven.push(...this.#path.go(point, way))
    }
    return matched
  }
}

const nothing = (): Matched => ({ points: [], driven: [] })

const isBehind = (from: Candidate, to: Candidate, backM: number): boolean =>
  from.arc === to.arc && to.offsetM < from.offsetM && from.offsetM - to.offsetM <= backM

const pointOf = ({ fix, untilMs }: Kept, candidate: Candidate, confidence: number): MatchedPoint => ({
  ...{ arc: candidate.arc, offsetM: candidate.offsetM, position: candidate.position, distanceM: candidate.distanceM },
  ...{ atMs: fix.atMs, untilMs, confidence },
})

/** Metres that the speeds at both ends of a step make; NaN where one is missing or the step is long. */
function steppedM(before: TraceFix, fix: TraceFix): number {
  const ms = fix.atMs - before.atMs
  if (before.speedMps === undefined || fix.speedMps === undefined || ms > ODOMETER_MS) return Number.NaN
  return ((before.speedMps + fix.speedMps) / 2) * (ms / 1000)
}

/** Matches a whole trace at once: nothing is decided before all of it that bears on it has been seen. */
export function matchTrace(
  network: RoadNetwork,
  fixes: Iterable<TraceFix>,
  options: Omit<MatcherOptions, 'lagS'> = {},
): Matched[] {
  const matcher = new TraceMatcher(network, { ...options, lagS: Number.POSITIVE_INFINITY })
  const pieces: Matched[] = []
  let open = nothing()
  const take = ({ points, driven, broken }: Matched) => {
    open.points.push(...points)
    open.driven.push(...driven)
    if (broken === undefined) return
    if (open.points.length > 0) pieces.push({ ...open, broken })
    open = nothing()
  }
  for (const fix of fixes) take(matcher.add(fix))
  take(matcher.end())
  return open.points.length > 0 ? [...pieces, open] : pieces
}
