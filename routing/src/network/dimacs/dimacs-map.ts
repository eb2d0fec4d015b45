import type { Position } from '@clearway/contracts'
import type { EdgeMap, MapEdge } from '../edge-map.ts'
import { distanceM, planeAround } from '../geodesy.ts'
import { brokenMap } from '../map-file.ts'
import type { DimacsCoordinates } from './coordinates-file.ts'
import type { DimacsGraph } from './graph-file.ts'

export interface DimacsOptions {
  /** What the weights are. */
  metric: 'length' | 'time'
  /** Metres, or seconds, of a weight of 1. */
  unit: number
  /** Coordinates are metres on a plane around this place; undefined: microdegrees. */
  plane: Position | undefined
}

/** Where only lengths are known, what is driven in towns: 50 km/h. */
const SPEED_MPS = 50 / 3.6
const MICRODEGREES = 1e6
/** A weight of 0 would be driven at no speed that is one. */
const SHORTEST_S = 0.001

/**
 * A road network from a DIMACS graph: every arc is a one-way edge with one lane, straight between its nodes, residential.
 * With times as weights the speed of each follows from its time.
 *
 * @param file the graph, named in errors
 * @throws InputError `map-broken` when the coordinates are for another graph or off the earth
 */
export function edgesOfGraph(
  graph: DimacsGraph,
  coordinates: DimacsCoordinates,
  file: string,
  options: DimacsOptions,
): EdgeMap {
  const { metric, unit } = options
  if (coordinates.x.length !== graph.nodeCount) {
    throw brokenMap(file, `${graph.nodeCount} nodes, but coordinates of ${coordinates.x.length}`)
  }
  const nodes = positions(coordinates, options.plane)
  const off = nodes.findIndex(({ lon, lat }) => !(Math.abs(lon) <= 180 && Math.abs(lat) <= 90))
  if (off >= 0) {
    throw brokenMap(
      file,
      `its coordinates ${coordinates.x[off]} ${coordinates.y[off]} are off the earth`,
      `node ${off + 1}`,
    )
  }
  const edges = Array.from({ length: graph.arcCount }, (_, arc): MapEdge => {
    const [from, to] = [graph.tail[arc]!, graph.head[arc]!]
    const [a, b] = [nodes[from]!, nodes[to]!]
    const straightM = distanceM(a.lon, a.lat, b.lon, b.lat)
    const weight = graph.weight[arc]! * unit
    return {
      from,
      to,
      shape: [
        [a.lon, a.lat],
        [b.lon, b.lat],
      ],
      lengthM: metric === 'length' ? weight : straightM,
      speedMps: metric === 'length' ? SPEED_MPS : Math.max(straightM, 0.1) / Math.max(weight, SHORTEST_S),
      lanes: 1,
      openTo: 'everyone',
      roadClass: 'residential',
      link: false,
      roundabout: false,
      street: '',
    }
  })
  return { nodes, edges, turns: new Map() }
}

function positions({ x, y }: DimacsCoordinates, origin: Position | undefined): Position[] {
  const plane = origin && planeAround(origin)
  return Array.from(x, (east, node) =>
    plane
      ? { lon: plane.lon(east), lat: plane.lat(y[node]!) }
      : { lon: east / MICRODEGREES, lat: y[node]! / MICRODEGREES },
  )
}
