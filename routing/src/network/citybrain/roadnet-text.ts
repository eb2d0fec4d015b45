import type { Position } from '@clearway/contracts'
import { Lines } from './lines.ts'

const LONGEST_M = 1e6
const FASTEST_MPS = 60

/** Ways over a junction that a lane may allow, in the order of the file. */
type LaneMovements = readonly [left: boolean, straight: boolean, right: boolean]

/** One direction of a road. Nodes and roads are numbered as in the file, from 0. */
export interface CityBrainRoad {
  id: string
  from: number
  to: number
  lengthM: number
  speedMps: number
  /** From the innermost lane. */
  lanes: readonly LaneMovements[]
  /** The other direction of the same road. */
  twin: number | undefined
}

export interface CityBrainRoadnet {
  nodes: readonly { id: string; position: Position; signalled: boolean }[]
  roads: readonly CityBrainRoad[]
  /** Of a signalled node its four exits clockwise, −1 where there is none: who comes in beside one turns left into the next. */
  exits: ReadonlyMap<number, readonly number[]>
}

/**
 * Reads the text road network of the City Brain Challenge: N nodes `latitude longitude id signalled`; M roads of three
 * lines, `from to length speed lanes-forward lanes-back edge-forward edge-back` and the movements (left, straight, right)
 * of the lanes of each direction; S signals `node` and its exits clockwise, −1 for none.
 *
 * @throws InputError `map-broken`, naming file, line and reason
 */
export function readCityBrain(text: string, file: string): CityBrainRoadnet {
  const lines = new Lines(text, file)
  const { nodes, nodeOf } = readNodes(lines)
  const readNode = (): number => {
    const word = lines.word()
    return nodeOf.get(word) ?? lines.fail(`node ${word} is unknown`)
  }
  const { roads, roadOf } = readRoads(lines, readNode)
  const exits = new Map<number, number[]>()
  for (let left = lines.count(); left > 0; left--) {
    lines.next()
    const node = readNode()
    const out = readExits(lines, roadOf)
    if (out.some((exit) => exit >= 0 && roads[exit]!.from !== node)) lines.fail('an exit starts at another node')
    exits.set(node, out)
  }
  return { nodes, roads, exits }
}

function readNodes(lines: Lines) {
  const nodes: CityBrainRoadnet['nodes'][number][] = []
  const nodeOf = new Map<string, number>()
  for (let left = lines.count(); left > 0; left--) {
    lines.next()
    const lat = lines.number(-90, 90)
    const lon = lines.number(-180, 180)
    const id = lines.word()
    nodeOf.set(id, nodes.length)
    nodes.push({ id, position: { lon, lat }, signalled: lines.number(0, 1) === 1 })
    lines.end()
  }
  return { nodes, nodeOf }
}

function readRoads(lines: Lines, readNode: () => number) {
  const roads: CityBrainRoad[] = []
  const roadOf = new Map<string, number>()
  for (let left = lines.count(); left > 0; left--) {
    lines.next()
    const [from, to] = [readNode(), readNode()]
    const [lengthM, speedMps] = [lines.number(0, LONGEST_M), lines.number(0.1, FASTEST_MPS)]
    const lanes = [lines.number(1, 12), lines.number(0, 12)]
    const ids = [lines.word(), lines.word()]
    lines.end()
    const first = roads.length
    const isTwin = lanes.every((count) => count > 0)
    for (const [i, count] of lanes.entries()) {
      if (count === 0) continue
      roadOf.set(ids[i]!, roads.length)
      roads.push({
        ...{ id: ids[i]!, lengthM, speedMps, lanes: readMovements(lines, count) },
        ...(i === 0 ? { from, to } : { from: to, to: from }),
        twin: isTwin ? (roads.length === first ? first + 1 : first) : undefined,
      })
    }
  }
  return { roads, roadOf }
}

function readMovements(lines: Lines, lanes: number): LaneMovements[] {
  lines.next()
  const read = () => lines.number(0, 1) === 1
  const movements = Array.from({ length: lanes }, (): LaneMovements => [read(), read(), read()])
  lines.end()
  return movements
}

function readExits(lines: Lines, roadOf: ReadonlyMap<string, number>): number[] {
  const exits = Array.from({ length: 4 }, () => {
    const word = lines.word()
    return word === '-1' ? -1 : (roadOf.get(word) ?? lines.fail(`edge ${word} is unknown`))
  })
  lines.end()
  return exits
}
