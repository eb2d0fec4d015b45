import type { Position } from '@clearway/contracts'
import type { MapSignal } from '../edge-city.ts'
import type { EdgeMap, MapEdge } from '../edge-map.ts'
import { classOf } from '../speed-class.ts'
import { Lines } from './lines.ts'

const LONGEST_M = 1e6
const FASTEST_MPS = 60

/** Movements of a lane, in the order of the file; exits lie clockwise, so a left turn leaves by the next one. */
const exitsAhead = [1, 2, 3]

/**
 * Reads the text road network of the City Brain Challenge: N nodes `latitude longitude id signalled`; M roads of three
 * lines, `from to length speed lanes-forward lanes-back edge-forward edge-back` and the movements (left, straight, right)
 * of the lanes of each direction; S signals `node` and its exits clockwise, −1 for none.
 *
 * @throws InputError `map-broken`, naming file, line and reason
 */
export function edgesOfCityBrain(text: string, file: string): { map: EdgeMap; signals: MapSignal[] } {
  const lines = new Lines(text, file)
  const { nodes, nodeOf, signals } = readNodes(lines)
  const readNode = (): number => {
    const word = lines.word()
    return nodeOf.get(word) ?? lines.fail(`node ${word} is unknown`)
  }
  const { edges, edgeOf, movements, twin } = readRoads(lines, nodes, readNode)
  const turns = new Map<number, Map<number, MapEdge['openTo']>>()
  for (let left = lines.count(); left > 0; left--) {
    lines.next()
    const node = readNode()
    const exits = readExits(lines, edgeOf)
    exits.forEach((exit, side) => {
      const into = exit < 0 ? undefined : twin[exit]
      if (into === undefined) return
      if (edges[exit]!.from !== node) lines.fail('an exit starts at another node')
      const ahead = exitsAhead.map((step) => exits[(side + step) % exits.length]!)
      const open = ahead.filter((next, movement) => next >= 0 && movements[into]![movement])
      turns.set(into, new Map(open.map((next) => [next, 'everyone'])))
    })
  }
  return { map: { nodes, edges, turns }, signals }
}

function readNodes(lines: Lines) {
  const nodes: Position[] = []
  const nodeOf = new Map<string, number>()
  const signals: MapSignal[] = []
  for (let left = lines.count(); left > 0; left--) {
    lines.next()
    const lat = lines.number(-90, 90)
    const lon = lines.number(-180, 180)
    const id = lines.word()
    const node = nodes.push({ lon, lat }) - 1
    nodeOf.set(id, node)
    if (lines.number(0, 1) === 1) signals.push({ id, nodes: [node] })
    lines.end()
  }
  return { nodes, nodeOf, signals }
}

function readRoads(lines: Lines, nodes: readonly Position[], readNode: () => number) {
  const edges: MapEdge[] = []
  const edgeOf = new Map<string, number>()
  /** Which of left, straight and right the lanes of an edge allow. */
  const movements: boolean[][] = []
  /** The other direction of an edge's road. */
  const twin: (number | undefined)[] = []
  for (let left = lines.count(); left > 0; left--) {
    lines.next()
    const [from, to] = [readNode(), readNode()]
    const [lengthM, speedMps] = [lines.number(0, LONGEST_M), lines.number(0.1, FASTEST_MPS)]
    const lanes = [lines.number(1, 12), lines.number(0, 12)]
    const first = edges.length
    for (const [i, count] of lanes.entries()) {
      const id = lines.word()
      if (count === 0) continue
      edgeOf.set(id, edges.length)
      edges.push(edge(i === 0 ? { from, to } : { from: to, to: from }, nodes, lengthM, speedMps, count))
    }
    lines.end()
    twin.push(...(edges.length - first === 2 ? [first + 1, first] : [undefined]))
    for (const count of lanes) if (count > 0) movements.push(readMovements(lines, count))
  }
  return { edges, edgeOf, movements, twin }
}

function edge(
  { from, to }: { from: number; to: number },
  nodes: readonly Position[],
  lengthM: number,
  speedMps: number,
  lanes: number,
): MapEdge {
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
    lanes,
    openTo: 'everyone',
    roadClass: classOf(lanes, speedMps),
    link: false,
    roundabout: false,
    street: '',
  }
}

function readMovements(lines: Lines, lanes: number): boolean[] {
  lines.next()
  const allowed = [false, false, false]
  for (let lane = 0; lane < lanes; lane++) {
    for (const movement of allowed.keys()) if (lines.number(0, 1) === 1) allowed[movement] = true
  }
  lines.end()
  return allowed
}

function readExits(lines: Lines, edgeOf: ReadonlyMap<string, number>): number[] {
  const exits = Array.from({ length: 4 }, () => {
    const word = lines.word()
    return word === '-1' ? -1 : (edgeOf.get(word) ?? lines.fail(`edge ${word} is unknown`))
  })
  lines.end()
  return exits
}
