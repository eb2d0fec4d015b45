import type { Position } from '@clearway/contracts'
import type { Coordinate } from '../arc-shape.ts'
import { edgeCity, type MapSignal } from '../edge-city.ts'
import type { EdgeMap, MapEdge } from '../edge-map.ts'
import { drop, type ImportReport } from '../import-report.ts'
import type { CityOptions, ImportedRoads } from '../imported-city.ts'
import { laneOpenTo } from './lane-access.ts'
import type { SumoConnection, SumoEdge, SumoNet } from './net-file.ts'
import { programTiming } from './program-timing.ts'
import { type Unproject, unprojecting } from './projection.ts'
import { roadType } from './road-type.ts'
import { type SumoPlan, sumoPlan } from './sumo-plan.ts'

/**
 * Roads, turns and signalled junctions of a SUMO network. A junction runs the program of the file where that can be
 * written as a timing table, else a synthetic one; the report counts both.
 *
 * @param origin of a net without projection
 * @param whole also edges that only lead into the map or out of it
 * @throws InputError `no-roads` or `projection`
 */
export function sumoCity(
  net: SumoNet,
  origin: Position,
  options: CityOptions,
  report: ImportReport,
  whole = false,
): ImportedRoads & { plan: SumoPlan } {
  const unproject = unprojecting(net, origin, report)
  const { map, edgeIds } = edgeMapOf(net, unproject, report)
  const timing = programTiming(net, edgeIds, options.district, report)
  const roads = edgeCity(map, signalsOf(net, map, edgeIds), options.district, options.bounds, report, timing, whole)
  return { ...roads, plan: sumoPlan(net, edgeIds, roads, unproject) }
}

/** Edges that cars or emergency vehicles may drive; `edgeIds` are their names. */
function edgeMapOf(net: SumoNet, unproject: Unproject, report: ImportReport): { map: EdgeMap; edgeIds: string[] } {
  const nodeOf = new Map([...net.junctions.keys()].map((id, node) => [id, node]))
  const edges: MapEdge[] = []
  const edgeIds: string[] = []
  for (const [id, edge] of net.edges) {
    const open = edge.lanes.map(laneOpenTo)
    const openTo = (['everyone', 'emergency'] as const).find((who) => open.includes(who))
    if (!openTo) {
      drop(report, 'edges: not for cars')
      continue
    }
    const lanes = edge.lanes.filter((_, lane) => open[lane] === openTo)
    const speedMps = Math.max(...lanes.map((lane) => lane.speedMps))
    if (speedMps === 0) {
      drop(report, 'edges: closed, their speed is 0')
      continue
    }
    const line = lineOf(net, edge)
    edgeIds.push(id)
    edges.push({
      from: nodeOf.get(edge.from)!,
      to: nodeOf.get(edge.to)!,
      shape: line.map(([x, y]) => toCoordinate(unproject(x, y))),
      lengthM: edge.lengthM ?? Math.max(...lanes.map((lane) => lane.lengthM), lineM(line)),
      speedMps,
      lanes: lanes.length,
      openTo,
      ...roadType(edge.type, lanes.length, speedMps),
      roundabout: net.roundabouts.has(id),
      street: edge.name,
    })
  }
  const nodes = [...net.junctions.values()].map(({ x, y }) => unproject(x, y))
  return { map: { nodes, edges, turns: turnsOf(net, edgeIds) }, edgeIds }
}

/**
 * The line of an edge from the middle of a junction to the middle of the next, in the metres of the net. Lanes end at stop
 * lines and are shorter.
 */
function lineOf(net: SumoNet, { from, to, shape }: SumoEdge): (readonly [x: number, y: number])[] {
  const [start, end] = [from, to].map((id) => net.junctions.get(id)!) as [JunctionPoint, JunctionPoint]
  return [[start.x, start.y], ...(shape.length > 1 ? shape : []), [end.x, end.y]]
}

type JunctionPoint = { x: number; y: number }

const lineM = (line: readonly (readonly [x: number, y: number])[]): number =>
  line.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - line[i]![0], y - line[i]![1]), 0)

const toCoordinate = ({ lon, lat }: Position): Coordinate => [lon, lat]

/** The turns that connections give. An edge whose end has none leads nowhere, but may be turned on. */
function turnsOf(net: SumoNet, edgeIds: readonly string[]): EdgeMap['turns'] {
  const edgeOf = new Map(edgeIds.map((id, edge) => [id, edge]))
  const turns = new Map<number, Map<number, MapEdge['openTo']>>(edgeIds.map((_, edge) => [edge, new Map()]))
  for (const connection of net.connections) {
    const [from, to] = [edgeOf.get(connection.from), edgeOf.get(connection.to)]
    const openTo = from === undefined || to === undefined ? undefined : connectionOpenTo(net, connection)
    if (openTo === undefined) continue
    const open = turns.get(from!)!
    if (open.get(to!) !== 'everyone') open.set(to!, openTo)
  }
  return turns
}

function connectionOpenTo(net: SumoNet, { from, to, fromLane, toLane }: SumoConnection): MapEdge['openTo'] | undefined {
  const ends = [net.edges.get(from)!.lanes[fromLane], net.edges.get(to)!.lanes[toLane]]
  const open = ends.map((lane) => (lane === undefined ? undefined : laneOpenTo(lane)))
  if (open.includes(undefined)) return undefined
  return open.includes('emergency') ? 'emergency' : 'everyone'
}

/** Each signal and the junctions at whose stop lines it stands. */
function signalsOf(net: SumoNet, map: EdgeMap, edgeIds: readonly string[]): MapSignal[] {
  const edgeOf = new Map(edgeIds.map((id, edge) => [id, edge]))
  const nodes = new Map<string, Set<number>>()
  for (const { from, tl } of net.connections) {
    const edge = edgeOf.get(from)
    if (tl === undefined || edge === undefined) continue
    nodes.set(tl, (nodes.get(tl) ?? new Set()).add(map.edges[edge]!.to))
  }
  return [...nodes].map(([id, at]) => ({ id, nodes: [...at] }))
}
