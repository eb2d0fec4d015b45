import { type ArcRoute, arcFlag, type RoadNetwork } from '@clearway/routing'

/** A piece of a route on which other drivers are to leave room: whole roads, metres from the start of the route. */
export interface Stretch {
  arcs: readonly number[]
  fromM: number
  toM: number
}

/** When a stretch is to be left free. */
export interface Occupied {
  stretch: Stretch
  fromMs: number
  untilMs: number
}

/** What a corridor is made from: a vehicle on its route. */
export interface Course {
  /** How far the vehicle has come, metres from the start of its route. */
  progressM: number
  /** When it comes by a place ahead, ms; both grow with the distance. */
  arrivalAt(offsetM: number): { earliestMs: number; latestMs: number }
}

/**
 * The ends of a route are nobody's business: people live there. Nothing within so much of either is told, metres; the
 * first of it is also driven before anybody could act.
 */
const UNTOLD_M = 200
/** Where no stop line comes, a stretch ends with the first road after so much: fewer tell less of where the vehicle is. */
const STRETCH_M = 400
/** What is reached sooner is no longer news to anybody: drivers need as long to hear of it, to decide and to turn off, s. */
export const NOTICE_S = 30
/** Who enters a stretch less than this before the vehicle is still on it, or in its queue, when the vehicle comes, s. */
const BEFORE_S = 60
/** From the latest arrival until the green is given back and the road is as it was, s. */
const AFTER_S = 10
/** A vehicle's own length beyond the end: passed. */
const PASSED_M = 8

/** No ordinary traffic drives there along with the vehicle, or only crosses. */
const NOT_SHARED = arcFlag.contraflow | arcFlag.emergencyOnly | arcFlag.inside

/**
 * Cuts a route into stretches, from stop line to stop line or after some hundred metres. Only roads that are driven from
 * end to end count, and those at the ends of the route do not.
 */
export function stretchesOf(network: RoadNetwork, { arcs, fromM, toM }: ArcRoute): Stretch[] {
  const ends = roadEnds(network, { arcs, fromM, toM })
  const lengthM = ends.at(-1)!.toM
  const stretches: Stretch[] = []
  let open: { arcs: number[]; fromM: number } | undefined
  for (const [i, end] of ends.entries()) {
    const arc = arcs[i]!
    const isTold = end.fromM >= UNTOLD_M && end.toM <= lengthM - UNTOLD_M
    if (!isTold || (network.flags[arc]! & NOT_SHARED) !== 0) {
      if (open) stretches.push({ ...open, toM: end.fromM })
      open = undefined
      continue
    }
    open ??= { arcs: [], fromM: end.fromM }
    open.arcs.push(arc)
    if (network.approachOfArc[arc]! < 0 && end.toM - open.fromM < STRETCH_M) continue
    stretches.push({ ...open, toM: end.toM })
    open = undefined
  }
  return stretches
}

function roadEnds({ lengthM }: RoadNetwork, { arcs, fromM, toM }: ArcRoute): { fromM: number; toM: number }[] {
  let atM = 0
  return Array.from(arcs, (arc, i) => {
    const begin = i === 0 ? fromM : 0
    const end = i === arcs.length - 1 ? toM : lengthM[arc]!
    const from = atM
    atM += Math.max(0, end - begin)
    return { fromM: from, toM: atM }
  })
}

/**
 * The stretches ahead that the vehicle reaches within the horizon, in the order of driving, each with the time in which
 * it is to be left free. One that is told of stays until it is passed; one that comes too soon to be told of is left out.
 *
 * @param isTold whether a stretch was told of before
 */
export function corridorAhead(
  stretches: readonly Stretch[],
  { progressM, arrivalAt }: Course,
  isTold: (stretch: Stretch) => boolean,
  horizonS: number,
  nowMs: number,
): Occupied[] {
  const ahead: Occupied[] = []
  for (const stretch of stretches) {
    if (stretch.toM + PASSED_M <= progressM) continue
    const { earliestMs } = arrivalAt(Math.max(stretch.fromM, progressM))
    if (earliestMs > nowMs + horizonS * 1000) break
    if (earliestMs < nowMs + NOTICE_S * 1000 && !isTold(stretch)) continue
    const { latestMs } = arrivalAt(stretch.toM)
    ahead.push({ stretch, fromMs: earliestMs - BEFORE_S * 1000, untilMs: latestMs + AFTER_S * 1000 })
  }
  return ahead
}
