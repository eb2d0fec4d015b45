import { writeFileSync } from 'node:fs'
import { type CountCorrection, InputError, type Lot, type Page, WorldError } from '@clearway/contracts'
import type { Command } from 'commander'
import { askGateway, type GatewayOptions, withGateway } from '../gateway-client.ts'

interface CountOptions extends GatewayOptions {
  at?: string
  note?: string
  json?: string
}

interface CorrectionsOptions extends GatewayOptions {
  limit: string
  json?: string
}

/** Adds `count` and `corrections` to `clearway lots`. */
export function addCountCommands(lots: Command): void {
  withGateway(lots.command('count').description('tells how many vehicles you have counted in a lot; audited'))
    .argument('<id>', 'of the lot')
    .argument('<vehicles>', 'inside, 0 or more')
    .option('--at <time>', 'when; RFC 3339 with milliseconds and offset, at most two days ago; now if absent')
    .option('--note <text>', 'kept in the audit log')
    .option('--json <file>', 'writes the lot as it is now')
    .action(count)
  withGateway(lots.command('corrections').description('what corrected the count of a lot, newest first'))
    .argument('<id>', 'of the lot')
    .option('--limit <n>', 'corrections shown, 1–1000', '50')
    .option('--json <file>', 'writes them as JSON')
    .action(corrections)
}

async function count(id: string, vehicles: string, { json, url, tokenFile, ...given }: CountOptions): Promise<void> {
  if (!/^\d+$/.test(vehicles)) throw fault('<vehicles>', `${vehicles} is no whole number from 0 on`)
  const gateway = { ...(url !== undefined && { url }), ...(tokenFile !== undefined && { tokenFile }) }
  const sent = { method: 'POST', body: { occupied: Number(vehicles), ...given } }
  const lot = (await (await askGateway(`/lots/${encodeURIComponent(id)}/count`, gateway, sent)).json()) as Lot
  const { counted, corrected, low, high } = lot.count
  console.log(`${id}: ${corrected} inside (${low}–${high}), ${lot.vacant} free; the gates alone say ${counted}`)
  if (json !== undefined) write(json, lot)
}

async function corrections(id: string, { limit, json, ...gateway }: CorrectionsOptions): Promise<void> {
  const wanted = Number(limit)
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 1000) {
    throw fault('--limit', `${limit} is no whole number from 1 to 1000`)
  }
  const answer = await askGateway(`/lots/${encodeURIComponent(id)}/corrections?limit=${wanted}`, gateway)
  const { items } = (await answer.json()) as Page<CountCorrection>
  const lines = items.map(
    ({ at, before, after, reason, who, evidence }) =>
      `${at}  ${before} → ${after}  ${reason}  ${who}  ${JSON.stringify(evidence)}`,
  )
  console.log(lines.length === 0 ? 'nothing has corrected the count' : lines.join('\n'))
  if (json !== undefined) write(json, { items })
}

const fault = (field: string, message: string) => new InputError('usage', `${field} ${message}`, [{ field, message }])

function write(file: string, value: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
  } catch (cause) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(cause as Error).message}`, cause)
  }
}
