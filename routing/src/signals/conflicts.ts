import type { Intergreen } from '@clearway/contracts'
import { distanceBetweenM, planeAround, turnDeg } from '../network/geodesy.ts'
import { allRedS } from './intervals.ts'
import type { ApproachGeometry, CrossingGeometry, JunctionGeometry } from './junction-geometry.ts'

/** Two approaches face each other when they are within this angle of opposite; they may run together. */
const OPPOSITE_DEG = 45
/** A movement that turns less than this goes straight. */
const STRAIGHT_DEG = 45
const LANE_WIDTH_M = 3.25
/** Depth of a crossing and its distance from the stop line. */
const CROSSING_DEPTH_M = 5
const SHORTEST_CONFLICT_M = 5
/** After the last walker has left the road, seconds before traffic may start. */
const AFTER_WALK_S = 1

export const vehicleGroup = (approach: string): string => approach.replace('a', 'v')
export const pedestrianGroup = (approach: string): string => approach.replace('a', 'p')

/** How far from exactly opposite, degrees. */
export const offOpposite = (a: ApproachGeometry, b: ApproachGeometry): number =>
  180 - Math.abs(turnDeg(a.bearingDeg, b.bearingDeg))

export const areOpposite = (a: ApproachGeometry, b: ApproachGeometry): boolean => offOpposite(a, b) <= OPPOSITE_DEG

/**
 * True when people on the crossing must not meet this traffic: it comes over the crossed arm, or goes straight out into
 * it. Turning traffic yields to them.
 */
export function crossesWalkers(geometry: JunctionGeometry, approach: ApproachGeometry, crossing: CrossingGeometry) {
  if (approach.id === crossing.approach) return true
  const arm = geometry.approaches.find(({ id }) => id === crossing.approach)!
  if (areOpposite(approach, arm)) return true
  return geometry.exits.some(
    (exit) =>
      crossing.exits.includes(exit.id) &&
      approach.exits.includes(exit.id) &&
      Math.abs(turnDeg(approach.bearingDeg, exit.bearingDeg)) <= STRAIGHT_DEG,
  )
}

/**
 * Every conflicting pair in both orders, with its all-red.
 *
 * @param together pairs of approaches that share a stage and therefore do not conflict
 */
export function intergreensOf(
  geometry: JunctionGeometry,
  together: (a: ApproachGeometry, b: ApproachGeometry) => boolean,
): Intergreen[] {
  const { approaches, crossings } = geometry
  const pairs: Intergreen[] = []
  for (const ends of approaches) {
    for (const begins of approaches) {
      if (ends === begins || together(ends, begins)) continue
      const redS = allRedS(conflictM(geometry, ends, begins), ends.speedMps)
      pairs.push({ ends: vehicleGroup(ends.id), begins: vehicleGroup(begins.id), redS })
    }
    for (const crossing of crossings.filter((crossing) => crossesWalkers(geometry, ends, crossing))) {
      const arm = approaches.find(({ id }) => id === crossing.approach)!
      const reachM = (arm === ends ? 0 : distanceBetweenM(ends.position, arm.position)) + CROSSING_DEPTH_M
      const vehicle = vehicleGroup(ends.id)
      const walkers = pedestrianGroup(crossing.approach)
      pairs.push({ ends: vehicle, begins: walkers, redS: allRedS(reachM, ends.speedMps) })
      pairs.push({ ends: walkers, begins: vehicle, redS: AFTER_WALK_S })
    }
  }
  return pairs
}

/**
 * Metres from the stop line of `ends` to the far edge of the stream of `begins`: where their straight lines meet, or the
 * farthest exit where they do not.
 */
function conflictM(geometry: JunctionGeometry, ends: ApproachGeometry, begins: ApproachGeometry): number {
  const exits = geometry.exits.filter(({ id }) => ends.exits.includes(id))
  const farthestM = Math.max(...exits.map((exit) => distanceBetweenM(ends.position, exit.position)))
  const plane = planeAround(ends.position)
  const x = plane.x(begins.position.lon)
  const y = plane.y(begins.position.lat)
  const a = (ends.bearingDeg * Math.PI) / 180
  const b = (begins.bearingDeg * Math.PI) / 180
  // Solve s·(sin a, cos a) = (x, y) + t·(sin b, cos b).
  const determinant = Math.sin(b) * Math.cos(a) - Math.sin(a) * Math.cos(b)
  const alongM = (y * Math.sin(b) - x * Math.cos(b)) / determinant
  const widthM = (begins.lanes * LANE_WIDTH_M) / 2
  const meets = Math.abs(determinant) > 0.2 && alongM > 0 && alongM < farthestM
  return Math.max(SHORTEST_CONFLICT_M, meets ? alongM + widthM : farthestM)
}
