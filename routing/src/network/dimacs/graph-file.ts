import { brokenMap, type MapSource, sourceName } from '../map-file.ts'
import { eachLine } from './lines.ts'

/** A weighted directed graph as it stands in a `.gr` file. Nodes are numbered from 0 here, from 1 in the file. */
export interface DimacsGraph {
  nodeCount: number
  arcCount: number
  /** Arcs in the order of the `a` lines. */
  tail: Int32Array
  head: Int32Array
  weight: Int32Array
}

/** Sums of two stay within 32 bits; as a weight it means closed. */
const HEAVIEST = 2 ** 30 - 1
const MOST_NODES = 2 ** 27
const MOST_ARCS = 2 ** 29

/**
 * Reads a DIMACS shortest-path graph: `p sp NODES ARCS`, then `a TAIL HEAD WEIGHT` lines, comments with `c`.
 *
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken`, naming file, line and reason: no or a second `p` line, a number that is none or out of
 * range, too few or too many arcs, a line of another kind, damaged gzip
 * @see http://www.diag.uniroma1.it/challenge9/format.shtml
 */
export async function readGraph(source: MapSource): Promise<DimacsGraph> {
  let graph: DimacsGraph | undefined
  let arcs = 0
  await eachLine(source, (line) => {
    const kind = line.kind()
    if (kind === 'a' && graph) {
      if (arcs === graph.arcCount) throw line.wrong(`more than the ${graph.arcCount} arcs of the p line`)
      graph.tail[arcs] = line.integer('the tail', 1, graph.nodeCount) - 1
      graph.head[arcs] = line.integer('the head', 1, graph.nodeCount) - 1
      graph.weight[arcs++] = line.integer('the weight', 0, HEAVIEST)
      line.end()
    } else if (kind === 'p' && !graph) {
      const rest = line.rest()
      const sizes = /^sp\s+(\d+)\s+(\d+)$/.exec(rest)
      const [nodeCount, arcCount] = [Number(sizes?.[1]), Number(sizes?.[2])]
      if (!(nodeCount <= MOST_NODES && arcCount <= MOST_ARCS)) {
        throw line.wrong(`expected "p sp NODES ARCS" with numbers that can be, found "p ${rest}"`)
      }
      graph = {
        nodeCount,
        arcCount,
        tail: new Int32Array(arcCount),
        head: new Int32Array(arcCount),
        weight: new Int32Array(arcCount),
      }
    } else if (kind !== 'c' && kind !== '') {
      throw line.wrong(unexpected(kind, graph !== undefined, 'a'))
    }
  })
  const name = sourceName(source)
  if (!graph) throw brokenMap(name, 'no line "p sp NODES ARCS"; is it a DIMACS .gr file?')
  if (arcs < graph.arcCount)
    throw brokenMap(name, `${arcs} arcs instead of the ${graph.arcCount} of the p line; cut off`)
  return graph
}

/** Why a line that starts with `kind` cannot stand where it does. */
export function unexpected(kind: string, started: boolean, expected: string): string {
  if (kind === expected) return 'a line before the p line'
  if (kind === 'p' && started) return 'a second p line'
  return `a line that starts with "${kind}", expected ${started ? expected : 'p'} or c`
}
