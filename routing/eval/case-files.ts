import { InputError } from '@clearway/contracts'
import { readCoordinates } from '../src/network/dimacs/coordinates-file.ts'
import { readGraph } from '../src/network/dimacs/graph-file.ts'
import { planeAround } from '../src/network/geodesy.ts'
import {
  BEST_UNITS,
  type EvaluationCase,
  type FileRoads,
  type Incident,
  type Query,
  type Unit,
  type Update,
} from './evaluation-case.ts'
import { readTable, type TableLine } from './table-file.ts'

/** Paths. What is absent is not judged, or judged on seeded pairs by Dijkstra's algorithm alone. */
export interface CaseFiles {
  graph: string
  coordinates: string
  /** The coordinates are metres on a plane instead of microdegrees. */
  planar: boolean
  queries?: string | undefined
  forbiddenTurns?: string | undefined
  units?: string | undefined
  best?: string | undefined
  update?: string | undefined
  queriesAfter?: string | undefined
}

const CLOSED = 2 ** 30 - 1
const MICRODEGREES = 1e6

/** @throws InputError naming file, line and column of the first thing that is wrong */
export async function readCase(files: CaseFiles): Promise<EvaluationCase> {
  const roads = await readRoads(files.graph, files.coordinates, files.planar)
  const units = files.units === undefined ? [] : readUnits(files.units, roads)
  return {
    name: files.graph,
    roads,
    queries: files.queries === undefined ? [] : readQueries(files.queries, roads),
    forbiddenTurns: files.forbiddenTurns === undefined ? undefined : readTurns(files.forbiddenTurns, roads),
    units,
    incidents: files.best === undefined ? [] : readIncidents(files.best, roads, units),
    update: files.update === undefined ? undefined : readUpdate(files.update, files.queriesAfter, roads),
  }
}

export async function readRoads(graphFile: string, coordinatesFile: string, planar: boolean): Promise<FileRoads> {
  const { nodeCount, tail, head, weight } = await readGraph(graphFile)
  const coordinates = await readCoordinates(coordinatesFile)
  if (coordinates.x.length !== nodeCount) {
    const reason = `it has ${coordinates.x.length} nodes, the graph ${graphFile} has ${nodeCount}`
    throw refused(coordinatesFile, reason)
  }
  const { x, y } = planar ? coordinates : plane(coordinates.x, coordinates.y, coordinatesFile)
  return { nodeCount, tail, head, weight, x, y }
}

/** Microdegrees as metres in the scale of the middle latitude. */
function plane(lon: Float64Array, lat: Float64Array, file: string): { x: Float64Array; y: Float64Array } {
  const off = lon.findIndex((degrees, node) => Math.abs(degrees) > 180e6 || !(Math.abs(lat[node]!) <= 90e6))
  if (off >= 0) {
    const reason = `node ${off + 1} at ${lon[off]}, ${lat[off]} is no place in microdegrees; for metres give --planar`
    throw refused(file, reason)
  }
  const middle = lat.length === 0 ? 0 : lat.reduce((sum, each) => sum + each, 0) / lat.length / MICRODEGREES
  const { x, y } = planeAround({ lon: 0, lat: middle })
  return { x: lon.map((each) => x(each / MICRODEGREES)), y: lat.map((each) => y(each / MICRODEGREES)) }
}

/** `source target distance`, or `source target distance_no_turns distance_with_turns`. */
export function readQueries(file: string, { nodeCount }: FileRoads): Query[] {
  const { columns, lines } = readTable(file, ['source', 'target'])
  const hasTurns = columns.includes('distance_with_turns')
  const distance = hasTurns ? 'distance_no_turns' : 'distance'
  if (!columns.includes(distance)) {
    throw refused(`${file}:1, ${distance}`, `the header "${columns.join(' ')}" lacks it`)
  }
  const length = (line: TableLine, column: string) => line.whole(column, -1, Number.MAX_SAFE_INTEGER)
  return lines.map((line) => ({
    source: line.whole('source', 1, nodeCount) - 1,
    target: line.whole('target', 1, nodeCount) - 1,
    distance: length(line, distance),
    distanceWithTurns: hasTurns ? length(line, 'distance_with_turns') : undefined,
    place: line.place,
  }))
}

