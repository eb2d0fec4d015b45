import { type Bounds, distanceM, within } from '../geodesy.ts'
import { type Direction, direction, driveable, isRoundabout, lanesOf, type RoadClass } from './access.ts'
import type { OsmExtract, OsmWay, Tags } from './extract.ts'
import { drop, type ImportReport } from './import-report.ts'
import { speedMps } from './speed.ts'

/** A road between two junction nodes, seen along the nodes of its way. */
export interface RoadPiece {
  way: number
  /** Node ids, ends included; the first and the last are junction nodes. */
  nodes: readonly number[]
  lengthM: number
  direction: Direction
  roadClass: RoadClass
  link: boolean
  roundabout: boolean
  street: string
  forward: { speedMps: number; lanes: number }
  backward: { speedMps: number; lanes: number }
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

/**
 * The driveable roads of an extract, cut where a node is used twice (by two ways, or twice by one) and at signals.
 * Parts outside `bounds` and parts whose nodes are missing are left out and reported.
 */
export function roadPieces(extract: OsmExtract, bounds: Bounds | undefined, report: ImportReport): RoadPiece[] {
  const runs: { way: OsmWay; roadClass: RoadClass; link: boolean; nodes: number[] }[] = []
  const uses = new Map<number, number>()
  for (const way of extract.ways) {
    if (way.tags.highway === undefined) continue
    const kind = driveable(way.tags)
    if ('dropped' in kind) {
      drop(report, `ways: ${kind.dropped}`)
      continue
    }
    for (const nodes of presentRuns(extract, way, bounds, report)) {
      runs.push({ way, ...kind, nodes })
      for (const node of nodes) uses.set(node, (uses.get(node) ?? 0) + 1)
    }
  }
  const pieces: RoadPiece[] = []
  for (const { way, roadClass, link, nodes } of runs) {
    let start = 0
    for (let i = 1; i < nodes.length; i++) {
      const isEnd = i === nodes.length - 1
      if (!isEnd && uses.get(nodes[i]!)! < 2 && !isSignal(extract.nodes.get(nodes[i]!)!.tags)) continue
      pieces.push(piece(extract, way, roadClass, link, nodes.slice(start, i + 1)))
      start = i
    }
  }
  return pieces
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

function piece(
  extract: OsmExtract,
  way: OsmWay,
  roadClass: RoadClass,
  link: boolean,
  nodes: readonly number[],
): RoadPiece {
  const { tags } = way
  let lengthM = 0
  for (let i = 1; i < nodes.length; i++) {
    const a = extract.nodes.get(nodes[i - 1]!)!
    const b = extract.nodes.get(nodes[i]!)!
    lengthM += distanceM(a.lon, a.lat, b.lon, b.lat)
  }
  const oneway = direction(tags)
  return {
    way: way.id,
    nodes,
    lengthM,
    direction: oneway,
    roadClass,
    link,
    roundabout: isRoundabout(tags),
    street: tags.name ?? tags.ref ?? '',
    forward: { speedMps: speedMps(tags, roadClass, link, 'forward'), lanes: lanesOf(tags, oneway, 'forward') },
    backward: { speedMps: speedMps(tags, roadClass, link, 'backward'), lanes: lanesOf(tags, oneway, 'backward') },
  }
}
