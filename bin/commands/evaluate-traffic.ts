import { writeFileSync } from 'node:fs'
import { otherDrivers, readVehicleTypes } from '@clearway/simulators'
import { Command } from 'commander'
import { compareTraffic, trafficTable } from '../evaluation/traffic.ts'
import { wholeFrom } from '../option-values.ts'

interface TrafficOptions {
  network: string
  demand: string
  signals?: string
  seeds: number
  firstSeed: number
  endS?: number
  json?: string
}

const whole = wholeFrom(1)

/** `clearway evaluate traffic` */
export function evaluateTrafficCommand(): Command {
  return new Command('traffic')
    .description(
      'the embedded traffic simulator beside SUMO: the same network, vehicles and programs in both; needs SUMO',
    )
    .requiredOption('--network <file>', 'SUMO network, .net.xml, gzip or not')
    .requiredOption('--demand <file>', 'SUMO demand with routes, .rou.xml, gzip or not')
    .option('--signals <file>', "additional file with signal programs in place of the network's")
    .option('--seeds <n>', 'runs of both', whole, 1)
    .option('--first-seed <n>', 'the first of them', whole, 1)
    .option('--end-s <s>', 'ends every run; two hours after the last departure if absent', whole)
    .option('--json <file>', 'writes the results')
    .action(async ({ network, demand, signals, seeds, firstSeed, endS, json }: TrafficOptions) => {
      const [other, ...more] = otherDrivers(await readVehicleTypes(demand))
      if (other)
        console.error(
          `other drivers than those of the embedded simulator: ${other}${more.length > 0 ? `; ${more.length} types more` : ''}`,
        )
      const scenario = { netFile: network, demandFile: demand, signalsFile: signals, endS, teleportS: -1 }
      const compared = await compareTraffic(
        scenario,
        Array.from({ length: seeds }, (_, i) => firstSeed + i),
      )
      console.log(trafficTable(compared))
      if (json) writeFileSync(json, `${JSON.stringify(compared, null, 2)}\n`)
    })
}
