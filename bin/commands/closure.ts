import { type Closure, type NewClosure, type Page, type Position, systemClock, toTimestamp } from '@clearway/contracts'
import { Command, InvalidArgumentError, Option } from 'commander'
import { askGateway, type GatewayOptions, withGateway } from '../gateway-client.ts'

interface AddOptions extends GatewayOptions {
  at: Position
  bearing?: number
  from?: string
  until?: string
  for?: number
  emergencyMayPass?: boolean
  reason?: string
}

export function closureCommand(): Command {
  const closure = new Command('closure').description('roads that may not be driven; routes avoid them at once')
  withGateway(
    closure
      .command('add')
      .description('closes the road at a place, from junction to junction, and prints the closure')
      .requiredOption('--at <lon,lat>', 'a place on the road', positionOf)
      .option('--bearing <degrees>', 'only this direction of travel, clockwise from north; both if absent', degreesOf)
      .option('--from <time>', 'RFC 3339 with an offset; now if absent', instantOf)
      .addOption(
        new Option('--until <time>', 'the same; until it is removed if absent').argParser(instantOf).conflicts('for'),
      )
      .option('--for <duration>', 'from its beginning, as 90m, 2h or 3d', durationOf)
      .option('--emergency-may-pass', 'emergency vehicles are still led through')
      .option('--reason <text>'),
  ).action(add)
  withGateway(closure.command('list').description('one JSON line per closure, now and planned').action(list))
  withGateway(closure.command('remove').description('opens the road again').argument('<id>').action(remove))
  return closure
}

async function add(options: AddOptions): Promise<void> {
  const { at, bearing, from, for: lastsS, emergencyMayPass, reason } = options
  const beginsMs = from === undefined ? systemClock.now() : Date.parse(from)
  const until = options.until ?? (lastsS === undefined ? undefined : toTimestamp(beginsMs + lastsS * 1000))
  const body: NewClosure = {
    position: at,
    ...(bearing !== undefined && { direction: 'one', bearingDeg: bearing }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(emergencyMayPass && { closedTo: 'ordinary' }),
    ...(reason !== undefined && { reason }),
  }
  const answer = await askGateway('/closures', options, { method: 'POST', body })
  console.log(JSON.stringify(await answer.json()))
}

async function list(options: GatewayOptions): Promise<void> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const answer = await askGateway(`/closures?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, options)
    const { items, nextCursor } = (await answer.json()) as Page<Closure>
    for (const { geometry, ...closure } of items) console.log(JSON.stringify(closure))
    cursor = nextCursor
  }
}

async function remove(id: string, options: GatewayOptions): Promise<void> {
  await askGateway(`/closures/${encodeURIComponent(id)}`, options, { method: 'DELETE' })
}

function positionOf(text: string): Position {
  const [lon = Number.NaN, lat = Number.NaN, ...more] = text.split(',').map(Number)
  if (more.length === 0 && Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return { lon, lat }
  throw new InvalidArgumentError('A place like 8.6724,49.4094 is expected, longitude first.')
}

function degreesOf(text: string): number {
  const degrees = Number(text)
  if (text.trim() !== '' && degrees >= 0 && degrees <= 360) return degrees
  throw new InvalidArgumentError('Degrees from 0 to 360 are expected.')
}

/** Without an offset nobody knows which instant is meant. */
function instantOf(text: string): string {
  const ms = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw new InvalidArgumentError('A time like 2026-11-23T08:00:00+08:00 is expected.')
  return toTimestamp(ms)
}

const unitS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds. */
function durationOf(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? []
  const seconds = Number(count) * (unitS[unit ?? ''] ?? Number.NaN)
  if (seconds > 0) return seconds
  throw new InvalidArgumentError('A duration like 90m, 2h or 3d is expected.')
}
