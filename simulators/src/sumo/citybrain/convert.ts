import { InputError, seededRandom } from '@clearway/contracts'
import { readCityBrain, wholeContentOf } from '@clearway/routing'
import type { ConversionOrder } from '../cityflow/convert.ts'
import { plainNetwork } from '../cityflow/plain-network.ts'
import { stagePlan } from '../cityflow/stage-plan.ts'
import { type Converted, writeConversion } from '../conversion.ts'
import { tripsOfCityBrain } from './flow-file.ts'
import { cityFlowOf } from './roadnet.ts'

/** Which vehicles are kept of a demand is always the same. */
const SHARE_SEED = 1

/**
 * Makes a network, a demand and a plan of SUMO of the text files of the City Brain Challenge.
 *
 * @param order with the share of the vehicles that is kept, 0 to 1; all where not given
 * @throws InputError `map-broken` naming file, line and what is wrong in it, before anything is written
 * @throws WorldError `file-unreadable`, `folder-unwritable`, `sumo-missing` or `netconvert-failed`
 */
export async function convertCityBrain(order: ConversionOrder & { demandShare?: number }): Promise<Converted> {
  const { roadnetFile, flowFile, folder, plan, demandShare = 1 } = order
  const textOf = async (file: string) => (await wholeContentOf(file)).toString('utf8')
  const net = readCityBrain(await textOf(roadnetFile), roadnetFile)
  const unarmed = net.nodes.find(({ signalled }, node) => signalled && !net.exits.has(node))
  if (unarmed) {
    const message = `signal ${unarmed.id} has no line with its exits`
    throw new InputError('map-broken', `${roadnetFile}: ${message}`, [{ field: 'roadnet', message }])
  }
  const { roadnet, lengthM, bearingOf } = cityFlowOf(net)
  const random = seededRandom(SHARE_SEED)
  return writeConversion({
    folder,
    plain: plainNetwork(roadnet, lengthM),
    options: ['--proj.utm', '--junctions.corner-detail', '0'],
    programs: plan && ((made) => stagePlan(roadnet, made, plan, bearingOf)),
    trips:
      flowFile === undefined
        ? undefined
        : tripsOfCityBrain(await textOf(flowFile), flowFile, roadnet, demandShare, random),
  })
}
