import { readJson, roadnetOf } from '@clearway/routing'
import { type Converted, writeConversion } from '../conversion.ts'
import { tripsOfFlow } from './flow-file.ts'
import { plainNetwork } from './plain-network.ts'
import { bearingOfPoints, type StagePlanTimes, stagePlan } from './stage-plan.ts'

/** Files of another simulator and what is made of them. */
export interface ConversionOrder {
  roadnetFile: string
  /** Without it only the network is made. */
  flowFile?: string | undefined
  /** Made if absent; files of the same names in it are replaced. */
  folder: string
  /** Without it signals run the programs that netconvert makes up. */
  plan?: StagePlanTimes | undefined
}

/**
 * Makes a network, a demand and a plan of SUMO of the files of CityFlow.
 *
 * @throws InputError `schema`, `map-broken`, `roadnet` or `flow`, naming file and field, before anything is written
 * @throws WorldError `file-unreadable`, `folder-unwritable`, `sumo-missing` or `netconvert-failed`
 */
export async function convertCityFlow({ roadnetFile, flowFile, folder, plan }: ConversionOrder): Promise<Converted> {
  const roadnet = roadnetOf(await readJson(roadnetFile), roadnetFile)
  return writeConversion({
    folder,
    plain: plainNetwork(roadnet),
    options: ['--offset.disable-normalization'],
    programs: plan && ((net) => stagePlan(roadnet, net, plan, bearingOfPoints(roadnet))),
    trips: flowFile === undefined ? undefined : tripsOfFlow(await readJson(flowFile), flowFile, roadnet),
  })
}
