import { InputError } from '@clearway/contracts'
import type { Roadnet } from '@clearway/routing'

/** The three files of which netconvert makes a network. */
export interface PlainNetwork {
  nodes: string
  edges: string
  connections: string
}

type Road = Roadnet['roads'][number]
type RoadLink = Roadnet['intersections'][number]['roadLinks'][number]

const LANE_WIDTH_M = 3.2
/** SUMO gives these a meaning of their own in ids. */
const forbidden = /[\s|\\'";,<>&]|^:/

/**
 * A CityFlow road network in the words of SUMO. Ids stay; lanes are counted from the outside in, where CityFlow counts
 * from the inside out.
 *
 * @param lengthM of roads that are not as long as from end to end
 * @throws InputError `roadnet` naming a road or intersection that SUMO could not take
 */
export function plainNetwork(roadnet: Roadnet, lengthM: ReadonlyMap<string, number> = new Map()): PlainNetwork {
  for (const { id } of [...roadnet.intersections, ...roadnet.roads]) {
    if (id === '' || forbidden.test(id)) {
      throw refused('id', `"${id}" is no id for SUMO; rename it, without spaces, quotes, commas and angle brackets`)
    }
  }
  const roads = new Map(roadnet.roads.map((road) => [road.id, road]))
  const nodes = roadnet.intersections.map(({ id, point, virtual, roadLinks }) => {
    const type = virtual ? (roadLinks.length > 0 ? 'priority' : 'dead_end') : 'traffic_light'
    return `<node id="${id}" x="${point.x}" y="${point.y}" type="${type}"/>`
  })
  const links = roadnet.intersections.flatMap(({ roadLinks }) => roadLinks)
  return {
    nodes: xml('nodes', nodes),
    edges: xml(
      'edges',
      roadnet.roads.map((road) => edgeOf(road, lengthM.get(road.id))),
    ),
    connections: xml('connections', [
      ...links.flatMap((link) => connectionsOf(link, roads.get(link.startRoad)!, roads.get(link.endRoad)!)),
      ...endsOf(roadnet, links),
    ]),
  }
}

/** An XML document with one element a line. */
export const xml = (root: string, lines: readonly string[]): string =>
  `<${root}>\n${lines.map((line) => `  ${line}\n`).join('')}</${root}>\n`

function refused(field: string, message: string): InputError {
  return new InputError('roadnet', message, [{ field, message }])
}

function edgeOf({ id, startIntersection, endIntersection, points, lanes }: Road, lengthM: number | undefined): string {
  const speeds = lanes.map(({ maxSpeed }) => maxSpeed)
  const widths = lanes.map(({ width = LANE_WIDTH_M }) => width)
  const shape = points.length > 2 ? ` shape="${points.map(({ x, y }) => `${x},${y}`).join(' ')}"` : ''
  const length = lengthM === undefined ? '' : ` length="${lengthM}"`
  const ends = `from="${startIntersection}" to="${endIntersection}"${length}`
  const lane = `numLanes="${lanes.length}" speed="${Math.max(...speeds)}" width="${widths[0]}" spreadType="right"`
  const differing = new Set(speeds).size > 1 || new Set(widths).size > 1
  const inner = lanes.map((_, k) => `<lane index="${lanes.length - 1 - k}" speed="${speeds[k]}" width="${widths[k]}"/>`)
  return `<edge id="${id}" ${ends} ${lane}${shape}${differing ? `>${inner.join('')}</edge>` : '/>'}`
}

/**
 * The lanes that a movement joins: straight on to all lanes, left to all but the outermost, right to the outermost, as far
 * as the file has it so. CityFlow joins every lane with every other, which in SUMO would be conflicts.
 *
 * @throws InputError `roadnet` when the file does not say by which lanes
 */
function connectionsOf({ startRoad, endRoad, type, laneLinks }: RoadLink, start: Road, end: Road): string[] {
  const link = `the roadLink from "${startRoad}" to "${endRoad}"`
  if (laneLinks === undefined || laneLinks.length === 0) {
    throw refused('laneLinks', `${link} has no laneLinks; say from which lane to which it leads`)
  }
  const outermost = end.lanes.length - 1
  const isWanted = (lane: number) =>
    type === 'turn_left' ? lane < outermost : type === 'turn_right' ? lane === outermost : true
  const byStart = Map.groupBy(laneLinks, ({ startLaneIndex }) => startLaneIndex)
  return [...byStart].flatMap(([from, all]) => {
    const ends = [...new Set(all.map(({ endLaneIndex }) => endLaneIndex))]
    const wanted = ends.filter(isWanted)
    return (wanted.length > 0 ? wanted : ends).map(
      (to) =>
        `<connection from="${startRoad}" to="${endRoad}" fromLane="${start.lanes.length - 1 - from}" toLane="${outermost - to}"/>`,
    )
  })
}

/** Roads that lead nowhere: netconvert would guess a way on. */
function endsOf({ roads }: Roadnet, links: readonly RoadLink[]): string[] {
  const leading = new Set(links.map(({ startRoad }) => startRoad))
  return roads.filter(({ id }) => !leading.has(id)).map(({ id }) => `<connection from="${id}"/>`)
}
