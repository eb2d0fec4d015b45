import { convertCityBrain, convertCityFlow } from '@clearway/simulators'
import { Command } from 'commander'
import { shareOf, wholeFrom } from '../option-values.ts'

interface ConvertOptions {
  roadnet: string
  flow?: string
  out: string
  greenS?: number
  yellowS: number
  allRedS: number
}

/** What both are asked for. */
const conversion = (command: Command): Command =>
  command
    .requiredOption('--out <folder>', 'where network.net.xml, demand.rou.xml and what belongs to them are written')
    .option('--green-s <s>', 'writes signals.add.xml: a fixed plan of stages of so many seconds', wholeFrom(1))
    .option('--yellow-s <s>', 'of the plan', wholeFrom(0), 3)
    .option('--all-red-s <s>', 'of the plan', wholeFrom(0), 2)

function orderOf({ roadnet, flow, out, greenS, yellowS, allRedS }: ConvertOptions) {
  const plan = greenS === undefined ? undefined : { greenS, yellowS, allRedS }
  return { roadnetFile: roadnet, flowFile: flow, folder: out, plan }
}

const tell = (converted: object): void => console.log(JSON.stringify(converted, null, 2))

export function convertCommand(): Command {
  const command = new Command('convert').description('makes files of one simulator of those of another')
  const cityflow = command
    .command('cityflow')
    .description('a CityFlow road network and demand to SUMO; needs SUMO (docs/evaluation.md)')
    .requiredOption('--roadnet <file>', 'the road network, JSON, gzip or not')
    .option('--flow <file>', 'the demand, JSON, gzip or not; the network alone if absent')
  conversion(cityflow).action(async (options: ConvertOptions) => tell(await convertCityFlow(orderOf(options))))
  const citybrain = command
    .command('citybrain')
    .description('a road network and demand of the City Brain Challenge to SUMO; needs SUMO (docs/evaluation.md)')
    .requiredOption('--roadnet <file>', 'the road network, text, gzip or not')
    .option('--flow <file>', 'the demand, text, gzip or not; the network alone if absent')
    .option('--demand-share <share>', 'of its vehicles that are kept', shareOf, 1)
  conversion(citybrain).action(async (options: ConvertOptions & { demandShare: number }) =>
    tell(await convertCityBrain({ ...orderOf(options), demandShare: options.demandShare })),
  )
  return command
}
