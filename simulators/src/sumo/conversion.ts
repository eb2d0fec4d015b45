import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WorldError } from '@clearway/contracts'
import { readNet } from '@clearway/routing'
import { demandFile, type FlowTrip } from './cityflow/flow-file.ts'
import { type PlainNetwork, xml } from './cityflow/plain-network.ts'
import { runSumoTool } from './sumo-program.ts'

type SumoNet = Awaited<ReturnType<typeof readNet>>

/** What another simulator's files were read to be. */
export interface Conversion {
  /** Made if absent; files of the same names in it are replaced. */
  folder: string
  plain: PlainNetwork
  /** Further options of netconvert. */
  options: readonly string[]
  /** Programs for the network that has been made; absent: those that netconvert makes up. */
  programs?: ((net: SumoNet) => string) | undefined
  /** Absent: only the network is made. */
  trips?: readonly FlowTrip[] | undefined
}

export interface Converted {
  /** By what is in them: the paths of the files written. */
  files: { network: string; demand?: string; signals?: string; configuration?: string }
  edges: number
  signals: number
  vehicles: number
}

/** @throws WorldError `folder-unwritable`, `sumo-missing` or `netconvert-failed` */
export async function writeConversion({ folder, plain, options, programs, trips }: Conversion): Promise<Converted> {
  const write = writerInto(folder)
  const network = join(folder, 'network.net.xml')
  await runSumoTool('netconvert', [
    ...['--node-files', write('network.nod.xml', plain.nodes)],
    ...['--edge-files', write('network.edg.xml', plain.edges)],
    ...['--connection-files', write('network.con.xml', plain.connections)],
    ...['--no-turnarounds', ...options, '--output-file', network],
  ])
  const net = await readNet(network, network)
  const files: Converted['files'] = { network }
  if (programs) files.signals = write('signals.add.xml', programs(net))
  if (trips) {
    files.demand = write('demand.rou.xml', demandFile(trips))
    files.configuration = write('run.sumocfg', configuration(programs !== undefined))
  }
  return {
    files,
    edges: net.edges.size,
    signals: new Set(net.connections.flatMap(({ tl }) => tl ?? [])).size,
    vehicles: trips?.length ?? 0,
  }
}

function writerInto(folder: string): (name: string, text: string) => string {
  const unwritable = (cause: unknown) =>
    new WorldError('folder-unwritable', `cannot write to ${folder}: ${(cause as Error).message}`, cause)
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw unwritable(cause)
  }
  return (name, text) => {
    try {
      writeFileSync(join(folder, name), text)
    } catch (cause) {
      throw unwritable(cause)
    }
    return join(folder, name)
  }
}

/** So that `sumo -c run.sumocfg` runs it. */
const configuration = (withSignals: boolean): string =>
  xml('configuration', [
    '<input>',
    '  <net-file value="network.net.xml"/>',
    '  <route-files value="demand.rou.xml"/>',
    ...(withSignals ? ['  <additional-files value="signals.add.xml"/>'] : []),
    '</input>',
  ])
