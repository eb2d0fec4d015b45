import { writeFileSync } from 'node:fs'
import { compile, InputError, QuoteRequest, WorldError } from '@clearway/contracts'
import {
  priceStay,
  quoteLines,
  ratedStay,
  readCalendar,
  readTariffFile,
  requireRules,
  tariffFileSchema,
} from '@clearway/gateway'
import { Command } from 'commander'

interface QuoteOptions {
  id?: string
  entered: string
  left: string
  vehicleClass: string
  plateColour: string
  plateList: string[]
  paid?: string
  discount: string[]
  calendar?: string
  json?: string
}

const checkRequest = compile(QuoteRequest)

/** Times with seconds or milliseconds left out are as good; the offset is needed. */
const timestamp = (text: string): string =>
  text.replace(/^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d{3})?/, (_all, date, clock, seconds, ms) =>
    [date, 'T', clock, seconds ?? ':00', ms ?? '.000'].join(''),
  )

function write(file: string, content: unknown): void {
  try {
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
  } catch (cause) {
    throw new WorldError('unwritable', `${file} cannot be written: ${(cause as Error).message}`, cause)
  }
}

/** The tariff of a file that is asked for. @throws InputError when it is not there, or not the only one */
function oneTariff(file: string, id: string | undefined) {
  const tariffs = readTariffFile(file)
  const wanted = id === undefined ? tariffs : tariffs.filter((tariff) => tariff.id === id)
  const [tariff] = wanted
  if (tariff && wanted.length === 1) return tariff
  const message = `${id === undefined ? 'is missing' : `"${id}" names ${wanted.length} tariffs`}; ${file} has ${tariffs.map((each) => each.id).join(', ')}`
  throw new InputError('tariff', `--id ${message}`, [{ field: '--id', message }])
}

function quote(file: string, options: QuoteOptions): void {
  const { id, document } = oneTariff(file, options.id)
  requireRules(document, file)
  const asked = checkRequest.require(
    {
      vehicleClass: options.vehicleClass,
      plateColour: options.plateColour,
      enteredAt: timestamp(options.entered),
      leftAt: timestamp(options.left),
      plateLists: options.plateList,
      discounts: options.discount,
      ...(options.paid !== undefined && { paidAt: timestamp(options.paid) }),
    },
    'quote',
  ) as QuoteRequest
  const { amountFen, lines } = priceStay(document, ratedStay(asked), readCalendar(options.calendar))
  const told = quoteLines(document, lines)
  for (const { fromMin, untilMin, quantity, amountFen: fen, text, source } of told) {
    const minutes = `${fromMin}–${untilMin} min`.padEnd(16)
    console.log(
      `${minutes} ${String(quantity).padStart(4)} × ${yuan(fen)}  ${text.zh ?? ''} ${text.en ?? ''} (${source})`,
    )
  }
  console.log(`${'sum'.padEnd(23)}${yuan(amountFen)}`)
  if (options.json) write(options.json, { tariff: id, amountFen, lines: told })
}

const yuan = (fen: number) => `¥${(fen / 100).toFixed(2)}`.padStart(9)
const several = (value: string, before: string[]) => [...before, value]

export function tariffCommand(): Command {
  const tariff = new Command('tariff').description('tariff documents (docs/tariffs.md)')
  tariff
    .command('check')
    .description('whether files are tariffs whose rules fit together; names each field that does not')
    .argument('<file...>', 'YAML or JSON')
    .option('--json <file>', 'also writes the result')
    .action((files: string[], { json }: { json?: string }) => {
      const checked = files.flatMap((file) =>
        readTariffFile(file).map(({ id, document }) => {
          requireRules(document, `${file}, tariff ${id}`)
          return { file, id }
        }),
      )
      for (const { file, id } of checked) console.log(`${file}: ${id} is sound`)
      if (json) write(json, { tariffs: checked })
    })
  tariff
    .command('quote')
    .description('what a stay would cost, line by line')
    .argument('<file>', 'a tariff, YAML or JSON')
    .requiredOption('--entered <time>', 'for example 2026-11-23T18:20+08:00')
    .requiredOption('--left <time>', 'for example 2026-11-23T21:10+08:00')
    .option('--id <tariff>', 'which tariff of the file, where it has several')
    .option('--vehicle-class <class>', 'small, large, motorcycle', 'small')
    .option('--plate-colour <colour>', 'blue, yellow, green, yellow-green, white, black', 'blue')
    .option('--plate-list <name>', 'a list that the plate is on; may be given again', several, [])
    .option('--discount <id>', 'a discount that was shown; may be given again', several, [])
    .option('--paid <time>', 'when it was paid, before leaving')
    .option('--calendar <file>', "the city's own calendar; China's if absent")
    .option('--json <file>', 'also writes the quote')
    .action(quote)
  tariff
    .command('schema')
    .description('JSON schema of tariff files, for editors')
    .action(() => console.log(JSON.stringify(tariffFileSchema, null, 2)))
  return tariff
}
