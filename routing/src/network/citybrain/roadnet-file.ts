import type { Position } from '@clearway/contracts'
import type { MapSignal } from '../edge-city.ts'
import type { EdgeMap, MapEdge } from '../edge-map.ts'
import { classOf } from '../speed-class.ts'
import { type CityBrainRoad, readCityBrain } from './roadnet-text.ts'

/** Movements of a lane, in the order of the file; exits lie clockwise, so a left turn leaves by the next one. */
const exitsAhead = [1, 2, 3]

/**
 * Roads, signals and turns of a text road network of the City Brain Challenge.
 *
 * @throws InputError `map-broken`, naming file, line and reason
 */
export function edgesOfCityBrain(text: string, file: string): { map: EdgeMap; signals: MapSignal[] } {
  const { nodes: read, roads, exits: exitsOf } = readCityBrain(text, file)
  const nodes = read.map(({ position }) => position)
  const signals = read.flatMap(({ id, signalled }, node) => (signalled ? [{ id, nodes: [node] }] : []))
  const turns = new Map<number, Map<number, MapEdge['openTo']>>()
  for (const exits of exitsOf.values()) {
    exits.forEach((exit, side) => {
      const into = exit < 0 ? undefined : roads[exit]!.twin
      if (into === undefined) return
      const { lanes } = roads[into]!
      const ahead = exitsAhead.map((step) => exits[(side + step) % exits.length]!)
      const open = ahead.filter((next, movement) => next >= 0 && lanes.some((lane) => lane[movement]))
      turns.set(into, new Map(open.map((next) => [next, 'everyone'])))
    })
  }
  return { map: { nodes, edges: roads.map((road) => edge(road, nodes)), turns }, signals }
}

function edge({ from, to, lengthM, speedMps, lanes }: CityBrainRoad, nodes: readonly Position[]): MapEdge {
  const [a, b] = [nodes[from]!, nodes[to]!]
  return {
    from,
    to,
    shape: [
      [a.lon, a.lat],
      [b.lon, b.lat],
    ],
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
