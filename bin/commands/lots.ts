import { writeFileSync } from 'node:fs'
import { type LotForecast, WorldError } from '@clearway/contracts'
import { Command } from 'commander'
import { askGateway, type GatewayOptions, withGateway } from '../gateway-client.ts'
import { addCountCommands } from './lot-counts.ts'
import { addLotNumbers } from './lot-numbers.ts'

const hoursShown = [0.25, 0.5, 1, 2, 4, 8, 12, 24]

export function lotsCommand(): Command {
  const lots = new Command('lots').description('what is in the lots, was, and is going to be')
  addLotNumbers(lots)
  withGateway(
    lots
      .command('forecast')
      .description('free bays of a lot from 15 min to 24 h ahead, with a 90 % interval')
      .argument('<id>', 'of the lot')
      .option('--json <file>', 'writes the whole answer'),
  ).action(async (id: string, options: GatewayOptions & { json?: string }) => {
    const answer = await askGateway(`/lots/${encodeURIComponent(id)}/forecast`, options)
    const forecast = (await answer.json()) as LotForecast
    if (options.json !== undefined) write(options.json, `${JSON.stringify(forecast, null, 2)}\n`)
    console.log(forecastText(forecast))
  })
  addCountCommands(lots)
  return lots
}

function forecastText({ lot, capacity, method, reason, points, scores }: LotForecast): string {
  if (method === null) return `${lot}: no forecast: ${reason}`
  const lines = points
    .filter(({ minutes }) => hoursShown.includes(minutes / 60))
    .map(
      ({ at, vacant, low, high }) => `${at}  ${vacant} of ${capacity} free${low === null ? '' : `  (${low}–${high})`}`,
    )
  const past = scores.map(
    ({ minutes, maePercent, persistence, forecasts }) =>
      `${minutes} min ahead: off by ${maePercent.toFixed(1)} % of the bays in ${forecasts} forecasts (persistence ${persistence.toFixed(1)})`,
  )
  return [`${lot}, by ${method}`, ...lines, ...past].join('\n')
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(error as Error).message}`, error)
  }
}
