import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FileRoads } from '../eval/evaluation-case.ts'

const child = join(import.meta.dirname, 'memory-process.ts')
const MOST_SHARE = 0.4

/** What a city takes in memory, as a hierarchy that answers and as a graph of ngraph, each in a process of its own. */
export function memoryRow(name: string, roads: FileRoads, order: Int32Array) {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-memory-'))
  try {
    const file = join(folder, 'city')
    writeFileSync(file, cityBytes(roads, order))
    const value = measured('hierarchy', file)
    const peerValue = measured('ngraph', file)
    const peer = 'ngraph.graph'
    return {
      name: `${name}: memory`,
      value,
      unit: 'MB',
      peer,
      peerValue,
      ratio: peerValue / value,
      leastRatio: 1 / MOST_SHARE,
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Nodes, arcs, then the arrays. @see readCity */
function cityBytes({ nodeCount, tail, head, weight, x, y }: FileRoads, order: Int32Array): Buffer {
  const parts = [
    Int32Array.of(nodeCount, tail.length),
    Float64Array.from(x),
    Float64Array.from(y),
    tail,
    head,
    weight,
    order,
  ]
  return Buffer.concat(
    parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  )
}

function measured(what: 'hierarchy' | 'ngraph', file: string): number {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', child, what, file], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the memory of ${what} was not measured (exit ${status}): ${stderr}`)
  return Number(stdout) / 1e6
}
