/** `memory-process.ts hierarchy|ngraph FILE`: prints how many bytes a city takes, once all that made it is gone. */
import { readFileSync } from 'node:fs'
import type { FileRoads } from '../eval/evaluation-case.ts'
import { ngraphPeer } from '../eval/ngraph-peer.ts'
import { DistanceQuery } from '../src/hierarchy/distance-query.ts'
import { graphOf } from '../src/hierarchy/graph.ts'
import { customize } from '../src/hierarchy/metric.ts'
import { buildTopology } from '../src/hierarchy/topology.ts'

function readCity(file: string): FileRoads & { order: Int32Array } {
  const { buffer, byteOffset } = readFileSync(file)
  const bytes = buffer.slice(byteOffset)
  const [nodeCount, arcCount] = new Int32Array(bytes, 0, 2) as unknown as [number, number]
  let at = 8
  const doubles = () => {
    at += 8 * nodeCount
    return new Float64Array(bytes, at - 8 * nodeCount, nodeCount).slice()
  }
  const whole = (length: number) => {
    at += 4 * length
    return new Int32Array(bytes, at - 4 * length, length).slice()
  }
  const [x, y] = [doubles(), doubles()]
  return {
    nodeCount,
    x,
    y,
    tail: whole(arcCount),
    head: whole(arcCount),
    weight: whole(arcCount),
    order: whole(nodeCount),
  }
}

/** Streets, coordinates, index, weights, and what a query works with. */
function hierarchy(file: string) {
  const { nodeCount, tail, head, weight, x, y, order } = readCity(file)
  const { graph, arcOf } = graphOf(nodeCount, tail, head)
  const weights = arcOf.map((fileArc) => weight[fileArc]!)
  const topology = buildTopology(graph, order)
  const metric = new Int32Array(2 * topology.arcCount)
  customize(topology, weights, metric)
  const query = new DistanceQuery(topology)
  query.path(weights, metric, 0, nodeCount - 1)
  return { graph, weights, topology, metric, query, x, y }
}

function ngraph(file: string) {
  const roads = readCity(file)
  const { graph, find } = ngraphPeer(roads, roads.weight)
  find(0, roads.nodeCount - 1)
  return graph
}

function usedBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const [what, file] = process.argv.slice(2)
const before = usedBytes()
const kept = what === 'ngraph' ? ngraph(file!) : hierarchy(file!)
const used = usedBytes() - before
// Read after measuring, so that it was in memory until now.
if (kept) console.log(used)
