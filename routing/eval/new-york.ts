import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { seededRandom } from '@clearway/contracts'
import { readCase, readQueries } from './case-files.ts'
import type { EvaluationCase, FileRoads } from './evaluation-case.ts'
import { seededTurns, seededUnits, withSeededRest } from './seeded-rest.ts'

const data = join(import.meta.dirname, 'data')
const file = (name: string) => join(data, name)

/** Metres per second of the classes 0–3. @see routing/eval/data/ORIGIN.md */
const CLASS_MPS = [25, 16, 12, 8.5]
const FORBIDDEN_TURNS = 20_000
const UNITS = 200

/** Milliseconds for each arc of New York. */
export function newYorkTimes({ weight }: Pick<FileRoads, 'weight'>): Int32Array {
  const classes = gunzipSync(readFileSync(file('ny-road.class.gz')))
  return weight.map((decimetres, arc) => Math.max(1, Math.round((decimetres * 100) / CLASS_MPS[classes[arc]!]!)))
}

/**
 * The repository's own case: New York by length with the stored distances, then all weights changed to times with theirs.
 * Turns and units are seeded, so Dijkstra's algorithm alone judges them.
 */
export async function newYork(): Promise<EvaluationCase> {
  const given = await readCase({
    graph: file('ny-road-d.gr.gz'),
    coordinates: file('ny-road.co.gz'),
    planar: false,
    queries: file('ny-road-d.queries.tsv'),
  })
  const weights = newYorkTimes(given.roads)
  const queries = readQueries(file('ny-road-t.queries.tsv'), given.roads)
  const random = seededRandom(9)
  return withSeededRest({
    ...given,
    name: 'New York',
    forbiddenTurns: seededTurns(given.roads, FORBIDDEN_TURNS, random.fork('turns')),
    units: seededUnits(given.roads, UNITS, random.fork('units')),
    update: { arcs: weights.map((_, arc) => arc), weights, queries },
  })
}
