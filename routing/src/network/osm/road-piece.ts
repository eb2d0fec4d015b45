import type { Coordinate } from '../arc-shape.ts'
import { type Bounds, distanceM, within } from '../geodesy.ts'
import { drop, type ImportReport } from '../import-report.ts'
import { narrowest, noLimits } from '../physical-limits.ts'
import type { Carriageway, Road } from '../road.ts'
import { type Access, direction, driveable, isRoundabout, lanesOf } from './access.ts'
import { Barriers } from './barriers.ts'
import { noTags, type OsmExtract, type OsmNode, type OsmWay, type Tags } from './extract.ts'
import { limitsOf, reportUnreadLimits, statesHeight } from './limits.ts'
import { speedMps } from './speed.ts'

/** A road between two junction nodes, seen along the nodes of its way. */
interface RoadPiece extends Road {
  /** Id of its way. */
  way: number
}

interface RoadPieces {
  pieces: RoadPiece[]
  /** Ids of the junction nodes, in the order of the numbers that the pieces call them by. */
  nodeIds: number[]
  nodes: OsmNode[]
}

/** A signal a driver obeys: on the junction, on the approach before it, or at a crossing. */
export const isSignal = (tags: Tags): boolean =>
  tags.highway === 'traffic_signals' || (tags.highway === 'crossing' && isSignalCrossing(tags))

/** People cross on foot under signals. */
export const isSignalCrossing = (tags: Tags): boolean =>
  tags.crossing?.startsWith('traffic_signals') === true ||
  tags['crossing:signals'] === 'yes' ||
  tags.traffic_signals === 'pedestrian_crossing' ||
  tags.traffic_signals === 'crossing'

export interface RoadOptions {
  /** Everything outside is left out. */
  bounds?: Bounds | undefined
  /** Also roads that only emergency vehicles may use; they are kept where not given. */
  emergencyRoads?: boolean | undefined
}

interface Run {
  way: OsmWay
  access: Access
  nodes: number[]
}

/**
 * The driveable roads of an extract, cut where a node is used twice (by two ways, or twice by one), at signals and at
 * barriers that not everyone gets past.
 * Parts outside `bounds` and parts whose nodes are missing are left out and reported.
 */
export function roadPieces(
  extract: OsmExtract,
  { bounds, emergencyRoads = true }: RoadOptions,
  report: ImportReport,
): RoadPieces {
  const runs: Run[] = []
  const uses = new Map<number, number>()
  for (const way of extract.ways) {
    if (way.tags.highway === undefined) continue
    const access = driveable(way.tags)
    if ('dropped' in access) {
      drop(report, `ways: ${access.dropped}`)
      continue
    }
    if (access.openTo === 'emergency' && !emergencyRoads) {
      drop(report, 'ways: closed to cars')
      continue
    }
    reportUnreadLimits(way.tags, report)
    for (const nodes of presentRuns(extract, way, bounds, report)) {
      runs.push({ way, access, nodes })
      for (const node of nodes) uses.set(node, (uses.get(node) ?? 0) + 1)
    }
  }
  for (const id of uses.keys()) {
    const { tags } = extract.nodes.get(id)!
    if (tags !== noTags) reportUnreadLimits(tags, report)
  }
  const nodeIds: number[] = []
  const numbers = new Map<number, number>()
  const numberOf = (id: number): number => {
    let number = numbers.get(id)
    if (number === undefined) {
      number = nodeIds.push(id) - 1
      numbers.set(id, number)
    }
    return number
  }
  const barriers = new Barriers(
    extract.nodes,
    runs.map((run) => run.nodes),
    report,
  )
  const isCut = (id: number) => (uses.get(id) ?? 0) > 1 || isSignal(barriers.node(id).tags)
  const pieces = runs.flatMap((run) => {
    const make = pieceMaker(run, (ids) => ids.map((id) => barriers.node(id)))
    const { parts, ways } = barriers.cut(run.nodes)
    const open = parts.flatMap((part) => cut(part, isCut))
    return [
      ...open.map((ids) => make(ids, numberOf(ids[0]!), numberOf(ids.at(-1)!))),
      ...(emergencyRoads ? ways : []).map((ids) => forEmergency(make(ids, numberOf(ids[0]), numberOf(ids[1])))),
    ]
  })
  const nodes = nodeIds.map((id) => barriers.node(id))
  limitAtEnds(pieces, nodes, report)
  return { pieces, nodeIds, nodes }
}

/** The way past a barrier. */
const forEmergency = (piece: RoadPiece): RoadPiece => ({
  ...piece,
  forward: closedToCars(piece.forward),
  backward: closedToCars(piece.backward),
})

const closedToCars = (way: Carriageway): Carriageway =>
  way.openTo === 'everyone' ? { ...way, openTo: 'emergency' } : way

