import { compile, type Position } from '@clearway/contracts'
import { type Static, Type } from 'typebox'
import type { Coordinate } from '../arc-shape.ts'
import type { MapSignal } from '../edge-city.ts'
import type { EdgeMap, MapEdge } from '../edge-map.ts'
import { type Plane, planeAround } from '../geodesy.ts'
import { brokenMap } from '../map-file.ts'
import { classOf } from '../speed-class.ts'

const Point = Type.Object({ x: Type.Number(), y: Type.Number() })

/** A CityFlow road network; metres on a plane, y to the north. @see https://cityflow.readthedocs.io/en/latest/roadnet.html */
const Roadnet = Type.Object({
  intersections: Type.Array(
    Type.Object({
      id: Type.String(),
      point: Point,
      virtual: Type.Optional(Type.Boolean({ description: 'at the rim, without a signal' })),
      roadLinks: Type.Array(Type.Object({ startRoad: Type.String(), endRoad: Type.String() })),
    }),
  ),
  roads: Type.Array(
    Type.Object({
      id: Type.String(),
      points: Type.Array(Point, { minItems: 2 }),
      lanes: Type.Array(Type.Object({ maxSpeed: Type.Number({ exclusiveMinimum: 0 }) }), { minItems: 1 }),
      startIntersection: Type.String(),
      endIntersection: Type.String(),
    }),
  ),
})
type Roadnet = Static<typeof Roadnet>

const check = compile(Roadnet)

/**
 * Roads are one-way edges, `roadLinks` the turns there are, intersections that are not virtual signalled.
 *
 * @param origin where the file's zero point lies
 * @throws InputError `schema` naming each wrong field, `map-broken` when an id is unknown or taken
 */
export function edgesOfRoadnet(
  content: unknown,
  file: string,
  origin: Position,
): { map: EdgeMap; signals: MapSignal[] } {
  const roadnet = check.require(content, file)
  const plane = planeAround(origin)
  const nodeOf = numbered(roadnet.intersections, file, 'intersection')
  const edgeOf = numbered(roadnet.roads, file, 'road')
  const known = (ids: ReadonlyMap<string, number>, id: string, where: string): number => {
    const number = ids.get(id)
    if (number === undefined) throw brokenMap(file, `"${id}" is not in the file`, where)
    return number
  }
  const edges = roadnet.roads.map((road) => {
    const where = `road "${road.id}"`
    return edgeOfRoad(
      road,
      plane,
      known(nodeOf, road.startIntersection, where),
      known(nodeOf, road.endIntersection, where),
    )
  })
  const turns = new Map<number, Map<number, MapEdge['openTo']>>()
  // A virtual intersection closes the map; nothing is known about its turns.
  edges.forEach(({ to }, edge) => {
    if (!roadnet.intersections[to]!.virtual) turns.set(edge, new Map())
  })
  for (const { id, roadLinks, virtual } of roadnet.intersections) {
    if (virtual) continue
    const node = nodeOf.get(id)!
    for (const { startRoad, endRoad } of roadLinks) {
      const where = `intersection "${id}"`
      const [start, end] = [known(edgeOf, startRoad, where), known(edgeOf, endRoad, where)]
      if (edges[start]!.to !== node || edges[end]!.from !== node) {
        throw brokenMap(file, `a roadLink leads from "${startRoad}" to "${endRoad}", which do not meet here`, where)
      }
      turns.get(start)!.set(end, 'everyone')
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

function numbered(items: readonly { id: string }[], file: string, what: string): Map<string, number> {
  const numbers = new Map<string, number>()
  items.forEach(({ id }, number) => {
    if (numbers.has(id)) throw brokenMap(file, `two are called "${id}"`, what)
    numbers.set(id, number)
  })
  return numbers
}
