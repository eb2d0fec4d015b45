import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  compile,
  fromTimestamp,
  InputError,
  LotSettingsList,
  systemClock,
  TariffEditionList,
} from '@clearway/contracts'
import { AuditLog, Lots, loadConfig, Records, seedLots, Tariffs } from '@clearway/gateway'
import { type CityOptions, importCity, saveCity } from '@clearway/routing'
import { Command, InvalidArgumentError } from 'commander'
import { parse } from 'yaml'

const operator = { name: 'command-line', roles: ['admin'] } as const

interface NetworkOptions {
  district?: string
  nameZh?: string
  nameEn?: string
  timeZone?: string
  bounds?: NonNullable<CityOptions['bounds']>
}

/** Imports a map into the data folder: the network, its junctions, its car parks as lots. */
export async function importNetwork(file: string, options: Partial<CityOptions>, dataDir: string) {
  const imported = await importCity(file, options)
  await saveCity(join(dataDir, 'city'), imported)
  const records = Records.open(dataDir)
  try {
    records.transaction(() => {
      seedLots(records, imported.city)
      new AuditLog(records, systemClock).record(operator, 'import.network', imported.city.district, {
        file: basename(file),
        junctions: imported.city.junctions.length,
      })
    })
  } finally {
    records.close()
  }
  return imported
}

function boundsOf(text: string): NonNullable<CityOptions['bounds']> {
  const numbers = text.split(',').map(Number)
  const [west, south, east, north] = numbers as [number, number, number, number]
  if (numbers.length !== 4 || !numbers.every(Number.isFinite) || west >= east || south >= north) {
    throw new InvalidArgumentError('West,south,east,north in degrees with west < east and south < north is expected.')
  }
  return { west, south, east, north }
}

/** YAML is a superset of JSON, so both may be given. */
function readDocument(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}`
    throw new InputError('file', message, [{ field: 'file', message }])
  }
}

export function importCommand(): Command {
  const command = new Command('import').description('brings a road network, lots or tariffs into the data folder')

  command
    .command('network')
    .description('a city from an OpenStreetMap extract; the gateway uses it from its next start')
    .argument('<file>', 'for example jinan.osm.pbf')
    .option('--district <name>', 'the district in topics; from the file name if absent')
    .option('--name-zh <text>', 'the name of the city in Chinese')
    .option('--name-en <text>', 'the name of the city in English')
    .option('--time-zone <zone>', 'IANA zone; Asia/Shanghai if absent')
    .option('--bounds <w,s,e,n>', 'leave out what lies outside', boundsOf)
    .action(async (file: string, options: NetworkOptions) => {
      const name = { ...(options.nameZh && { zh: options.nameZh }), ...(options.nameEn && { en: options.nameEn }) }
      const { report } = await importNetwork(
        file,
        {
          ...(options.district && { district: options.district }),
          ...(Object.keys(name).length > 0 && { name }),
          ...(options.timeZone && { timeZone: options.timeZone }),
          ...(options.bounds && { bounds: options.bounds }),
        },
        loadConfig().dataDir,
      )
      console.log(JSON.stringify(report, null, 2))
    })

  command
    .command('lots')
    .description('adds or changes lots: { items: [{ id, name, position, capacity, kind, tariff? }] }, JSON or YAML')
    .argument('<file>')
    .action((file: string) => {
      const { items } = compile(LotSettingsList).require(readDocument(file), file)
      const records = Records.open(loadConfig().dataDir)
      try {
        records.transaction(() => {
          const lots = new Lots(records, new Tariffs(records))
          for (const { id, ...settings } of items) lots.put(id, settings, systemClock.now())
          new AuditLog(records, systemClock).record(operator, 'import.lots', basename(file), { lots: items.length })
        })
      } finally {
        records.close()
      }
      console.log(JSON.stringify({ lots: items.length }))
    })

  command
    .command('tariffs')
    .description('new versions of tariffs: { items: [{ id, document, validFrom? }] }, JSON or YAML')
    .argument('<file>')
    .action((file: string) => {
      const { items } = compile(TariffEditionList).require(readDocument(file), file)
      const nowMs = systemClock.now()
      const records = Records.open(loadConfig().dataDir)
      try {
        records.transaction(() => {
          const tariffs = new Tariffs(records)
          const audit = new AuditLog(records, systemClock)
          for (const { id, document, validFrom } of items) {
            const { version } = tariffs.add(id, document, validFrom ? fromTimestamp(validFrom) : nowMs, nowMs)
            audit.record(operator, 'import.tariff', id, { version })
          }
        })
      } finally {
        records.close()
      }
      console.log(JSON.stringify({ tariffs: items.length }))
    })
  return command
}
