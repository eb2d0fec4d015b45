import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { compile, InputError, type JunctionTable, Name, type SignalRequest, systemClock } from '@clearway/contracts'
import {
  type Address,
  clausesNamed,
  examine,
  lineOf,
  longestRunS,
  MqttCentre,
  requireTimingTable,
  TappedLine,
  textOf,
} from '@clearway/edge'
import { Issuer } from '@clearway/gateway'
import { Aedes } from 'aedes'
import { Command, InvalidArgumentError, Option } from 'commander'
import { ended } from '../ended.ts'
import { secondsOf } from '../option-values.ts'

interface ConformOptions {
  broker?: URL
  listen?: Address
  through?: Address
  district: string
  id: string
  table: string
  username?: string
  passwordFile?: string
  caFile?: string
  signWith?: string
  json?: string
  only: string[]
  strict?: boolean
  waitS: number
  toleranceS: number
}

const loopback = '127.0.0.1'

export function conformCommand(): Command {
  return new Command('conform')
    .description('examines a device of another maker clause by clause; it is asked for greens, so not on the street')
    .addOption(new Option('--device <kind>').choices(['signal']).makeOptionMandatory())
    .requiredOption('--district <name>', 'the district in its topics', nameOf)
    .requiredOption('--id <device>', 'its device id', nameOf)
    .requiredOption('--table <file>', 'JSON file with the timing table that its controller is loaded with')
    .addOption(
      new Option('--broker <url>', 'mqtt://host:port or mqtts://host:port where the device is connected')
        .argParser(brokerOf)
        .conflicts('listen'),
    )
    .addOption(
      new Option(
        '--through <[host:]port>',
        'with --broker: connect the device here instead, so that its line can be cut',
      )
        .argParser(addressOf)
        .conflicts('listen'),
    )
    .option('--listen <[host:]port>', 'a broker of its own; connect the device here, any credential will do', addressOf)
    .option('--username <name>', 'of the centre at the broker')
    .option('--password-file <file>', 'file that holds its password and nothing else')
    .option('--ca-file <file>', 'PEM of the authority, for mqtts')
    .option('--sign-with <file>', 'PEM private key (Ed25519), for a device that takes signed requests only')
    .option('--only <clause...>', 'clauses or scenes, see docs/conformance.md', [])
    .option('--json <file>', 'writes the report for machines')
    .option('--strict', 'a clause that was not run counts as failed')
    .option('--wait-s <seconds>', 'how long to wait for the device', secondsOf, 60)
    .option('--tolerance-s <seconds>', 'how much shorter an interval may look: the tick of the device', secondsOf, 0.2)
    .action(async (options: ConformOptions, command: Command) => {
      if (!options.broker && !options.listen) command.error('error: give --broker <url> or --listen <[host:]port>')
      try {
        clausesNamed(options.only)
      } catch (error) {
        command.error(`error: ${(error as Error).message}`)
      }
      await conform(options)
    })
}

async function conform(options: ConformOptions): Promise<void> {
  const { district, id: device, only, json, strict, waitS, toleranceS } = options
  const table = tableOf(options.table)
  // A run of minutes must not end with a report that cannot be written.
  if (json !== undefined) writeReport(json, '')
  const stop = new AbortController()
  void ended().then((reason) => stop.abort(new Error(reason)))
  // Standard output is the report's.
  const say = (text: string) => console.error(text)
  const ends: (() => Promise<void>)[] = []
  try {
    const own = options.listen ? await ownBroker(ends) : undefined
    const url = own ?? (options.broker as URL)
    const at = options.listen ?? options.through
    const line = at ? new TappedLine(targetOf(url), url.protocol === 'mqtt:', systemClock) : undefined
    const access = {
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.passwordFile === undefined
        ? {}
        : { password: textOfFile(options.passwordFile, 'passwordFile').trim() }),
      ...(options.caFile === undefined ? {} : { ca: textOfFile(options.caFile, 'caFile') }),
    }
    const issuer = options.signWith === undefined ? undefined : Issuer.of(textOfFile(options.signWith, 'signWith'))
    const sign = issuer && ((topic: string, request: SignalRequest) => issuer.signed(topic, request))
    const centre = await MqttCentre.open({ url: url.href, district, device, sign, ...access }, systemClock, line)
    ends.unshift(() => centre.close())
    if (line && at) {
      const { host, port } = await line.open(at)
      ends.unshift(() => line.close())
      say(`Connect the device to ${url.protocol}//${host}:${port}`)
    }
    say(`This takes at most ${longestRunS(table, only)} s from then on`)
    const report = await examine(
      { district, device, table, only, waitS, toleranceS, progress: (finding) => say(lineOf(finding)) },
      centre,
      systemClock,
      stop.signal,
    )
    console.log(textOf(report))
    if (json !== undefined) writeReport(json, `${JSON.stringify(report, null, 2)}\n`)
    // Where nothing was seen nothing conforms: the device may never have come.
    const unseen = report.passed === 0 && report.notRun.length > 0
    if (!report.conforms || unseen || (strict && report.notRun.length > 0)) process.exitCode = 1
  } finally {
    for (const end of ends) await end()
  }
}

/** A broker that only this process reaches; the device comes through the line. */
async function ownBroker(ends: (() => Promise<void>)[]): Promise<URL> {
  const aedes = await Aedes.createBroker()
  const server = createServer((socket) => aedes.handle(socket))
  server.listen(0, loopback)
  await once(server, 'listening')
  ends.push(async () => {
    server.close()
    await new Promise<void>((resolve) => aedes.close(resolve))
  })
  return new URL(`mqtt://${loopback}:${(server.address() as AddressInfo).port}`)
}

function tableOf(path: string): JunctionTable {
  let table: JunctionTable
  try {
    table = JSON.parse(textOfFile(path, 'table'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new InputError('conform-file', `table: ${path} is no JSON: ${error.message}`, [
      { field: 'table', message: error.message },
    ])
  }
  requireTimingTable(table)
  return table
}

function textOfFile(path: string, field: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { message } = error as Error
    throw new InputError('conform-file', `${field}: ${message}`, [{ field, message }])
  }
}

function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    const { message } = error as Error
    throw new InputError('conform-file', `json: ${message}`, [{ field: 'json', message }])
  }
}

const targetOf = ({ protocol, hostname, port }: URL): Address => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port || (protocol === 'mqtts:' ? 8883 : 1883)),
})

function brokerOf(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol !== 'mqtt:' && url?.protocol !== 'mqtts:') {
    throw new InvalidArgumentError('mqtt://host:port or mqtts://host:port is expected.')
  }
  return url
}

function addressOf(text: string): Address {
  const [, host = '0.0.0.0', port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535) throw new InvalidArgumentError('A port, or host:port, is expected.')
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

function nameOf(text: string): string {
  if (!compile(Name).matches(text))
    throw new InvalidArgumentError('Lower-case letters, digits and hyphens are expected.')
  return text
}
