import { join } from 'node:path'
import { seededRandom } from '@clearway/contracts'
import { readRoads } from '../eval/case-files.ts'
import type { FileRoads } from '../eval/evaluation-case.ts'
import { newYorkTimes } from '../eval/new-york.ts'
import { graphOf } from '../src/hierarchy/graph.ts'
import { readCoordinates } from '../src/network/dimacs/coordinates-file.ts'
import { distanceM } from '../src/network/geodesy.ts'
import { importCity } from '../src/network/import-city.ts'
import { arcFlag, type RoadNetwork, roadClasses } from '../src/network/road-network.ts'
import { testData } from '../test/test-data.ts'

/** Roads with travel times in milliseconds as weights. */
export interface BenchCity {
  name: string
  roads: FileRoads
  network: RoadNetwork
}

const CLOSED = 2 ** 30 - 1
const data = join(import.meta.dirname, '..', 'eval', 'data')

export async function newYorkCity(): Promise<BenchCity> {
  const roads = await readRoads(join(data, 'ny-road-d.gr.gz'), join(data, 'ny-road.co.gz'), false)
  const { x: nodeLon, y: nodeLat } = await readCoordinates(join(data, 'ny-road.co.gz'))
  const degrees = (microdegrees: number) => microdegrees / 1e6
  const places = { nodeLon: nodeLon.map(degrees), nodeLat: nodeLat.map(degrees) }
  const timed = { ...roads, weight: newYorkTimes(roads) }
  return { name: 'New York', roads: timed, network: networkOf(timed, places) }
}

/** Straight two-way roads without names, signals or limits. Arcs of the file are sorted by tail. */
function networkOf(
  { nodeCount, tail, head, weight }: FileRoads,
  places: Pick<RoadNetwork, 'nodeLon' | 'nodeLat'>,
): RoadNetwork {
  const { nodeLon, nodeLat } = places
  const arcCount = tail.length
  const { graph } = graphOf(nodeCount, tail, head)
  const lengthM = Float32Array.from(tail, (from, arc) =>
    Math.max(1, distanceM(nodeLon[from]!, nodeLat[from]!, nodeLon[head[arc]!]!, nodeLat[head[arc]!]!)),
  )
  const arcBetween = new Map(Array.from(tail, (from, arc) => [from * nodeCount + head[arc]!, arc]))
  const ends = (place: Float64Array) =>
    Float64Array.from({ length: 2 * arcCount }, (_, i) => place[(i % 2 === 0 ? tail : head)[i >> 1]!]!)
  const unlimited = () => new Float32Array(arcCount).fill(Number.POSITIVE_INFINITY)
  return {
    ...graph,
    ...places,
    lengthM,
    speedMps: lengthM.map((metres, arc) => (1000 * metres) / weight[arc]!),
    lanes: new Uint8Array(arcCount).fill(1),
    ...{ maxHeightM: unlimited(), maxWidthM: unlimited(), maxWeightT: unlimited(), maxAxleLoadT: unlimited() },
    roadClass: new Uint8Array(arcCount).fill(roadClasses.indexOf('residential')),
    flags: new Uint8Array(arcCount),
    street: new Int32Array(arcCount),
    streetNames: [''],
    reverse: Int32Array.from(tail, (from, arc) => arcBetween.get(head[arc]! * nodeCount + from) ?? -1),
    shapeStart: Int32Array.from({ length: arcCount + 1 }, (_, arc) => 2 * arc),
    shapeLon: ends(nodeLon),
    shapeLat: ends(nodeLat),
    turnBans: [],
    approachOfArc: new Int32Array(arcCount).fill(-1),
    approaches: [],
    exitOfArc: new Int32Array(arcCount).fill(-1),
    exits: [],
  }
}

/** Undefined where its map is not at hand. */
export async function portoCity(): Promise<BenchCity | undefined> {
  const file = testData('networks/porto.osm.pbf')
  if (file === undefined) return undefined
  const { network } = await importCity(file, { emergencyRoads: false })
  const { nodeCount, tail, head, nodeLon, nodeLat, lengthM, speedMps, flags } = network
  const weight = Int32Array.from(tail, (_, arc) =>
    (flags[arc]! & arcFlag.contraflow) !== 0 ? CLOSED : Math.ceil((lengthM[arc]! / speedMps[arc]!) * 1000),
  )
  const perLon = Math.cos((nodeLat[0]! * Math.PI) / 180)
  return {
    name: 'Porto',
    roads: { nodeCount, tail, head, weight, x: nodeLon.map((lon) => lon * perLon), y: nodeLat },
    network,
  }
}

/** Pairs of different nodes. */
export function seededPairs(
  { nodeCount }: Pick<FileRoads, 'nodeCount'>,
  count: number,
  seed: number,
): [number, number][] {
  const random = seededRandom(seed)
  const pairs: [number, number][] = []
  while (pairs.length < count) {
    const pair: [number, number] = [random.integer(nodeCount), random.integer(nodeCount)]
    if (pair[0] !== pair[1]) pairs.push(pair)
  }
  return pairs
}

export function seededNodes({ nodeCount }: Pick<FileRoads, 'nodeCount'>, count: number, seed: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => random.integer(nodeCount))
}
