import { readFileSync, writeFileSync } from 'node:fs'
import { InputError, type Page, type Reservation, WorldError } from '@clearway/contracts'
import { Command } from 'commander'
import { askGateway, type GatewayOptions, withGateway } from '../gateway-client.ts'

interface ListOptions extends GatewayOptions {
  lot?: string
  hospital?: string
  plate?: string
  state?: string
  json?: string
}

export function reservationsCommand(): Command {
  const reservations = new Command('reservations').description(
    'bays held for appointments and in shared lots (docs/hospital-parking.md)',
  )
  withGateway(reservations.command('list').description('one line per reservation, by their beginning'))
    .option('--lot <name>', 'with a bay in this lot')
    .option('--hospital <name>', 'for appointments of this hospital')
    .option('--plate <plate>', 'of this vehicle')
    .option('--state <state>', 'waiting, booked, arrived, ended, cancelled, noshow or refused')
    .option('--json <file>', 'also writes them as JSON')
    .action(list)
  withGateway(
    reservations.command('cancel').description('gives the bay back; who waits moves up').argument('<id>', 'of it'),
  )
    .option('--json <file>', 'writes the reservation as it is now')
    .action(cancel)
  withGateway(
    reservations
      .command('send')
      .description('sends FHIR R4 appointments to a hospital, in the order of the files; stops at the first refusal')
      .argument('<hospital>')
      .argument('<file...>', 'JSON: an Appointment or a list of them'),
  )
    .option('--json <file>', 'writes the reservations that were made of them')
    .action(send)
  return reservations
}

async function list({ json, lot, hospital, plate, state, ...gateway }: ListOptions): Promise<void> {
  const asked = Object.entries({ lot, hospital, plate, state }).flatMap(([key, value]) => (value ? [[key, value]] : []))
  const items: Reservation[] = []
  for (let cursor: string | null = null; ; ) {
    const query = new URLSearchParams([...asked, ['limit', '1000'], ...(cursor === null ? [] : [['cursor', cursor]])])
    const page = (await (await askGateway(`/reservations?${query}`, gateway)).json()) as Page<Reservation>
    items.push(...page.items)
    cursor = page.nextCursor
    if (cursor === null) break
  }
  console.log(items.length === 0 ? 'no reservations' : items.map(inWords).join('\n'))
  if (json !== undefined) write(json, { items })
}

async function cancel(id: string, { json, ...gateway }: GatewayOptions & { json?: string }): Promise<void> {
  const answer = await askGateway(`/reservations/${encodeURIComponent(id)}`, gateway, { method: 'DELETE' })
  const reservation = (await answer.json()) as Reservation
  console.log(inWords(reservation))
  if (json !== undefined) write(json, reservation)
}

async function send(
  hospital: string,
  files: readonly string[],
  { json, ...gateway }: GatewayOptions & { json?: string },
): Promise<void> {
  const items: Reservation[] = []
  for (const body of files.flatMap(appointmentsOf)) {
    const path = `/hospitals/${encodeURIComponent(hospital)}/appointments`
    const reservation = (await (await askGateway(path, gateway, { method: 'POST', body })).json()) as Reservation
    console.log(inWords(reservation))
    items.push(reservation)
  }
  if (json !== undefined) write(json, { items })
}

function appointmentsOf(file: string): object[] {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(content) ? content : [content as object]
  } catch (error) {
    const message = `${file} cannot be read as JSON: ${(error as Error).message}`
    throw new InputError('file', message, [{ field: 'file', message }])
  }
}

function inWords({ id, state, lot, bay, plate, from, until, walkM, appointment, reason }: Reservation): string {
  const where = bay === undefined ? lot : `${lot} ${bay}`
  const walk = walkM > 0 ? `, ${Math.round(walkM)} m on foot` : ''
  const what = appointment === undefined ? '' : ` for ${appointment}`
  return `${id}  ${state.padEnd(9)} ${plate} ${where}${walk}${what}  ${from} to ${until}${reason ? `: ${reason}` : ''}`
}

function write(file: string, content: unknown): void {
  try {
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
  } catch (cause) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(cause as Error).message}`, cause)
  }
}
