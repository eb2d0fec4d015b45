import { arrivalBearing, departureBearing } from '../network/arc-shape.ts'
import { turnDeg } from '../network/geodesy.ts'
import { arcFlag, type RoadNetwork } from '../network/road-network.ts'

/**
 * Roads as a graph of movements: a vertex is an arc (just driven to its head), an edge is the movement from one arc into
 * the next. Only so do forbidden turns and turn costs have a place. The movements out of arc `a` are `first[a]` …
 * `first[a + 1] - 1`; `to` is the next arc.
 */
export interface ArcGraph {
  movementCount: number
  first: Int32Array
  from: Int32Array
  to: Int32Array
  /** Bits of `movementFlag`. */
  flags: Uint8Array
  /** Absolute turning angle in degrees where roads meet; 0 where a road just goes on. */
  turnDeg: Float32Array
  /** One byte per arc: 1 when an end of it lies in a signalled junction. */
  touchesSignal: Uint8Array
}

export const movementFlag = {
  /** A sign forbids it. */
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
  const { arcCount, firstOut, head, reverse } = network
  const first = new Int32Array(arcCount + 1)
  for (let a = 0; a < arcCount; a++) {
    const node = head[a]!
    first[a + 1] = first[a]! + firstOut[node + 1]! - firstOut[node]!
  }
  const movementCount = first[arcCount]!
  const from = new Int32Array(movementCount)
  const to = new Int32Array(movementCount)
  const flags = new Uint8Array(movementCount)
  const turn = new Float32Array(movementCount)
  const arrival = Float32Array.from({ length: arcCount }, (_, a) => arrivalBearing(network, a))
  const departure = Float32Array.from({ length: arcCount }, (_, a) => departureBearing(network, a))
  for (let a = 0; a < arcCount; a++) {
    const node = head[a]!
    const roads = neighbourCount(network, node)
    const isDeadEnd = ordinaryOut(network, node, reverse[a]!) === 0
    for (let b = firstOut[node]!, m = first[a]!; b < firstOut[node + 1]!; b++, m++) {
      from[m] = a
      to[m] = b
      if (b === reverse[a]) flags[m] = movementFlag.uTurn | (isDeadEnd ? movementFlag.deadEnd : 0)
      else if (roads > 2) turn[m] = Math.abs(turnDeg(arrival[a]!, departure[b]!))
    }
  }
  for (const { arcs, hours } of network.turnBans) {
    if (arcs.length !== 2 || hours !== null) continue
    const [a, b] = arcs as [number, number]
    flags[first[a]! + b - firstOut[head[a]!]!]! |= movementFlag.forbidden
  }
  return { movementCount, first, from, to, flags, turnDeg: turn, touchesSignal: signalTouch(network) }
}

function neighbourCount(network: RoadNetwork, node: number): number {
  return new Set(network.head.subarray(network.firstOut[node]!, network.firstOut[node + 1]!)).size
}

/** Ordinary arcs out of the node, except one. */
function ordinaryOut(network: RoadNetwork, node: number, except: number): number {
  let count = 0
  for (let arc = network.firstOut[node]!; arc < network.firstOut[node + 1]!; arc++) {
    if (arc !== except && (network.flags[arc]! & arcFlag.contraflow) === 0) count++
  }
  return count
}

function signalTouch(network: RoadNetwork): Uint8Array {
  const nodes = new Uint8Array(network.nodeCount)
  for (const { arc } of network.approaches) nodes[network.head[arc]!] = 1
  for (const { arc } of network.exits) nodes[network.tail[arc]!] = 1
  for (let arc = 0; arc < network.arcCount; arc++) {
    if ((network.flags[arc]! & arcFlag.inside) === 0) continue
    nodes[network.tail[arc]!] = 1
    nodes[network.head[arc]!] = 1
  }
  return Uint8Array.from(network.tail, (tail, arc) => nodes[tail]! | nodes[network.head[arc]!]!)
}
