import type { LineString, Position } from '@clearway/contracts'
import { InputError } from '@clearway/contracts/errors'
import { arcShape, type Coordinate, pointOnArc } from '../network/arc-shape.ts'
import { bearingDeg as bearingOf, distanceM, turnDeg } from '../network/geodesy.ts'
import type { RoadNetwork } from '../network/road-network.ts'
import { snap } from '../network/snap.ts'
import { arcBearingDeg } from './arc-bearing.ts'
import type { TraceFix } from './matching/trace-fix.ts'
import { matchTrace } from './matching/trace-matcher.ts'
import { roadPiece } from './road-piece.ts'

/** A click means a road no farther than this. */
const NEAR_M = 50
/** Both directions of a road lie this near to each other. */
const SAME_ROAD_M = 3
/** A drawn line is followed in steps of this, as if driven at town speed, and may be this far off. */
const STEP_M = 15
const LINE_MPS = 12
const LINE_OFF_M = 8
/** An arc of which less than half is meant is not meant. */
const LEAST_SHARE = 0.5
/** The map may have been drawn a little better since. */
const MOVED_M = 15
const MOVED_DEG = 30

/** An arc by where it is, which outlives the numbers of a network. */
export interface ArcPlace extends Position {
  bearingDeg: number
}

export interface RoadsAsked {
  position?: Position
  line?: LineString
  direction?: 'both' | 'one'
  bearingDeg?: number
  radiusM?: number
}

/**
 * The arcs that somebody means: the road from junction to junction at a position, every road around it, or the roads
 * along a line.
 *
 * @throws InputError naming the field that is missing, too much, or on no road
 */
export function arcsAsked(network: RoadNetwork, asked: RoadsAsked): number[] {
  const { position, line, direction = 'both', bearingDeg, radiusM } = asked
  if ((position === undefined) === (line === undefined)) {
    throw refused('roads-asked', position ? 'line' : 'position', 'give either position or line')
  }
  if (line) {
    if (radiusM !== undefined) throw refused('roads-asked', 'radiusM', 'goes with position, not with line')
    return withReverses(network, alongLine(network, line), direction)
  }
  const at = position!
  const near = snap(network, at, radiusM ?? NEAR_M, { contraflow: true })
  const nearest = near[0]
  if (!nearest) {
    throw refused(
      'off-map',
      'position',
      `${at.lon},${at.lat} has no road within ${radiusM ?? NEAR_M} m; choose another`,
    )
  }
  if (radiusM !== undefined) return [...new Set(near.map(({ arc }) => arc))]
  if (direction === 'both') return withReverses(network, roadPiece(network, nearest.arc), 'both')
  if (bearingDeg === undefined)
    throw refused('roads-asked', 'bearingDeg', 'is missing: it says which direction is meant')
  const off = ({ arc, offsetM }: { arc: number; offsetM: number }) =>
    Math.abs(turnDeg(arcBearingDeg(network, arc, offsetM), bearingDeg))
  const meant = near
    .filter((point) => point.distanceM <= nearest.distanceM + SAME_ROAD_M)
    .sort((a, b) => off(a) - off(b))
  return roadPiece(network, meant[0]!.arc)
}

function withReverses(network: RoadNetwork, arcs: readonly number[], direction: 'both' | 'one'): number[] {
  if (direction === 'one') return [...arcs]
  const reverses = arcs.map((arc) => network.reverse[arc]!).filter((arc) => arc >= 0)
  return [...new Set([...arcs, ...reverses])]
}

function alongLine(network: RoadNetwork, { coordinates }: LineString): number[] {
  const pieces = matchTrace(network, fixesAlong(coordinates as Coordinate[]), { emergency: true })
  const arcs = pieces
    .flatMap(({ driven }) => driven)
    .filter(({ arc, fromM, toM }) => toM - fromM >= LEAST_SHARE * network.lengthM[arc]!)
    .map(({ arc }) => arc)
  if (pieces.length === 1 && arcs.length > 0) return [...new Set(arcs)]
  throw refused('off-map', 'line', 'does not follow the roads of the map; draw it along them, or give a position')
}

function fixesAlong(line: readonly Coordinate[]): TraceFix[] {
  const fixes: TraceFix[] = []
  let drivenM = 0
  for (const [i, [lon, lat]] of line.entries()) {
    const [nextLon, nextLat] = line[i + 1] ?? [lon, lat]
    const lengthM = distanceM(lon, lat, nextLon, nextLat)
    const steps = i === line.length - 1 ? 1 : Math.ceil(lengthM / STEP_M)
    for (let step = 0; step < steps; step++) {
      const share = step / steps
      fixes.push({
        atMs: Math.round(((drivenM + share * lengthM) / LINE_MPS) * 1000),
        ...{ lon: lon + share * (nextLon - lon), lat: lat + share * (nextLat - lat) },
        ...{ accuracyM: LINE_OFF_M, speedMps: LINE_MPS },
        ...(lengthM > 0 && { headingDeg: bearingOf(lon, lat, nextLon, nextLat) }),
      })
    }
    drivenM += lengthM
  }
  return fixes
}

/** Where an arc is, to find it again on another edition of the map. */
export function placeOfArc(network: RoadNetwork, arc: number): ArcPlace {
  const middleM = network.lengthM[arc]! / 2
  return { ...pointOnArc(network, arc, middleM), bearingDeg: arcBearingDeg(network, arc, middleM) }
}

/** The arc at such a place; undefined when the map has none there any more. */
export function arcOfPlace(network: RoadNetwork, place: ArcPlace): number | undefined {
  return snap(network, place, MOVED_M, { contraflow: true }).find(
    ({ arc, offsetM }) => Math.abs(turnDeg(arcBearingDeg(network, arc, offsetM), place.bearingDeg)) <= MOVED_DEG,
  )?.arc
}

/** The lines of some arcs for a map, of a road with both directions one. */
export function linesOf(network: RoadNetwork, arcs: readonly number[]): { lines: Coordinate[][]; lengthM: number } {
  const all = new Set(arcs)
  const once = arcs.filter((arc) => !(all.has(network.reverse[arc]!) && network.reverse[arc]! < arc))
  return {
    lines: once.map((arc) => arcShape(network, arc)),
    lengthM: once.reduce((sum, arc) => sum + network.lengthM[arc]!, 0),
  }
}

const refused = (code: string, field: string, message: string): InputError =>
  new InputError(code, `${field} ${message}`, [{ field, message }])
