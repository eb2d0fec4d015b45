import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { InputError, type JunctionTable, systemClock } from '@clearway/contracts'
import { requireTimingTable } from '@clearway/edge'
import { runSoftController, type SoftController, softControllers } from '@clearway/simulators'
import { Command, InvalidArgumentError, Option } from 'commander'
import { ended } from '../ended.ts'

interface Options {
  protocol: string
  table: string
  port: number
  address: string
  speed: number
  community?: string
  user?: string
  authKey?: string
  privKey?: string
  backupS?: number
}

export function simulateControllerCommand(): Command {
  return new Command('controller')
    .description('a signal controller with its conflict monitor, as a device that speaks its protocol at a port')
    .addOption(new Option('--protocol <protocol>').choices(Object.keys(softControllers)).makeOptionMandatory())
    .requiredOption('--table <file>', 'JSON file with the timing table of its junction')
    .requiredOption('--port <n>', 'port to listen on; 0 picks a free one', portOf)
    .option('--address <address>', 'address to listen on', '127.0.0.1')
    .option('--speed <times>', 'seconds of the junction for one second', (text) => numberOf(text, 0.1, 100), 1)
    .option('--community <name>', 'ntcip: SNMP v1 and v2c, to read and set; "public" where no user is given', named)
    .option('--user <name>', 'ntcip: SNMP v3', named)
    .option('--auth-key <text>', 'ntcip: its SHA-256 password; without it the user needs none', passwordOf)
    .option('--priv-key <text>', 'ntcip: its AES-128 password', passwordOf)
    .option('--backup-s <seconds>', 'ntcip: unitBackupTime; gbt20999: an unrepeated request is kept so long', (text) =>
      numberOf(text, 0, 65_535),
    )
    .addHelpText(
      'after',
      '\nStandard input takes what a technician does at the cabinet: "plan", "flash", "hand <stage>".',
    )
    .action(async (options: Options, command: Command) => {
      const unfit = misfit(options)
      if (unfit) command.error(`error: ${unfit}`)
      const { protocol, table, port, address, speed, user, authKey, privKey, ...rest } = options
      const community = rest.community ?? (user === undefined ? 'public' : undefined)
      const security = { community, user: user === undefined ? undefined : { name: user, authKey, privKey } }
      const build = softControllers[protocol] as (typeof softControllers)[string]
      const controller = build(readTable(table), { ...security, backupS: rest.backupS })
      const stop = new AbortController()
      void ended().then((reason) => stop.abort(new Error(reason)))
      const hands = createInterface({ input: process.stdin }).on('line', (line) => obey(controller, line))
      // One line that a program can read: where it listens, and settings for the driver of the edge.
      const listening = (bound: number, settings: object) =>
        console.log(JSON.stringify({ listening: bound, controller: settings }))
      try {
        await runSoftController(controller, { port, address, speed, clock: systemClock, listening, stop: stop.signal })
      } finally {
        hands.close()
        process.stdin.destroy()
      }
    })
}

function obey(controller: SoftController, line: string): void {
  const [what, stage = ''] = line.trim().split(/\s+/)
  try {
    if (what === 'plan' || what === 'flash') controller.setControl({ by: what })
    else if (what === 'hand') controller.setControl({ by: 'hand', stage })
    else console.error(`"${line}" is not known: give plan, flash or hand <stage>`)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    console.error(error.message)
  }
}

/** Options of SNMP that would be taken and mean nothing; undefined when they fit. */
function misfit({ protocol, community, user, authKey, privKey }: Options): string | undefined {
  const given = Object.entries({ community, user, 'auth-key': authKey, 'priv-key': privKey })
  const [name] = given.find(([, value]) => value !== undefined) ?? []
  if (name !== undefined && protocol !== 'ntcip') return `--${name} is for --protocol ntcip, not ${protocol}`
  if (user === undefined && (authKey ?? privKey) !== undefined) return '--auth-key and --priv-key need --user <name>'
  if (authKey === undefined && privKey !== undefined)
    return '--priv-key needs --auth-key <text>: SNMP v3 has no privacy alone'
  return undefined
}

function readTable(file: string): JunctionTable {
  const table = jsonOf(file) as JunctionTable
  requireTimingTable(table)
  return table
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}`
    throw new InputError('table-file', `table: ${message}`, [{ field: 'table', message }])
  }
}

function numberOf(text: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new InvalidArgumentError(`A number from ${least} to ${most} is expected.`)
  }
  return value
}

function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('A whole number from 0 to 65535 is expected.')
  }
  return Number(text)
}

function named(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.')
  return text
}

function passwordOf(text: string): string {
  if (text.length < 8) throw new InvalidArgumentError('At least 8 characters are expected, as RFC 3414 asks.')
  return text
}