function readTurns(file: string, { tail, head }: FileRoads): Int32Array {
  const { lines } = readTable(file, ['in_arc', 'out_arc'])
  return Int32Array.from(
    lines.flatMap((line) => {
      const from = line.whole('in_arc', 1, tail.length) - 1
      const into = line.whole('out_arc', 1, tail.length) - 1
      if (head[from] === tail[into]) return [from, into]
      const reason = `arc ${into + 1} starts at node ${tail[into]! + 1}, arc ${from + 1} ends at ${head[from]! + 1}`
      throw line.refused('out_arc', reason)
    }),
  )
}

function readUnits(file: string, { nodeCount }: FileRoads): Unit[] {
  const names = new Set<string>()
  return readTable(file, ['unit', 'node']).lines.map((line) => {
    const name = line.text('unit')
    if (names.has(name)) throw line.refused('unit', `${name} is there twice`)
    names.add(name)
    return { name, node: line.whole('node', 1, nodeCount) - 1 }
  })
}

/** `incident first second third`, each `unit:distance`; empty or `-` where fewer units can come. */
function readIncidents(file: string, { nodeCount }: FileRoads, units: readonly Unit[]): Incident[] {
  const places = ['first', 'second', 'third'].slice(0, BEST_UNITS)
  const byName = new Map(units.map(({ name }, unit) => [name, unit]))
  return readTable(file, ['incident', ...places]).lines.map((line) => ({
    node: line.whole('incident', 1, nodeCount) - 1,
    best: places.flatMap((column) => {
      const text = line.optional(column)
      if (text === '' || text === '-') return []
      const colon = text.lastIndexOf(':')
      const distance = Number(text.slice(colon + 1))
      const unit = byName.get(text.slice(0, colon))
      if (colon < 1 || !/^\d+$/.test(text.slice(colon + 1))) {
        throw line.refused(column, `"${text}" is not unit:distance with a whole distance`)
      }
      if (unit === undefined) throw line.refused(column, `"${text.slice(0, colon)}" is none of the units`)
      return [{ unit, distance }]
    }),
    place: line.place,
  }))
}

/**
 * `tail head new_weight`. Of parallel arcs, as many lines as there are arcs give each its own in the order of the graph
 * file; any other number of lines gives all of them the last.
 */
function readUpdate(file: string, queriesFile: string | undefined, roads: FileRoads): Update {
  const { nodeCount, tail, head } = roads
  const arcsOf = new Map<number, number[]>()
  tail.forEach((from, arc) => {
    const key = from * nodeCount + head[arc]!
    const parallel = arcsOf.get(key)
    if (parallel) parallel.push(arc)
    else arcsOf.set(key, [arc])
  })
  const weightsOf = new Map<number, number[]>()
  for (const line of readTable(file, ['tail', 'head', 'new_weight']).lines) {
    const from = line.whole('tail', 1, nodeCount)
    const to = line.whole('head', 1, nodeCount)
    const key = (from - 1) * nodeCount + to - 1
    if (!arcsOf.has(key)) throw line.refused('head', `no arc leads from node ${from} to ${to}`)
    const weight = line.whole('new_weight', 0, CLOSED)
    const known = weightsOf.get(key)
    if (known) known.push(weight)
    else weightsOf.set(key, [weight])
  }
  const arcs: number[] = []
  const weights: number[] = []
  for (const [key, given] of weightsOf) {
    const parallel = arcsOf.get(key)!
    parallel.forEach((arc, i) => {
      arcs.push(arc)
      weights.push(given.length === parallel.length ? given[i]! : given.at(-1)!)
    })
  }
  const queries = queriesFile === undefined ? [] : readQueries(queriesFile, roads)
  return { arcs: Int32Array.from(arcs), weights: Int32Array.from(weights), queries }
}

function refused(field: string, reason: string): InputError {
  return new InputError('evaluation-file', `${field}: ${reason}`, [{ field, message: reason }])
}
