import { arcFlag, arcShape, type Plane, type RoadNetwork, roadClasses } from '@clearway/routing'
import { type PlainNetwork, xml } from '../cityflow/plain-network.ts'
import type { CollapsedJunctions } from './collapsed-junctions.ts'

export const edgeOf = (arc: number): string => `arc-${arc}`

/**
 * The streets of an imported city in the words of SUMO: an edge for each arc that somebody may drive in its direction, a
 * node for each junction. Arcs against one-way streets are none.
 */
export function streetFiles(network: RoadNetwork, junctions: CollapsedJunctions, plane: Plane): PlainNetwork {
  const { arcCount, flags, head, tail, nodeLon, nodeLat, approachOfArc } = network
  const arcs = Array.from({ length: arcCount }, (_, arc) => arc).filter(
    (arc) => (flags[arc]! & arcFlag.contraflow) === 0 && !junctions.isInside(arc) && tail[arc] !== head[arc],
  )
  const isEdge = new Set(arcs)
  const nameOf = (node: number) => junctions.junctionOf.get(node) ?? `node-${node}`
  const used = new Set(arcs.flatMap((arc) => [tail[arc]!, head[arc]!]))
  const byName = Map.groupBy(used, nameOf)
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const nodes = [...byName].map(([name, all]) => {
    const [x, y] = [mean(all.map((node) => plane.x(nodeLon[node]!))), mean(all.map((node) => plane.y(nodeLat[node]!)))]
    const type = junctions.junctionOf.has(all[0]!) ? 'traffic_light' : 'priority'
    return `<node id="${name}" x="${x.toFixed(2)}" y="${y.toFixed(2)}" type="${type}"/>`
  })
  const edges = arcs.map((arc) => {
    const shape = arcShape(network, arc).map(([lon, lat]) => `${plane.x(lon).toFixed(2)},${plane.y(lat).toFixed(2)}`)
    const ends = `from="${nameOf(tail[arc]!)}" to="${nameOf(head[arc]!)}"`
    const lanes = `numLanes="${Math.max(1, network.lanes[arc]!)}" speed="${network.speedMps[arc]!.toFixed(2)}"`
    const priority = roadClasses.length - network.roadClass[arc]!
    const allow = (flags[arc]! & arcFlag.emergencyOnly) !== 0 ? ' allow="emergency"' : ''
    return `<edge id="${edgeOf(arc)}" ${ends} ${lanes} priority="${priority}"${allow} shape="${shape.join(' ')}"/>`
  })
  const connections = arcs.flatMap((arc) => {
    const on = [...junctions.waysOn(arc).keys()].filter((next) => isEdge.has(next))
    // Where the map ends nobody turns round; netconvert would let them.
    if (on.length === 0) return [`<connection from="${edgeOf(arc)}"/>`]
    // A driveway into a junction has no signal: it gives way.
    const isFree = junctions.junctionOf.has(head[arc]!) && approachOfArc[arc]! < 0
    const free = isFree ? ' fromLane="0" toLane="0" uncontrolled="true"' : ''
    return on.map((next) => `<connection from="${edgeOf(arc)}" to="${edgeOf(next)}"${free}/>`)
  })
  return { nodes: xml('nodes', nodes), edges: xml('edges', edges), connections: xml('connections', connections) }
}
