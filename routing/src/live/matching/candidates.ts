import { turnDeg } from '../../network/geodesy.ts'
import type { RoadNetwork } from '../../network/road-network.ts'
import { type ArcPoint, snap } from '../../network/snap.ts'
import { arcBearingDeg } from '../arc-bearing.ts'
import type { TraceFix } from './trace-fix.ts'

/** Where a vehicle may have been at a position, and how likely the position is from there. */
export interface Candidate extends ArcPoint {
  /** Natural logarithm, up to a constant that is the same for all candidates of a position. */
  emission: number
}

/** No position is better than the map: half a carriageway and the drawing of its middle line. */
const BEST_SIGMA_M = 4
/** A worse one still has to be near some road of a few. */
const WORST_SIGMA_M = 40
/** Roads farther off are not looked at: beyond four deviations there is one position in 3,000. */
const REACH_SIGMAS = 4
const LEAST_REACH_M = 25
/** The likeliest so many are followed; in a dense old town there are more within reach. */
const MOST = 16
/** A course is made from the change of position and means nothing below this speed. */
const COURSE_FROM_MPS = 3
const COURSE_SIGMA_DEG = 25
/** Share of courses that are simply wrong, spread over all directions. */
const WRONG_COURSE = 0.05

/** Standard deviation of a position in metres, the map's own error included. */
export const sigmaOf = ({ accuracyM }: TraceFix): number => Math.min(WORST_SIGMA_M, Math.max(BEST_SIGMA_M, accuracyM))

/**
 * The places on the roads around a position. Their probability is the normal one of the distance (Newson and Krumm
 * 2009, equation 1), times one of the course where the vehicle moves, which tells the two directions of a road apart.
 *
 * @param open whether the vehicle may be on an arc
 */
export function candidates(network: RoadNetwork, fix: TraceFix, open: (arc: number) => boolean): Candidate[] {
  const sigmaM = sigmaOf(fix)
  const near = snap(network, fix, Math.max(LEAST_REACH_M, REACH_SIGMAS * sigmaM), { contraflow: true })
  const found = near
    .filter(({ arc }) => open(arc))
    .map((point) => ({ ...point, emission: emission(network, fix, point, sigmaM) }))
  return found.length <= MOST ? found : found.sort((a, b) => b.emission - a.emission || a.arc - b.arc).slice(0, MOST)
}

function emission(network: RoadNetwork, fix: TraceFix, point: ArcPoint, sigmaM: number): number {
  const byDistance = -0.5 * (point.distanceM / sigmaM) ** 2
  if (fix.headingDeg === undefined || (fix.speedMps ?? 0) < COURSE_FROM_MPS) return byDistance
  const off = turnDeg(arcBearingDeg(network, point.arc, point.offsetM), fix.headingDeg)
  return byDistance + Math.log(Math.exp(-0.5 * (off / COURSE_SIGMA_DEG) ** 2) + WRONG_COURSE)
}
