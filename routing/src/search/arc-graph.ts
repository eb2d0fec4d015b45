import { arrivalBearing, departureBearing } from '../network/arc-shape.ts'
import { turnDeg } from '../network/geodesy.ts'
import { arcFlag, type RoadNetwork, type TurnBan } from '../network/road-network.ts'
import { type MovementGraph, movementGraph } from './movement-graph.ts'

/** The movements of a road network, with what their cost depends on. */
export interface ArcGraph extends MovementGraph<TurnBan> {
  /** Bits of `movementFlag`, by movement. */
  flags: Uint8Array
  /** Absolute turning angle in degrees where roads meet, by movement; 0 where a road just goes on. */
  turnDeg: Float32Array
  /** One byte per arc: 1 when an end of it lies in a signalled junction. */
  touchesSignal: Uint8Array
}

export const movementFlag = {
  /** A sign forbids it, at some hours at least, see `bans`. */
  forbidden: 1,
  /** Back along the same road. */
  uTurn: 2,
  /** A U-turn where nothing else is left. */
  deadEnd: 4,
} as const

const graphs = new WeakMap<RoadNetwork, ArcGraph>()

/** Built at the first call and kept as long as the network. */
export function arcGraph(network: RoadNetwork): ArcGraph {
  const known = graphs.get(network)
  if (known) return known
  const graph = build(network)
  graphs.set(network, graph)
  return graph
}

function build(network: RoadNetwork): ArcGraph {
  const { arcCount, head, reverse } = network
  const movements = movementGraph(network, network.turnBans)
  const { movementCount, vertexCount, arcOf, first, to, bans } = movements
  const flags = new Uint8Array(movementCount)
  const turn = new Float32Array(movementCount)
  // Loops: `from` of a typed array calls through an iterator for every element, and a start waits for all of this.
  const arrival = new Float32Array(arcCount)
  const departure = new Float32Array(arcCount)
  for (let a = 0; a < arcCount; a++) {
    arrival[a] = arrivalBearing(network, a)
    departure[a] = departureBearing(network, a)
  }
  const roadsAt = new Uint16Array(network.nodeCount)
  for (let node = 0; node < network.nodeCount; node++) roadsAt[node] = neighbourCount(network, node)
  for (let v = 0; v < vertexCount; v++) {
    const a = arcOf[v]!
    const node = head[a]!
    const roads = roadsAt[node]!
    const isDeadEnd = ordinaryOut(network, node, reverse[a]!) === 0
    for (let m = first[v]!; m < first[v + 1]!; m++) {
      const b = arcOf[to[m]!]!
      if (b === reverse[a]) flags[m] = movementFlag.uTurn | (isDeadEnd ? movementFlag.deadEnd : 0)
      else if (roads > 2) turn[m] = Math.abs(turnDeg(arrival[a]!, departure[b]!))
    }
  }
  for (const m of bans.keys()) flags[m]! |= movementFlag.forbidden
  return { ...movements, flags, turnDeg: turn, touchesSignal: signalTouch(network) }
}

function neighbourCount({ firstOut, head }: RoadNetwork, node: number): number {
  let count = 0
  for (let arc = firstOut[node]!; arc < firstOut[node + 1]!; arc++) {
    const seen = head.indexOf(head[arc]!, firstOut[node]!)
    if (seen === arc) count++
  }
  return count
}

/** Ordinary arcs out of the node, except one. */
function ordinaryOut(network: RoadNetwork, node: number, except: number): number {
  let count = 0
  for (let arc = network.firstOut[node]!; arc < network.firstOut[node + 1]!; arc++) {
    if (arc !== except && (network.flags[arc]! & notOrdinary) === 0) count++
  }
  return count
}

const notOrdinary = arcFlag.contraflow | arcFlag.emergencyOnly

function signalTouch(network: RoadNetwork): Uint8Array {
  const nodes = new Uint8Array(network.nodeCount)
  for (const { arc } of network.approaches) nodes[network.head[arc]!] = 1
  for (const { arc } of network.exits) nodes[network.tail[arc]!] = 1
  for (let arc = 0; arc < network.arcCount; arc++) {
    if ((network.flags[arc]! & arcFlag.inside) === 0) continue
    nodes[network.tail[arc]!] = 1
    nodes[network.head[arc]!] = 1
  }
  const touches = new Uint8Array(network.arcCount)
  for (let arc = 0; arc < network.arcCount; arc++)
    touches[arc] = nodes[network.tail[arc]!]! | nodes[network.head[arc]!]!
  return touches
}
