import type { Place, Position } from '@clearway/contracts'
import { type Bounds, distanceM, within } from '../network/geodesy.ts'
import { drop, type ImportReport } from '../network/import-report.ts'
import type { OsmExtract, OsmWay } from '../network/osm/extract.ts'
import { largestPart, stronglyConnected } from '../network/strongly-connected.ts'
import { entrancesOf } from './entrances.ts'
import { blocksWalkers, walkable } from './walkable.ts'
import type { WalkingNetwork } from './walking-network.ts'

/**
 * The ways of an extract for people on foot, cut where a node is used twice; only the largest connected part. Squares
 * are walked along their edges.
 *
 * @returns undefined when the extract has none
 */
export function walkingNetwork(
  extract: OsmExtract,
  places: readonly Place[],
  bounds: Bounds | undefined,
  report: ImportReport,
): WalkingNetwork | undefined {
  const lines = extract.ways.filter(({ tags }) => walkable(tags)).flatMap((way) => openRuns(extract, way, bounds))
  const pieces = connected(cutAtCrossings(lines), report)
  if (pieces.length === 0) return undefined
  const network = packed(extract, pieces, entrancesOf(extract, places))
  report.kept.walkingNodes = network.nodeCount
  report.kept.walkingEdges = network.edgeCount
  report.kept.walkingEntrances = network.entrances.length
  return network
}

/** Parts of a way whose nodes exist, lie inside and let people pass. */
function openRuns(extract: OsmExtract, way: OsmWay, bounds: Bounds | undefined): number[][] {
  const runs: number[][] = []
  let run: number[] = []
  for (const id of way.nodes) {
    const node = extract.nodes.get(id)
    if (node && !blocksWalkers(node.tags) && (!bounds || within(bounds, node.lon, node.lat))) {
      if (run.at(-1) !== id) run.push(id)
      continue
    }
    runs.push(run)
    run = []
  }
  runs.push(run)
  return runs.filter(({ length }) => length > 1)
}

function cutAtCrossings(lines: readonly number[][]): number[][] {
  const uses = new Map<number, number>()
  for (const line of lines) for (const node of line) uses.set(node, (uses.get(node) ?? 0) + 1)
  return lines.flatMap((line) => {
    const pieces: number[][] = []
    let start = 0
    for (let i = 1; i < line.length; i++) {
      if (i < line.length - 1 && uses.get(line[i]!)! < 2) continue
      pieces.push(line.slice(start, i + 1))
      start = i
    }
    return pieces
  })
}

function connected(pieces: readonly number[][], report: ImportReport): number[][] {
  const index = nodeIndex(pieces)
  const [tails, heads] = [
    pieces.map((piece) => index.get(piece[0]!)!),
    pieces.map((piece) => index.get(piece.at(-1)!)!),
  ]
  // Every edge goes both ways, so what is connected is strongly connected.
  const part = stronglyConnected(
    index.size,
    Int32Array.from([...tails, ...heads]),
    Int32Array.from([...heads, ...tails]),
  )
  const largest = largestPart(part)
  const kept = pieces.filter((_, i) => part[tails[i]!] === largest)
  drop(report, 'walking: ways not in the largest connected part', pieces.length - kept.length)
  return kept
}

/** Map nodes at the ends of pieces → their numbers. */
function nodeIndex(pieces: readonly number[][]): Map<number, number> {
  const ids = new Set(pieces.flatMap((piece) => [piece[0]!, piece.at(-1)!]))
  return new Map([...ids].map((id, node) => [id, node]))
}

function packed(
  extract: OsmExtract,
  pieces: readonly number[][],
  entrances: WalkingNetwork['entrances'],
): WalkingNetwork {
  const index = nodeIndex(pieces)
  const points = pieces.flat().map((id): Position => extract.nodes.get(id)!)
  const shapeStart = new Int32Array(pieces.length + 1)
  pieces.forEach(({ length }, i) => {
    shapeStart[i + 1] = shapeStart[i]! + length
  })
  return {
    nodeCount: index.size,
    edgeCount: pieces.length,
    from: Int32Array.from(pieces, (piece) => index.get(piece[0]!)!),
    to: Int32Array.from(pieces, (piece) => index.get(piece.at(-1)!)!),
    lengthCm: Int32Array.from(pieces, (_, i) => lineCm(points.slice(shapeStart[i]!, shapeStart[i + 1]!))),
    shapeStart,
    shapeLon: Float64Array.from(points, ({ lon }) => lon),
    shapeLat: Float64Array.from(points, ({ lat }) => lat),
    entrances,
  }
}

function lineCm(points: readonly Position[]): number {
  let metres = 0
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!]
    metres += distanceM(a.lon, a.lat, b.lon, b.lat)
  }
  return Math.round(metres * 100)
}
