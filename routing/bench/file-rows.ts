import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readNetwork, writeNetwork } from '../src/network/network-file.ts'
import type { RoadNetwork } from '../src/network/road-network.ts'
import { seededNodes } from './bench-city.ts'
import { cpuPerItem } from './measure.ts'

const child = join(import.meta.dirname, 'first-route-process.ts')
const STARTS = 3
const MOST_START_MS = 1000

/** The compact file of a city: reading it beside building a graph of ngraph, and a process that starts from it. */
export function fileRows(name: string, network: RoadNetwork, ngraphBuildMs: number, leastRatio: number) {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-network-'))
  try {
    const file = join(folder, 'network.bin')
    writeFileSync(file, writeNetwork(network))
    const value = cpuPerItem([file], (path) => readNetwork(readFileSync(path), path))
    const [from, to] = seededNodes(network, 2, 12).map((node) => `${network.nodeLon[node]},${network.nodeLat[node]}`)
    const starts = Array.from({ length: STARTS }, () => startMs(file, from!, to!))
    const peer = 'build of ngraph.graph'
    return [
      {
        ...{ name: `${name}: load from the compact file`, value, unit: 'ms' },
        ...{ peer, peerValue: ngraphBuildMs, ratio: ngraphBuildMs / value, leastRatio },
      },
      {
        name: `${name}: start of a process to its first route`,
        value: Math.min(...starts),
        unit: 'ms',
        mostValue: MOST_START_MS,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function startMs(file: string, from: string, to: string): number {
  const { status, stdout, stderr } = spawnSync(process.execPath, [child, file, from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`no first route (exit ${status}): ${stderr}`)
  return Number(stdout)
}
