import { arcFlag, type RoadNetwork, roadClasses } from '@clearway/routing'

/** A road drawn between two points; `both` makes the arc of the other direction as well. */
export interface DrawnRoad {
  from: string
  to: string
  lanes?: number
  speedMps?: number
  roadClass?: (typeof roadClasses)[number]
  both?: boolean
  /** The head of from→to is a stop line of this junction. */
  stopLineOf?: string
  inside?: boolean
}

const METRES_PER_DEGREE = 111_195

/** A network from points in metres around 8.7° E 49.4° N and the roads between them, straight and as long as drawn. */
export function drawNetwork(points: Record<string, [x: number, y: number]>, roads: readonly DrawnRoad[]) {
  const names = Object.keys(points)
  const perLon = METRES_PER_DEGREE * Math.cos((49.4 * Math.PI) / 180)
  const lon = names.map((name) => 8.7 + points[name]![0] / perLon)
  const lat = names.map((name) => 49.4 + points[name]![1] / METRES_PER_DEGREE)
  const directed = roads.flatMap((road) => [
    road,
    ...(road.both ? [{ ...road, from: road.to, to: road.from, stopLineOf: undefined }] : []),
  ])
  const arcs = directed
    .map((road) => ({ ...road, tail: names.indexOf(road.from), head: names.indexOf(road.to) }))
    .sort((a, b) => a.tail - b.tail || a.head - b.head)
  const find = (from: string, to: string): number => {
    const arc = arcs.findIndex((road) => road.from === from && road.to === to)
    if (arc < 0) throw new RangeError(`no road ${from}>${to} was drawn`)
    return arc
  }
  const firstOut = new Int32Array(names.length + 1)
  for (let n = 0; n < names.length; n++) firstOut[n + 1] = firstOut[n]! + arcs.filter(({ tail }) => tail === n).length
  const length = ({ from, to }: DrawnRoad) =>
    Math.hypot(points[from]![0] - points[to]![0], points[from]![1] - points[to]![1])
  const stopLines = arcs.flatMap((road, arc) => (road.stopLineOf ? [{ junction: road.stopLineOf, road, arc }] : []))
  const network: RoadNetwork = {
    nodeCount: names.length,
    arcCount: arcs.length,
    nodeLon: Float64Array.from(lon),
    nodeLat: Float64Array.from(lat),
    firstOut,
    tail: Int32Array.from(arcs, ({ tail }) => tail),
    head: Int32Array.from(arcs, ({ head }) => head),
    lengthM: Float32Array.from(arcs, length),
    speedMps: Float32Array.from(arcs, ({ speedMps = 13.9 }) => speedMps),
    lanes: Uint8Array.from(arcs, ({ lanes = 1 }) => lanes),
    maxHeightM: new Float32Array(arcs.length).fill(Number.POSITIVE_INFINITY),
    maxWidthM: new Float32Array(arcs.length).fill(Number.POSITIVE_INFINITY),
    maxWeightT: new Float32Array(arcs.length).fill(Number.POSITIVE_INFINITY),
    maxAxleLoadT: new Float32Array(arcs.length).fill(Number.POSITIVE_INFINITY),
    roadClass: Uint8Array.from(arcs, ({ roadClass = 'secondary' }) => roadClasses.indexOf(roadClass)),
    flags: Uint8Array.from(arcs, ({ inside }) => (inside ? arcFlag.inside : 0)),
    street: new Int32Array(arcs.length),
    streetNames: [''],
    reverse: Int32Array.from(arcs, ({ tail, head }) => arcs.findIndex((o) => o.tail === head && o.head === tail)),
    shapeStart: Int32Array.from({ length: arcs.length + 1 }, (_, a) => 2 * a),
    shapeLon: Float64Array.from(arcs.flatMap(({ tail, head }) => [lon[tail]!, lon[head]!])),
    shapeLat: Float64Array.from(arcs.flatMap(({ tail, head }) => [lat[tail]!, lat[head]!])),
    turnBans: [],
    approachOfArc: Int32Array.from(arcs, (_, arc) => stopLines.findIndex((line) => line.arc === arc)),
    approaches: stopLines.map(({ junction, road, arc }) => ({ junction, approach: road.from.toLowerCase(), arc })),
    exitOfArc: new Int32Array(arcs.length).fill(-1),
    exits: [],
  }
  /** The arcs along points: `route('A B C')`. */
  const route = (path: string): Int32Array => {
    const stops = path.split(' ')
    return Int32Array.from(stops.slice(1), (to, i) => find(stops[i]!, to))
  }
  return { network, find, route, approachAt: (from: string, to: string) => network.approachOfArc[find(from, to)]! }
}
