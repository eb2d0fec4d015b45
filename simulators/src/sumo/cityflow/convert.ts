import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WorldError } from '@clearway/contracts'
import { readJson, readNet, roadnetOf } from '@clearway/routing'
import { runSumoTool } from '../sumo-program.ts'
import { demandFile, tripsOfFlow } from './flow-file.ts'
import { plainNetwork, xml } from './plain-network.ts'
import { type StagePlanTimes, stagePlan } from './stage-plan.ts'

export interface CityFlowConversion {
  roadnetFile: string
  /** Without it only the network is made. */
  flowFile?: string | undefined
  /** Made if absent; files of the same names in it are replaced. */
  folder: string
  /** Without it signals run the programs that netconvert makes up. */
  plan?: StagePlanTimes | undefined
}

export interface ConvertedCityFlow {
  /** By what is in them: the paths of the files written. */
  files: { network: string; demand?: string; signals?: string; configuration?: string }
  edges: number
  signals: number
  vehicles: number
}

/**
 * Makes a network, a demand and a plan of SUMO of the files of CityFlow.
 *
 * @throws InputError `schema`, `map-broken`, `roadnet` or `flow`, naming file and field, before anything is written
 * @throws WorldError `file-unreadable`, `folder-unwritable`, `sumo-missing` or `netconvert-failed`
 */
export async function convertCityFlow(conversion: CityFlowConversion): Promise<ConvertedCityFlow> {
  const { roadnetFile, flowFile, folder, plan } = conversion
  const roadnet = roadnetOf(await readJson(roadnetFile), roadnetFile)
  const plain = plainNetwork(roadnet)
  const trips = flowFile === undefined ? undefined : tripsOfFlow(await readJson(flowFile), flowFile, roadnet)
  const write = writerInto(folder)
  const network = join(folder, 'network.net.xml')
  await runSumoTool('netconvert', [
    ...['--node-files', write('network.nod.xml', plain.nodes)],
    ...['--edge-files', write('network.edg.xml', plain.edges)],
    ...['--connection-files', write('network.con.xml', plain.connections)],
    ...['--no-turnarounds', '--offset.disable-normalization', '--output-file', network],
  ])
  const net = await readNet(network, network)
  const files: ConvertedCityFlow['files'] = { network }
  if (plan) files.signals = write('signals.add.xml', stagePlan(roadnet, net, plan))
  if (trips) {
    files.demand = write('demand.rou.xml', demandFile(trips))
    files.configuration = write('run.sumocfg', configuration(plan !== undefined))
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
