import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WorldError } from '@clearway/contracts'
import { booksCsv, booksOf, loadConfig, Records, verdictOf } from '@clearway/gateway'
import { Command } from 'commander'
import { askGateway, type GatewayOptions, withGateway } from '../gateway-client.ts'
import { writeResult } from '../result-file.ts'

interface BooksOptions extends GatewayOptions {
  online?: boolean
}

/** The books of the data folder, or of a gateway that runs. */
export function booksCommand(): Command {
  const books = new Command('books').description('the double-entry books of the bills')
  withGateway(books.command('verify').description('recomputes the books and holds them against bills and stays'))
    .option('--online', 'asks the gateway; otherwise the data folder is read, also while a gateway runs')
    .option('--json <file>', 'writes the verdict')
    .action(verify)
  withGateway(books.command('export').description('every posting as a line of CSV'))
    .option('--online', 'asks the gateway; otherwise the data folder is read')
    .option('--csv <file>', 'where to; to the terminal if absent')
    .action(exportCsv)
  return books
}

async function verify({ online, json, ...gateway }: BooksOptions & { json?: string }): Promise<void> {
  const verdict = online
    ? ((await (await askGateway('/books/verify', gateway)).json()) as ReturnType<typeof verdictOf>)
    : withRecords(verdictOf)
  writeResult(json, verdict)
  console.log(JSON.stringify(verdict, null, 2))
  if (!verdict.ok) process.exitCode = 1
}

async function exportCsv({ online, csv, ...gateway }: BooksOptions & { csv?: string }): Promise<void> {
  if (online) {
    const { body } = await askGateway('/books/entries.csv', gateway)
    await write(Readable.fromWeb(body as never), csv)
  } else {
    const records = Records.open(loadConfig().dataDir)
    try {
      await write(booksCsv(booksOf(records).entries()), csv)
    } finally {
      records.close()
    }
  }
}

async function write(from: Readable, file: string | undefined): Promise<void> {
  try {
    await pipeline(from, file === undefined ? process.stdout : createWriteStream(file), { end: file !== undefined })
  } catch (cause) {
    throw new WorldError('unwritable', `--csv ${file} cannot be written: ${(cause as Error).message}`, cause)
  }
}

function withRecords<T>(read: (records: Records) => T): T {
  const records = Records.open(loadConfig().dataDir)
  try {
    return read(records)
  } finally {
    records.close()
  }
}
