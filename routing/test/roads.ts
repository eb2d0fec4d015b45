import { distanceM } from '../src/network/geodesy.ts'
import { arcFlag, type RoadNetwork } from '../src/network/road-network.ts'

export interface DrawnRoads extends RoadNetwork {
  /** The arc between two nodes by their letters, for example `arc('A>B')`. */
  arc(drawn: string): number
  /** The position of a node. */
  at(node: string): { lon: number; lat: number }
}

/**
 * A road network drawn in words: `A>B 30s` is one-way (its reverse is a contraflow arc), `A-B 30s` goes both ways. Nodes
 * stand on a circle 400 m across in the order of their names, unless `places` (metres east and north) puts them
 * elsewhere; every road is straight and its speed follows from its time. `turns` are forbidden, as `A>B>C`, or `A>B>C>D`
 * via a road.
 */
export function roads(drawn: string, turns = '', places: Record<string, [number, number]> = {}): DrawnRoads {
  const parsed = drawn.split(',').map((text) => {
    const match = /^\s*(\w+)([>-])(\w+)\s+(\d+(?:\.\d+)?)s\s*$/.exec(text)
    if (!match) throw new Error(`cannot read the road "${text}"; write A>B 30s or A-B 30s`)
    return { from: match[1]!, to: match[3]!, oneWay: match[2] === '>', durationS: Number(match[4]) }
  })
  const names = [...new Set(parsed.flatMap(({ from, to }) => [from, to]))].sort()
  const position = names.map((name, i) => {
    const angle = (2 * Math.PI * i) / names.length
    const [x, y] = places[name] ?? [200 * Math.cos(angle), 200 * Math.sin(angle)]
    return { lon: 8.7 + x / 72_300, lat: 49.4 + y / 111_200 }
  })
  const arcs = parsed
    .flatMap(({ from, to, oneWay, durationS }, road) => {
      const tail = names.indexOf(from)
      const head = names.indexOf(to)
      return [
        { road, tail, head, durationS, contraflow: false },
        { road, tail: head, head: tail, durationS, contraflow: oneWay },
      ]
    })
    .sort((a, b) => a.tail - b.tail || a.head - b.head)
  const firstOut = new Int32Array(names.length + 1)
  for (const { tail } of arcs) firstOut[tail + 1]!++
  for (let n = 0; n < names.length; n++) firstOut[n + 1]! += firstOut[n]!
  const length = arcs.map(({ tail, head }) => {
    const a = position[tail]!
    const b = position[head]!
    return Math.max(1, distanceM(a.lon, a.lat, b.lon, b.lat))
  })
  const arc = (text: string) => {
    const [from, to] = text.split('>')
    const found = arcs.findIndex(({ tail, head }) => names[tail] === from && names[head] === to)
    if (found < 0) throw new Error(`no road ${text} is drawn`)
    return found
  }
  const forbidden = turns
    .split(',')
    .filter((text) => text.trim() !== '')
    .map((text) => text.trim().split('>'))
    .map((nodes) => nodes.slice(1).map((node, i) => arc(`${nodes[i]}>${node}`)))
  return {
    arc,
    at: (node) => position[names.indexOf(node)]!,
    nodeCount: names.length,
    arcCount: arcs.length,
    nodeLon: Float64Array.from(position, ({ lon }) => lon),
    nodeLat: Float64Array.from(position, ({ lat }) => lat),
    firstOut,
    tail: Int32Array.from(arcs, ({ tail }) => tail),
    head: Int32Array.from(arcs, ({ head }) => head),
    lengthM: Float32Array.from(length),
    speedMps: Float32Array.from(arcs, ({ durationS }, a) => length[a]! / durationS),
    lanes: new Uint8Array(arcs.length).fill(1),
    maxHeightM: new Float32Array(arcs.length).fill(Number.POSITIVE_INFINITY),
    maxWidthM: new Float32Array(arcs.length).fill(Number.POSITIVE_INFINITY),
    maxWeightT: new Float32Array(arcs.length).fill(Number.POSITIVE_INFINITY),
    maxAxleLoadT: new Float32Array(arcs.length).fill(Number.POSITIVE_INFINITY),
    roadClass: new Uint8Array(arcs.length).fill(6),
    flags: Uint8Array.from(arcs, ({ contraflow }) => (contraflow ? arcFlag.contraflow : 0)),
    street: new Int32Array(arcs.length),
    streetNames: [''],
    reverse: Int32Array.from(arcs, (one) => arcs.findIndex((other) => other.road === one.road && other !== one)),
    shapeStart: Int32Array.from({ length: arcs.length + 1 }, (_, a) => 2 * a),
    shapeLon: Float64Array.from(arcs.flatMap(({ tail, head }) => [position[tail]!.lon, position[head]!.lon])),
    shapeLat: Float64Array.from(arcs.flatMap(({ tail, head }) => [position[tail]!.lat, position[head]!.lat])),
    turnBans: forbidden.map((sequence) => ({ arcs: sequence, emergencyExempt: false, hours: null })),
    approachOfArc: new Int32Array(arcs.length).fill(-1),
    approaches: [],
    exitOfArc: new Int32Array(arcs.length).fill(-1),
    exits: [],
  }
}

/** The nodes that a list of arcs visits, as `A>B>C`. */
export function drawn(network: DrawnRoads, arcs: Iterable<number>): string {
  const list = [...arcs]
  const name = (node: number) => {
    for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
      const at = network.at(letter)
      if (at && at.lon === network.nodeLon[node] && at.lat === network.nodeLat[node]) return letter
    }
    return `#${node}`
  }
  return [name(network.tail[list[0]!]!), ...list.map((a) => name(network.head[a]!))].join('>')
}
