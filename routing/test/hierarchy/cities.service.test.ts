import { join } from 'node:path'
import { seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { readRoads } from '../../eval/case-files.ts'
import type { FileRoads } from '../../eval/evaluation-case.ts'
import { hierarchySubject } from '../../eval/hierarchy-subject.ts'
import { judgeDistance, judgeRoute } from '../../eval/judge.ts'
import { newYorkTimes } from '../../eval/new-york.ts'
import { PlainDijkstra } from '../../eval/plain-dijkstra.ts'
import type { Subject } from '../../eval/subject.ts'
import { importCity } from '../../src/network/import-city.ts'
import { arcFlag } from '../../src/network/road-network.ts'
import { testData } from '../test-data.ts'

const CLOSED = 2 ** 30 - 1
/** From each of these to so many targets: a thousand pairs for each metric. */
const SOURCES = 20
const TARGETS = 50

interface City {
  roads: FileRoads
  metrics: Record<string, Int32Array>
}

async function newYork(): Promise<City> {
  const data = join(import.meta.dirname, '..', '..', 'eval', 'data')
  const roads = await readRoads(join(data, 'ny-road-d.gr.gz'), join(data, 'ny-road.co.gz'), false)
  return { roads, metrics: { decimetres: roads.weight, milliseconds: newYorkTimes(roads) } }
}

/** Both directions of every road, one-way streets closed against their direction. */
async function importedCity(file: string): Promise<City> {
  const { network } = await importCity(file)
  const { nodeCount, tail, head, nodeLon: x, nodeLat: y, lengthM, speedMps, flags } = network
  const weightOf = (cost: (arc: number) => number) =>
    Int32Array.from(tail, (_, arc) => ((flags[arc]! & arcFlag.contraflow) !== 0 ? CLOSED : Math.round(cost(arc))))
  const milliseconds = weightOf((arc) => (lengthM[arc]! / speedMps[arc]!) * 1000)
  const decimetres = weightOf((arc) => lengthM[arc]! * 10)
  return { roads: { nodeCount, tail, head, weight: milliseconds, x, y }, metrics: { milliseconds, decimetres } }
}

function imported(path: string): (() => Promise<City>) | undefined {
  const file = testData(path)
  return file === undefined ? undefined : () => importedCity(file)
}

describe.each<[string, (() => Promise<City>) | undefined]>([
  ['New York', newYork],
  ['Porto', imported('networks/porto.osm.pbf')],
  ['Monaco', imported('networks/monaco/network.osm.gz')],
])('on %s', (_name, load) => {
  it.skipIf(!load)(
    'a thousand pairs of every metric equal Dijkstra, and as many after each kind of update',
    async () => {
      const { roads, metrics } = await load!()
      const subject = hierarchySubject(roads, new Int32Array(0), new Int32Array(0))
      const random = seededRandom(11)
      for (const [name, weights] of Object.entries(metrics)) {
        subject.customize(weights)
        expectRight(roads, weights, subject, random.fork(name), name)
        for (const [kind, update] of Object.entries(updates(weights, random.fork(`${name}, updates`)))) {
          const after = weights.slice()
          update.forEach((weight, arc) => {
            after[arc] = weight
          })
          subject.customize(weights)
          subject.update(Int32Array.from(update.keys()), Int32Array.from(update.values()))
          expect(subject.differencesFromFull(), kind).toBe(0)
          expectRight(roads, after, subject, random.fork(`${name}, ${kind}`), `${name}, ${kind}`)
        }
      }
    },
    300_000,
  )
})

/** New weights by arc: a jam, an incident with its roads closed, one road nearly free. */
function updates(weights: Int32Array, random: ReturnType<typeof seededRandom>): Record<string, Map<number, number>> {
  const some = (count: number) => Array.from({ length: count }, () => random.integer(weights.length))
  const jam = (arc: number) => Math.min(CLOSED, weights[arc]! * (2 + random.integer(5)))
  return {
    'a jam on a thousandth of the arcs': new Map(some(weights.length / 1000).map((arc) => [arc, jam(arc)])),
    'closures on a hundred arcs': new Map(some(100).map((arc) => [arc, CLOSED])),
    'a road that costs a millisecond': new Map(some(1).map((arc) => [arc, 1])),
  }
}

function expectRight(
  roads: FileRoads,
  weights: Int32Array,
  subject: Subject,
  random: ReturnType<typeof seededRandom>,
  what: string,
): void {
  const dijkstra = new PlainDijkstra(roads, weights)
  for (let s = 0; s < SOURCES; s++) {
    const source = random.integer(roads.nodeCount)
    const computed = dijkstra.distancesFrom(source)
    for (let t = 0; t < TARGETS; t++) {
      const target = random.integer(roads.nodeCount)
      const truth = { stored: undefined, computed: computed[target] }
      const wrong =
        judgeDistance(subject.distance(source, target), truth) ??
        judgeRoute(roads, weights, { source, target }, subject.route(source, target), truth)
      expect(wrong, `${what}: from node ${source} to ${target}`).toBeUndefined()
    }
  }
}
