import { type CityBrainRoad, type CityBrainRoadnet, METRES_PER_DEGREE, type Roadnet, turnDeg } from '@clearway/routing'

type RoadLink = Roadnet['intersections'][number]['roadLinks'][number]
type Movement = 'turn_left' | 'go_straight' | 'turn_right'

const movements: readonly Movement[] = ['turn_left', 'go_straight', 'turn_right']
/** Where nothing says so, an exit within this of straight on is straight on, degrees. */
const STRAIGHT_DEG = 60

/** A City Brain network as one of CityFlow. */
export interface CityFlowOfCityBrain {
  /** Its points are degrees, x the longitude. */
  roadnet: Roadnet
  /** Of each road, m: longer than from node to node where it bends. */
  lengthM: ReadonlyMap<string, number>
  /** At a signal, degrees clockwise from north: by the place that the file gives its arm, 0, 90, 180 or 270. */
  bearingOf(road: string): number
}

/**
 * Signals let the movements go that the file has, by the lanes that it has for them. Where there is no signal the file has
 * no movements: every other road is one, and a lane whose movement leads nowhere is used straight on, or as the nearest.
 *
 * @throws InputError nothing: what was read is consistent
 */
export function cityFlowOf(net: CityBrainRoadnet): CityFlowOfCityBrain {
  const { nodes, roads, exits } = net
  const into = Map.groupBy(roads.keys(), (road) => roads[road]!.to)
  const outOf = Map.groupBy(roads.keys(), (road) => roads[road]!.from)
  const bearings = new Map<string, number>()
  const intersections = nodes.map(({ id, position, signalled }, node) => {
    const arms = signalled ? exits.get(node) : undefined
    const roadLinks: RoadLink[] = []
    for (const road of into.get(node) ?? []) {
      const { twin } = roads[road]!
      const side = arms?.findIndex((exit) => exit >= 0 && exit === twin) ?? -1
      if (arms && side >= 0) {
        bearings.set(roads[road]!.id, (side * 90 + 180) % 360)
        roadLinks.push(...linksAtSignal(roads, road, arms, side))
      } else
        roadLinks.push(
          ...linksByAngle(
            net,
            road,
            (outOf.get(node) ?? []).filter((exit) => exit !== twin),
          ),
        )
    }
    return { id, point: pointOf(position), virtual: !arms, roadLinks }
  })
  return {
    roadnet: { intersections, roads: roads.map((road) => roadOf(road, net)) },
    lengthM: new Map(roads.map(({ id, lengthM }) => [id, lengthM])),
    bearingOf: (road) => bearings.get(road)!,
  }
}

const pointOf = ({ lon, lat }: { lon: number; lat: number }) => ({ x: lon, y: lat })

const roadOf = ({ id, from, to, speedMps, lanes }: CityBrainRoad, { nodes }: CityBrainRoadnet) => ({
  id,
  points: [pointOf(nodes[from]!.position), pointOf(nodes[to]!.position)],
  lanes: lanes.map(() => ({ maxSpeed: speedMps })),
  startIntersection: nodes[from]!.id,
  endIntersection: nodes[to]!.id,
})

function linksAtSignal(
  roads: readonly CityBrainRoad[],
  road: number,
  arms: readonly number[],
  side: number,
): RoadLink[] {
  const { lanes } = roads[road]!
  return movements.flatMap((type, movement) => {
    const exit = arms[(side + movement + 1) % arms.length]!
    const open = lanes.flatMap((lane, i) => (lane[movement] ? [i] : []))
    return exit >= 0 && open.length > 0 ? [linkOf(roads, road, exit, type, open)] : []
  })
}

/** Every lane joined with every lane of the next road, as CityFlow has it. */
function linkOf(
  roads: readonly CityBrainRoad[],
  road: number,
  exit: number,
  type: Movement,
  lanes: readonly number[],
): RoadLink {
  const ends = roads[exit]!.lanes.length
  const laneLinks = lanes.flatMap((startLaneIndex) =>
    Array.from({ length: ends }, (_, endLaneIndex) => ({ startLaneIndex, endLaneIndex })),
  )
  return { type, startRoad: roads[road]!.id, endRoad: roads[exit]!.id, laneLinks }
}

function linksByAngle(net: CityBrainRoadnet, road: number, exits: readonly number[]): RoadLink[] {
  const { roads } = net
  const { id: startRoad, lanes } = roads[road]!
  const [only, ...more] = exits
  if (only === undefined) return []
  if (more.length === 0) {
    const last = roads[only]!.lanes.length - 1
    const laneLinks = lanes.map((_, i) => ({ startLaneIndex: i, endLaneIndex: Math.min(i, last) }))
    return [{ type: 'go_straight', startRoad, endRoad: roads[only]!.id, laneLinks }]
  }
  const typeOf = new Map(exits.map((exit) => [exit, movementOf(turnDeg(bearingDeg(net, road), bearingDeg(net, exit)))]))
  const has = (movement: number) => [...typeOf.values()].includes(movements[movement]!)
  const used = lanes.map((lane) => movements.filter((_, i) => lane[i] && has(i)))
  const fallback = [1, 0, 2].find(has)!
  for (const [i, lane] of lanes.entries()) {
    if (used[i]!.length > 0) continue
    const nearest = lane[0] ? [1, 0, 2] : lane[2] ? [1, 2, 0] : [0, 2, 1]
    used[i] = [movements[nearest.find(has) ?? fallback]!]
  }
  return exits.map((exit) => {
    const type = typeOf.get(exit)!
    const open = lanes.flatMap((_, i) => (used[i]!.includes(type) ? [i] : []))
    const any = type === 'turn_right' ? lanes.length - 1 : 0
    return linkOf(roads, road, exit, type, open.length > 0 ? open : [any])
  })
}

const movementOf = (deg: number): Movement =>
  deg < -STRAIGHT_DEG ? 'turn_left' : deg > STRAIGHT_DEG ? 'turn_right' : 'go_straight'

function bearingDeg({ nodes, roads }: CityBrainRoadnet, road: number): number {
  const [a, b] = [nodes[roads[road]!.from]!.position, nodes[roads[road]!.to]!.position]
  const eastM = (b.lon - a.lon) * METRES_PER_DEGREE * Math.cos((a.lat * Math.PI) / 180)
  return (Math.atan2(eastM, (b.lat - a.lat) * METRES_PER_DEGREE) * 180) / Math.PI
}
