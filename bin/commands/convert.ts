import { convertCityFlow } from '@clearway/simulators'
import { Command } from 'commander'
import { wholeFrom } from '../option-values.ts'

interface CityFlowOptions {
  roadnet: string
  flow?: string
  out: string
  greenS?: number
  yellowS: number
  allRedS: number
}

export function convertCommand(): Command {
  const command = new Command('convert').description('makes files of one simulator of those of another')
  command
    .command('cityflow')
    .description('a CityFlow road network and demand to SUMO; needs SUMO (docs/evaluation.md)')
    .requiredOption('--roadnet <file>', 'the road network, JSON, gzip or not')
    .option('--flow <file>', 'the demand, JSON, gzip or not; the network alone if absent')
    .requiredOption('--out <folder>', 'where network.net.xml, demand.rou.xml and what belongs to them are written')
    .option('--green-s <s>', 'writes signals.add.xml: a fixed plan of stages of so many seconds', wholeFrom(1))
    .option('--yellow-s <s>', 'of the plan', wholeFrom(0), 3)
    .option('--all-red-s <s>', 'of the plan', wholeFrom(0), 2)
    .action(async ({ roadnet, flow, out, greenS, yellowS, allRedS }: CityFlowOptions) => {
      const plan = greenS === undefined ? undefined : { greenS, yellowS, allRedS }
      const converted = await convertCityFlow({ roadnetFile: roadnet, flowFile: flow, folder: out, plan })
      console.log(JSON.stringify(converted, null, 2))
    })
  return command
}
