import { writeFileSync } from 'node:fs'
import {
  type HotSpots,
  InputError,
  type LotComparisons,
  type LotMetrics,
  type Page,
  WorldError,
} from '@clearway/contracts'
import { type Command, Option } from 'commander'
import { askGateway, type GatewayOptions, withGateway } from '../gateway-client.ts'

interface WindowOptions extends GatewayOptions {
  from: string
  to: string
  group?: string
  district?: string
  csv?: string
  json?: string
}

interface MetricsOptions extends WindowOptions {
  bucket: string
  by: string
}

interface CompareOptions extends WindowOptions {
  by: string
  compare?: string
  compareFrom?: string
  compareTo?: string
}

const byChoices = ['all', 'lot', 'group', 'district']

/** What all three ask for. */
const windowed = (command: Command): Command =>
  withGateway(command)
    .requiredOption('--from <time>', 'RFC 3339 with milliseconds and offset')
    .requiredOption('--to <time>', 'the same; not included')
    .option('--group <name>', 'lots of one group')
    .option('--district <name>', 'lots of one district')
    .option('--csv <file>', 'writes the whole answer as a table')
    .option('--json <file>', 'writes the whole answer as JSON')

/** Adds what the manager asks about the past: figures over time, in space, and of two periods. */
export function addLotNumbers(lots: Command): void {
  windowed(lots.command('metrics').description('vacancy, turnover, dwell, peak and revenue over time'))
    .argument('[id]', 'of one lot; all lots if absent')
    .addOption(new Option('--bucket <width>', 'of a row').choices(['15m', '1h', '1d', 'all']).default('all'))
    .addOption(new Option('--by <what>', 'rows for each').choices(byChoices).default('all'))
    .action(metrics)
  windowed(lots.command('hot-spots').description('where lots fill up, by squares of a metric grid'))
    .option('--cell <side>', 'of a square, 100m to 9999m', '500m')
    .action(spots)
  windowed(lots.command('compare').description('a period beside another'))
    .addOption(new Option('--by <what>', 'rows for each').choices(byChoices).default('all'))
    .addOption(new Option('--compare <period>', 'previous if absent').choices(['previous', 'week', 'year']))
    .option('--compare-from <time>', 'a period of its own')
    .option('--compare-to <time>')
    .action(compare)
}

async function metrics(id: string | undefined, { bucket, by, ...options }: MetricsOptions): Promise<void> {
  if (id !== undefined && (by !== 'all' || options.group !== undefined || options.district !== undefined)) {
    const message = `${id} is one lot: leave out --by, --group and --district`
    throw new InputError('lot', message, [{ field: 'id', message }])
  }
  if (id !== undefined && options.csv !== undefined) {
    const message = `--csv of the lot ${id}: ask with --by lot, or take --json`
    throw new InputError('csv', message, [{ field: '--csv', message }])
  }
  const path = id === undefined ? '/lots/metrics' : `/lots/${encodeURIComponent(id)}/metrics`
  const { items } = await ask<Page<LotMetrics>>(path, options, { bucket, ...(id === undefined && { by }) })
  for (const row of items) console.log(rowText(row))
}

async function spots({ cell, ...options }: WindowOptions & { cell: string }): Promise<void> {
  const { features } = await ask<HotSpots>('/lots/hot-spots', options, { cell })
  for (const { id, properties } of features.slice(0, 20)) {
    const { lots, capacity, occupancy, nearlyFullShare } = properties
    console.log(
      `${id}  ${lots} lots, ${capacity} bays  occupied ${percent(occupancy)}  nearly full ${percent(nearlyFullShare)} of the time`,
    )
  }
  if (features.length > 20) console.log(`… and ${features.length - 20} more squares; see --csv and --json`)
}

async function compare({ by, compare: named, compareFrom, compareTo, ...options }: CompareOptions): Promise<void> {
  const { items } = await ask<LotComparisons>('/lots/metrics/comparison', options, {
    by,
    compare: named,
    compareFrom,
    compareTo,
  })
  for (const { now, before, change } of items) {
    console.log(`${nameOf(now)}: ${now.from} – ${now.to} beside ${before.from} – ${before.to}`)
    for (const [field, { difference, percent: share }] of Object.entries(change)) {
      if (difference === null) continue
      const value = (row: LotMetrics) => short(row[field as keyof LotMetrics] as number)
      console.log(
        `  ${field}: ${value(before)} → ${value(now)}${share === null ? '' : ` (${share >= 0 ? '+' : ''}${share.toFixed(1)} %)`}`,
      )
    }
  }
}

/** Asks for the answer, writes it to the files that are wanted, and gives it back. */
async function ask<T>(path: string, options: WindowOptions, more: Record<string, string | undefined>): Promise<T> {
  const { from, to, group, district, csv, json } = options
  const given = Object.entries({ from, to, group, district, ...more }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  )
  const query = new URLSearchParams(given)
  if (csv !== undefined) write('--csv', csv, await (await askGateway(`${path}.csv?${query}`, options)).text())
  const answer = (await (await askGateway(`${path}?${query}`, options)).json()) as T
  if (json !== undefined) write('--json', json, `${JSON.stringify(answer, null, 2)}\n`)
  return answer
}

const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(1)} %`)
const short = (value: number): string => String(Number(value.toPrecision(4)))
const nameOf = ({ lot, group, district }: LotMetrics): string => lot ?? group ?? district ?? 'all lots'

function rowText(row: LotMetrics): string {
  const { from, vacancyRate, arrivals, turnoverRate, peakOccupied, fullShare, revenueFen, coverage } = row
  return [
    `${from}  ${nameOf(row)}`,
    `vacant ${percent(vacancyRate)}`,
    `${arrivals} arrivals`,
    `turnover ${turnoverRate.toFixed(2)}`,
    `peak ${peakOccupied}`,
    `full ${percent(fullShare)}`,
    `¥${(revenueFen / 100).toFixed(2)}`,
    ...(coverage < 1 ? [`known ${percent(coverage)}`] : []),
  ].join('  ')
}

function write(option: string, file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    throw new WorldError('unwritable', `${option} ${file} cannot be written: ${(cause as Error).message}`, cause)
  }
}
