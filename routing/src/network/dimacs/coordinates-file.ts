import { brokenMap, type MapSource, sourceName } from '../map-file.ts'
import { unexpected } from './graph-file.ts'
import { eachLine } from './lines.ts'

/** Where the nodes of a graph are: microdegrees, or metres on a plane. Nodes are numbered from 0. */
export interface DimacsCoordinates {
  /** Longitude, or to the east. */
  x: Float64Array
  /** Latitude, or to the north. */
  y: Float64Array
}

const MOST_NODES = 2 ** 27

/**
 * Reads the `.co` file of a DIMACS graph: `p aux sp co NODES`, then `v NODE X Y` lines, comments with `c`.
 *
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken`, naming file, line and reason: as for a graph, or a node that has none or two
 */
export async function readCoordinates(source: MapSource): Promise<DimacsCoordinates> {
  let found: (DimacsCoordinates & { known: Uint8Array }) | undefined
  await eachLine(source, (line) => {
    const kind = line.kind()
    if (kind === 'v' && found) {
      const node = line.integer('the node', 1, found.known.length) - 1
      if (found.known[node]) throw line.wrong(`node ${node + 1} has coordinates already`)
      found.known[node] = 1
      found.x[node] = line.number('x')
      found.y[node] = line.number('y')
      line.end()
    } else if (kind === 'p' && !found) {
      const rest = line.rest()
      const nodeCount = Number(/^aux\s+sp\s+co\s+(\d+)$/.exec(rest)?.[1])
      if (!(nodeCount <= MOST_NODES)) {
        throw line.wrong(`expected "p aux sp co NODES" with a number that can be, found "p ${rest}"`)
      }
      found = { x: new Float64Array(nodeCount), y: new Float64Array(nodeCount), known: new Uint8Array(nodeCount) }
    } else if (kind !== 'c' && kind !== '') {
      throw line.wrong(unexpected(kind, found !== undefined, 'v'))
    }
  })
  const name = sourceName(source)
  if (!found) throw brokenMap(name, 'no line "p aux sp co NODES"; is it a DIMACS .co file?')
  const missing = found.known.indexOf(0)
  if (missing >= 0) throw brokenMap(name, `node ${missing + 1} has no coordinates; cut off, or of another graph`)
  return { x: found.x, y: found.y }
}
