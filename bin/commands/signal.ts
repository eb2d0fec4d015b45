import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import {
  type GroupMeasures,
  type SignalEventPage,
  type SignalMeasures,
  systemClock,
  toTimestamp,
} from '@clearway/contracts'
import { Command, InvalidArgumentError, Option } from 'commander'
import { askGateway, type GatewayOptions, withGateway } from '../gateway-client.ts'

interface Options extends GatewayOptions {
  junction: string
  from: number
  to?: number
  code?: string
  bucket?: string
  csv?: string
  json?: boolean
}

const hourMs = 3_600_000

export function signalCommand(): Command {
  const signal = new Command('signal').description('event logs and performance measures of signal controllers')
  reading(signal, 'events', 'what a controller logged, one line an entry')
    .option('--code <codes>', 'only these event codes, separated by commas')
    .action((options: Options) => (options.csv ? save('events', options) : printEvents(options)))
  reading(signal, 'measures', 'greens, splits, arrivals and pre-emptions of a junction')
    .addOption(
      new Option('--bucket <width>', 'one row for each').choices(['5m', '15m', '1h', '1d', 'all']).default('all'),
    )
    .action((options: Options) => (options.csv ? save('measures', options) : printMeasures(options)))
  return signal
}

/** What both have in common: the junction, the window, the form of the answer, and the gateway. */
function reading(signal: Command, name: string, description: string): Command {
  const command = signal
    .command(name)
    .description(description)
    .requiredOption('--junction <id>')
    .requiredOption('--from <time>', 'RFC 3339 with an offset, controller time', instantOf)
    .option('--to <time>', 'the same; an hour later, or now, if absent', instantOf)
    .addOption(new Option('--csv <file>', 'writes a table to the file').conflicts('json'))
    .option('--json', 'prints JSON, one line an item')
  return withGateway(command)
}

/** Milliseconds since the epoch. Without an offset nobody knows which instant is meant. */
function instantOf(text: string): number {
  const ms = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw new InvalidArgumentError('A time like 2026-11-23T08:00:00+08:00 is expected.')
  return ms
}

/** The log of what is still to come would be told as a gap. */
const endOf = (from: number): number => Math.min(from + hourMs, Math.max(from + 1000, systemClock.now()))

function addressOf(what: string, { junction, from, to = endOf(from), code, bucket }: Options, more = {}): string {
  const query = {
    from: toTimestamp(from),
    to: toTimestamp(to),
    ...(code && { code }),
    ...(bucket && { bucket }),
    ...more,
  }
  return `/junctions/${encodeURIComponent(junction)}/${what}?${new URLSearchParams(query)}`
}

async function save(what: 'events' | 'measures', options: Options & { csv?: string }): Promise<void> {
  const { body } = await askGateway(addressOf(`${what}.csv`, options), options)
  await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(options.csv as string))
}

async function printEvents({ to, ...given }: Options): Promise<void> {
  // One end for all pages.
  const options = { ...given, to: to ?? endOf(given.from) }
  let cursor: string | null = null
  do {
    const more: Record<string, string> = { limit: '1000', ...(cursor !== null && { cursor }) }
    const answer = await askGateway(addressOf('events', options, more), options)
    const page = (await answer.json()) as SignalEventPage
    for (const item of page.items) {
      const { at, code, parameter, name, subject } = item
      console.log(options.json ? JSON.stringify(item) : [at, code, parameter, name ?? '', subject ?? ''].join('  '))
    }
    if (!options.json) for (const { from, to } of page.gaps) console.error(`no log from ${from} to ${to}`)
    cursor = page.nextCursor
  } while (cursor !== null)
}

async function printMeasures(options: Options): Promise<void> {
  const answer = await askGateway(addressOf('measures', options), options)
  const { items } = (await answer.json()) as { items: SignalMeasures[] }
  for (const item of items) console.log(options.json ? JSON.stringify(item) : textOf(item))
}

const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`)
const seconds = (value: number | null): string => (value === null ? '–' : value.toFixed(1))

/** A bucket for people: a line for the junction, one for each group, one for the pre-emptions. */
function textOf({ junction, from, to, coverage, cycle, groups, preemption }: SignalMeasures): string {
  const { calls, toGreen, dwell, recovery, maxPresences } = preemption
  const rows = groups.map(rowOf)
  const head = [
    'group',
    'greens',
    'green s',
    'min',
    'max',
    'share',
    'yellow min',
    'red min',
    'gap-out',
    'max-out',
    'force-off',
  ]
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => (row[column] as string).length)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padStart(widths[column] as number)).join('  ')
  return [
    `${junction}  ${from} … ${to}  log ${percent(coverage)}  cycles ${cycle.count} of ${seconds(cycle.meanS)} s`,
    ...[head, ...rows].map(line),
    `pre-emptions ${calls}  call to green ${seconds(toGreen.meanS)} s  dwell ${seconds(dwell.meanS)} s  ` +
      `recovery ${seconds(recovery.meanS)} s  maximum presence ${maxPresences}`,
  ].join('\n')
}

function rowOf({ group, greens, green, greenShare, yellow, redClearance, ends }: GroupMeasures): string[] {
  const known = ends.gapOut + ends.maxOut + ends.forceOff + ends.preemption
  const share = (count: number) => percent(known > 0 ? count / known : null)
  return [
    ...[group, String(greens), seconds(green.meanS), seconds(green.minS), seconds(green.maxS), percent(greenShare)],
    ...[seconds(yellow.minS), seconds(redClearance.minS), share(ends.gapOut), share(ends.maxOut), share(ends.forceOff)],
  ]
}