/** Parts of a list that meet at each inner element for which `isCut` holds. */
function cut(ids: readonly number[], isCut: (id: number) => boolean): number[][] {
  const parts: number[][] = []
  let start = 0
  for (let i = 1; i < ids.length; i++) {
    if (i < ids.length - 1 && !isCut(ids[i]!)) continue
    parts.push(ids.slice(start, i + 1))
    start = i
  }
  return parts
}

/** The parts of a way whose nodes exist and lie inside; repeated nodes in a row are one. */
function presentRuns(extract: OsmExtract, way: OsmWay, bounds: Bounds | undefined, report: ImportReport): number[][] {
  const runs: number[][] = []
  let run: number[] = []
  let missing = false
  let outside = false
  for (const id of way.nodes) {
    const node = extract.nodes.get(id)
    const isIn = node !== undefined && (!bounds || within(bounds, node.lon, node.lat))
    missing ||= node === undefined
    outside ||= node !== undefined && !isIn
    if (!isIn) {
      if (run.length > 1) runs.push(run)
      run = []
    } else if (run.at(-1) !== id) run.push(id)
  }
  if (run.length > 1) runs.push(run)
  if (missing) drop(report, 'ways: nodes missing in the file')
  if (outside) drop(report, runs.length === 0 ? 'ways: outside the bounds' : 'ways: cut at the bounds')
  return runs
}

type PieceMaker = (ids: readonly number[], from: number, to: number) => RoadPiece

/** Reads the tags of a way once for all its pieces. */
function pieceMaker({ way, access }: Run, nodesOf: (ids: readonly number[]) => OsmNode[]): PieceMaker {
  const { tags } = way
  const { roadClass, link, openTo } = access
  const oneway = direction(tags)
  const lane = (toward: 'forward' | 'backward'): Omit<Carriageway, 'lengthM'> => ({
    openTo: oneway === 'both' || oneway === toward ? openTo : 'nobody',
    speedMps: speedMps(tags, roadClass, link, toward),
    lanes: lanesOf(tags, oneway, toward),
    limits: limitsOf(tags, toward),
  })
  const ways = { forward: lane('forward'), backward: lane('backward') }
  const unknownClearance = isUnder(tags) && !statesHeight(tags)
  const roundabout = isRoundabout(tags)
  const street = tags.name ?? tags.ref ?? ''
  return (ids, from, to) => {
    const nodes = nodesOf(ids)
    const lengthM = lineLengthM(nodes)
    const piece: RoadPiece = {
      way: way.id,
      from,
      to,
      shape: nodes.map(({ lon, lat }): Coordinate => [lon, lat]),
      roadClass,
      link,
      roundabout,
      street,
      unknownClearance,
      forward: { ...ways.forward, lengthM },
      backward: { ...ways.backward, lengthM },
    }
    for (let i = 1; i < nodes.length - 1; i++) limitBy(piece, nodes[i]!.tags)
    return piece
  }
}

/** Narrows a piece by what is tagged on a node of it: a barrier, a sign, a bar of unknown height. */
function limitBy(piece: RoadPiece, tags: Tags): void {
  if (tags === noTags) return
  if (tags.barrier === 'height_restrictor' && !statesHeight(tags)) piece.unknownClearance = true
  const limits = limitsOf(tags, 'forward')
  if (limits === noLimits) return
  piece.forward.limits = narrowest(piece.forward.limits, limits)
  piece.backward.limits = narrowest(piece.backward.limits, limits)
}

/** The same for the nodes at which pieces end. Where several roads meet nobody knows which of them is meant. */
function limitAtEnds(pieces: readonly RoadPiece[], nodes: readonly OsmNode[], report: ImportReport): void {
  const ends = new Uint16Array(nodes.length)
  for (const { from, to } of pieces) {
    ends[from]!++
    ends[to]!++
  }
  for (const piece of pieces) {
    for (const node of [piece.from, piece.to]) if (ends[node]! <= 2) limitBy(piece, nodes[node]!.tags)
  }
  const unclear = nodes.filter(({ tags }, node) => ends[node]! > 2 && limitsOf(tags, 'forward') !== noLimits)
  drop(report, 'limits: on a node where several roads meet', unclear.length)
}

function lineLengthM(nodes: readonly OsmNode[]): number {
  let lengthM = 0
  for (let i = 1; i < nodes.length; i++) {
    const a = nodes[i - 1]!
    const b = nodes[i]!
    lengthM += distanceM(a.lon, a.lat, b.lon, b.lat)
  }
  return lengthM
}

const no: ReadonlySet<string | undefined> = new Set([undefined, 'no'])

/** Something is above the road. A culvert is a pipe under it. */
const isUnder = (tags: Tags): boolean => (!no.has(tags.tunnel) && tags.tunnel !== 'culvert') || !no.has(tags.covered)
