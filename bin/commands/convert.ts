import { convertCityFlow } from '@clearway/simulators'
import { Command, InvalidArgumentError } from 'commander'

interface CityFlowOptions {
  roadnet: string
  flow?: string
  out: string
  greenS?: number
  yellowS: number
  allRedS: number
}

const aGreen = (text: string): number => {
  const seconds = wholeSeconds(text)
  if (seconds < 1) throw new InvalidArgumentError('A second at least is expected.')
  return seconds
}

function wholeSeconds(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Whole seconds are expected.')
  return Number(text)
}

export function convertCommand(): Command {
  const command = new Command('convert').description('makes files of one simulator of those of another')
  command
    .command('cityflow')
    .description('a CityFlow road network and demand to SUMO; needs SUMO (docs/evaluation.md)')
    .requiredOption('--roadnet <file>', 'the road network, JSON, gzip or not')
    .option('--flow <file>', 'the demand, JSON, gzip or not; the network alone if absent')
    .requiredOption('--out <folder>', 'where network.net.xml, demand.rou.xml and what belongs to them are written')
    .option('--green-s <s>', 'writes signals.add.xml: a fixed plan of stages of so many seconds', aGreen)
    .option('--yellow-s <s>', 'of the plan', wholeSeconds, 3)
    .option('--all-red-s <s>', 'of the plan', wholeSeconds, 2)
    .action(async ({ roadnet, flow, out, greenS, yellowS, allRedS }: CityFlowOptions) => {
      const plan = greenS === undefined ? undefined : { greenS, yellowS, allRedS }
      const converted = await convertCityFlow({ roadnetFile: roadnet, flowFile: flow, folder: out, plan })
      console.log(JSON.stringify(converted, null, 2))
    })
  return command
}
