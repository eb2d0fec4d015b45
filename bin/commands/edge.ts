import { readFileSync } from 'node:fs'
import { deviceKinds, InputError, seededRandom, systemClock } from '@clearway/contracts'
import { runEdge } from '@clearway/edge'
import { createLog } from '@clearway/gateway'
import { Command, Option } from 'commander'
import { parse } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { ended } from '../ended.ts'
import { secondsOf } from '../option-values.ts'

export function edgeCommand(): Command {
  return new Command('edge')
    .description(
      "one agent on site; the maker's program speaks JSON lines at its pipes, a signal agent needs it with --driver cabinet only",
    )
    .option('--config <file>', 'JSON or YAML with the same keys as the options below, which come on top')
    .addOption(new Option('--kind <kind>').choices(deviceKinds))
    .option('--district <name>', 'the district in its topics')
    .option('--device <id>', 'its device id')
    .option('--mqtt <url>', 'mqtt://host:port or mqtts://host:port')
    .option('--token-file <file>', 'file that holds its token and nothing else')
    .option('--outbox <folder>', 'folder for events that are not acknowledged yet')
    .option('--table <file>', 'signal: JSON file with the timing table of its junction')
    .addOption(
      new Option('--driver <driver>', 'signal: how its controller is reached').choices([
        'simulated',
        'cabinet',
        'ntcip',
        'gbt20999',
      ]),
    )
    .option('--controller <file>', "signal: JSON file with the driver's own settings")
    .option('--monitor-table <file>', "signal: JSON file with the conflict monitor's own table")
    .option('--issuer-key-file <file>', "signal: PEM of the gateway's public key; takes requests it has signed only")
    .option('--period-s <seconds>', 'detector: one report a period', secondsOf)
    .option('--ca-file <file>', 'PEM of the authority, for mqtts')
    .option('--cert-file <file>', 'PEM client certificate whose common name is the device id')
    .option('--key-file <file>', 'PEM key of the certificate')
    .action(async ({ config, ...options }: { config?: string } & Record<string, unknown>) => {
      const configuration = { ...(config === undefined ? {} : readConfiguration(config)), ...options }
      // Standard output belongs to the maker's program.
      const log = createLog('info', process.stderr)
      const stop = new AbortController()
      void ended().then((reason) => stop.abort(new Error(reason)))
      const around = {
        clock: systemClock,
        random: seededRandom(systemClock.now()),
        firmware: manifest.version,
        input: process.stdin,
        output: process.stdout,
        report: (fault: Error) => log.warn({ event: 'fault', detail: fault.message }),
      }
      try {
        await runEdge(configuration, around, stop.signal)
      } finally {
        // The maker's program may keep its end open for ever, and this process with it.
        process.stdin.destroy()
      }
    })
}

function readConfiguration(file: string): Record<string, unknown> {
  try {
    return parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}`
    throw new InputError('edge-file', message, [{ field: 'config', message }])
  }
}
