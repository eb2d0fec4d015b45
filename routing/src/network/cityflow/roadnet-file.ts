import { compile, type Position } from '@clearway/contracts'
import { type Static, Type } from 'typebox'
import type { Coordinate } from '../arc-shape.ts'
import type { MapSignal } from '../edge-city.ts'
import type { EdgeMap, MapEdge } from '../edge-map.ts'
import { type Plane, planeAround } from '../geodesy.ts'
import { brokenMap } from '../map-file.ts'
import { classOf } from '../speed-class.ts'

const Point = Type.Object({ x: Type.Number(), y: Type.Number() })
const LaneIndex = Type.Integer({ minimum: 0 })

/** A CityFlow road network; metres on a plane, y to the north. @see https://cityflow.readthedocs.io/en/latest/roadnet.html */
const Roadnet = Type.Object({
  intersections: Type.Array(
    Type.Object({
      id: Type.String(),
      point: Point,
      virtual: Type.Optional(Type.Boolean({ description: 'at the rim, without a signal' })),
      roadLinks: Type.Array(
        Type.Object({
          startRoad: Type.String(),
          endRoad: Type.String(),
          type: Type.Optional(Type.String({ description: 'go_straight, turn_left or turn_right' })),
          laneLinks: Type.Optional(
            Type.Array(Type.Object({ startLaneIndex: LaneIndex, endLaneIndex: LaneIndex }), {
              description: 'lane 0 is the innermost',
            }),
          ),
        }),
      ),
    }),
  ),
  roads: Type.Array(
    Type.Object({
      id: Type.String(),
      points: Type.Array(Point, { minItems: 2 }),
      lanes: Type.Array(
        Type.Object({
          maxSpeed: Type.Number({ exclusiveMinimum: 0 }),
          width: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
        }),
        { minItems: 1 },
      ),
      startIntersection: Type.String(),
      endIntersection: Type.String(),
    }),
  ),
})
export type Roadnet = Static<typeof Roadnet>

const check = compile(Roadnet)

/**
 * A road network whose ids are unique and known wherever they are named, and whose links join roads that meet.
 *
 * @throws InputError `schema` naming each wrong field, `map-broken` when an id is unknown or taken
 */
export function roadnetOf(content: unknown, file: string): Roadnet {
  const roadnet = check.require(content, file)
  const intersections = named(roadnet.intersections, file, 'intersection')
  const roads = named(roadnet.roads, file, 'road')
  const known = <Item>(items: ReadonlyMap<string, Item>, id: string, where: string): Item => {
    const item = items.get(id)
    if (item === undefined) throw brokenMap(file, `"${id}" is not in the file`, where)
    return item
  }
  for (const { id, startIntersection, endIntersection } of roadnet.roads) {
    for (const end of [startIntersection, endIntersection]) known(intersections, end, `road "${id}"`)
  }
  for (const { id, roadLinks } of roadnet.intersections) {
    const where = `intersection "${id}"`
    for (const { startRoad, endRoad, laneLinks = [] } of roadLinks) {
      const [start, end] = [known(roads, startRoad, where), known(roads, endRoad, where)]
      const link = `a roadLink leads from "${startRoad}" to "${endRoad}"`
      if (start.endIntersection !== id || end.startIntersection !== id) {
        throw brokenMap(file, `${link}, which do not meet here`, where)
      }
      const stray = laneLinks.find(
        (lane) => lane.startLaneIndex >= start.lanes.length || lane.endLaneIndex >= end.lanes.length,
      )
      if (stray === undefined) continue
      const lanes = `from lane ${stray.startLaneIndex} of ${start.lanes.length} to lane ${stray.endLaneIndex} of ${end.lanes.length}`
      throw brokenMap(file, `${link} ${lanes}; lanes are counted from 0`, where)
    }
  }
  return roadnet
}

/**
 * Roads are one-way edges, `roadLinks` the turns there are, intersections that are not virtual signalled.
 *
 * @param origin where the file's zero point lies
 * @throws as `roadnetOf`
 */
export function edgesOfRoadnet(
  content: unknown,
  file: string,
  origin: Position,
): { map: EdgeMap; signals: MapSignal[] } {
  const roadnet = roadnetOf(content, file)
  const plane = planeAround(origin)
  const nodeOf = new Map(roadnet.intersections.map(({ id }, node) => [id, node]))
  const edgeOf = new Map(roadnet.roads.map(({ id }, edge) => [id, edge]))
  const edges = roadnet.roads.map((road) =>
    edgeOfRoad(road, plane, nodeOf.get(road.startIntersection)!, nodeOf.get(road.endIntersection)!),
  )
  const turns = new Map<number, Map<number, MapEdge['openTo']>>()
  // A virtual intersection closes the map; nothing is known about its turns.
  edges.forEach(({ to }, edge) => {
    if (!roadnet.intersections[to]!.virtual) turns.set(edge, new Map())
  })
  for (const { roadLinks, virtual } of roadnet.intersections) {
    if (virtual) continue
    for (const { startRoad, endRoad } of roadLinks) {
      turns.get(edgeOf.get(startRoad)!)!.set(edgeOf.get(endRoad)!, 'everyone')
    }
  }
  const nodes = roadnet.intersections.map(({ point }) => ({ lon: plane.lon(point.x), lat: plane.lat(point.y) }))
  const signals = roadnet.intersections.flatMap(({ id, virtual }, node) => (virtual ? [] : [{ id, nodes: [node] }]))
  return { map: { nodes, edges, turns }, signals }
}

function edgeOfRoad(road: Roadnet['roads'][number], plane: Plane, from: number, to: number): MapEdge {
  const { points, lanes } = road
  let lengthM = 0
  points.slice(1).forEach(({ x, y }, i) => {
    lengthM += Math.hypot(x - points[i]!.x, y - points[i]!.y)
  })
  const speedMps = Math.max(...lanes.map(({ maxSpeed }) => maxSpeed))
  return {
    from,
    to,
    shape: points.map(({ x, y }): Coordinate => [plane.lon(x), plane.lat(y)]),
    lengthM,
    speedMps,
    lanes: lanes.length,
    openTo: 'everyone',
    roadClass: classOf(lanes.length, speedMps),
    link: false,
    roundabout: false,
    street: '',
  }
}

function named<Item extends { id: string }>(items: readonly Item[], file: string, what: string): Map<string, Item> {
  const byId = new Map<string, Item>()
  for (const item of items) {
    if (byId.has(item.id)) throw brokenMap(file, `two are called "${item.id}"`, what)
    byId.set(item.id, item)
  }
  return byId
}
