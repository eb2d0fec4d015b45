import { writeFileSync } from 'node:fs'
import { type CorrectedStay, InputError, type Page, type Stay, WorldError } from '@clearway/contracts'
import { Command, Option } from 'commander'
import { askGateway, type GatewayOptions, withGateway } from '../gateway-client.ts'

interface ReviewOptions extends GatewayOptions {
  lot?: string
  limit: string
  json?: string
}

interface CorrectOptions extends GatewayOptions {
  action: string
  why: string
  plate?: string
  with?: string
  enteredAt?: string
  leftAt?: string
  json?: string
}

const actions = ['confirm', 'separate', 'plate', 'pair', 'times', 'split', 'dismiss']

export function staysCommand(): Command {
  const stays = new Command('stays').description('stays that do not add up')
  withGateway(stays.command('review').description('what waits for a person, with what it may be'))
    .option('--lot <name>', 'of one lot')
    .option('--limit <n>', 'stays shown, 1–1000', '50')
    .option('--json <file>', 'writes them as JSON')
    .action(review)
  withGateway(
    stays.command('correct').description('corrects one stay; audited, and priced anew').argument('<id>', 'of the stay'),
  )
    .addOption(new Option('--action <what>', 'what was found out').choices(actions).makeOptionMandatory())
    .requiredOption('--why <text>', 'kept in the audit log')
    .option('--plate <plate>', 'the right one; for plate, and for pair where neither reading is right')
    .option('--with <id>', 'pair: the stay that holds the other passage')
    .option('--entered-at <time>', 'times, split: RFC 3339 with milliseconds and offset')
    .option('--left-at <time>', 'times, split')
    .option('--json <file>', 'writes the stay as it is now')
    .action(correct)
  return stays
}

async function review({ lot, limit, json, ...gateway }: ReviewOptions): Promise<void> {
  const wanted = Number(limit)
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 1000) {
    const message = `${limit} is no whole number from 1 to 1000`
    throw new InputError('limit', `--limit ${message}`, [{ field: '--limit', message }])
  }
  const query = new URLSearchParams({ state: 'review', limit, ...(lot !== undefined && { lot }) })
  const { items } = (await (await askGateway(`/stays?${query}`, gateway)).json()) as Page<Stay>
  console.log(items.length === 0 ? 'nothing waits for review' : items.map(inWords).join('\n'))
  if (json !== undefined) write(json, { items })
}

async function correct(id: string, { json, url, tokenFile, ...correction }: CorrectOptions): Promise<void> {
  const gateway = { ...(url !== undefined && { url }), ...(tokenFile !== undefined && { tokenFile }) }
  const sent = { method: 'POST', body: correction }
  const answer = await askGateway(`/stays/${encodeURIComponent(id)}/correct`, gateway, sent)
  const corrected = (await answer.json()) as CorrectedStay
  console.log(corrected.stay ? inWords(corrected.stay) : `${id} was no visit and is gone`)
  if (json !== undefined) write(json, corrected)
}

function inWords(stay: Stay): string {
  const { id, lot, plate, state, enteredAt, leftAt, reason, bill, entry, exit, proposals = [] } = stay
  const course = `${enteredAt ?? '–'} → ${leftAt ?? '–'}`
  const images = [entry?.imageRef, exit?.imageRef].filter((image) => image != null)
  return [
    `${id}  ${lot}  ${plate ?? 'not read'}  ${state}  ${course}${bill ? `  bill ${bill}` : ''}`,
    ...(reason ? [`    ${reason}`] : []),
    ...(images.length > 0 ? [`    images ${images.join(', ')}`] : []),
    ...proposals.map(
      (proposal) =>
        `    ${proposal.recommended ? '*' : ' '} ${(100 * proposal.probability).toFixed(1)} %  ${proposal.kind} ` +
        `${proposal.stay}  ${proposal.plate}: ${proposal.reasons.map(({ en }) => en).join('; ')}`,
    ),
  ].join('\n')
}

function write(file: string, value: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
  } catch (cause) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(cause as Error).message}`, cause)
  }
}
