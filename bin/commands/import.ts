import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { compile, fromTimestamp, InputError, LotSettingsList, ParkingPassList, systemClock } from '@clearway/contracts'
import {
  AuditLog,
  importPasses,
  Lots,
  loadConfig,
  Records,
  readCalendar,
  readTariffFile,
  seedLots,
  Tariffs,
} from '@clearway/gateway'
import { type CityOptions, importCity, type MapOptions, saveCity } from '@clearway/routing'
import { Command, InvalidArgumentError, Option } from 'commander'
import { parse } from 'yaml'
import { writeResult } from '../result-file.ts'

const operator = { name: 'command-line', roles: ['admin'] } as const

interface NetworkOptions extends MapOptions, Partial<Pick<CityOptions, 'district' | 'timeZone' | 'bounds'>> {
  nameZh?: string
  nameEn?: string
  weightUnit?: number
}

/** Imports a map into the data folder: the network, its junctions, its car parks as lots. */
export async function importNetwork(file: string, options: Partial<CityOptions> & MapOptions, dataDir: string) {
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

function originOf(text: string): NonNullable<MapOptions['origin']> {
  const [lon, lat, ...more] = text.split(',').map(Number) as [number, number]
  if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90) || more.length > 0) {
    throw new InvalidArgumentError('Longitude,latitude in degrees is expected.')
  }
  return { lon, lat }
}

function unitOf(text: string): number {
  const unit = Number(text)
  if (!(unit > 0 && Number.isFinite(unit))) throw new InvalidArgumentError('A number above 0 is expected.')
  return unit
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
    .description('a city from a map; the gateway uses it from its next start')
    .argument(
      '<file>',
      'OpenStreetMap, SUMO, CityFlow, City Brain, GeoJSON or DIMACS, gzip or not (docs/network-import.md)',
    )
    .option('--district <name>', 'the district in topics; from the file name if absent')
    .option('--name-zh <text>', 'the name of the city in Chinese')
    .option('--name-en <text>', 'the name of the city in English')
    .option('--time-zone <zone>', 'IANA zone; Asia/Shanghai if absent')
    .option('--bounds <w,s,e,n>', 'leave out what lies outside', boundsOf)
    .option('--attribution <text>', 'shown on the map; from the format or the file name if absent')
    .option('--origin <lon,lat>', 'where the zero point of a map in metres lies; 0,0 if absent', originOf)
    .option('--no-emergency-roads', 'OpenStreetMap: leave out roads closed to ordinary cars')
    .option('--signals <file>', "SUMO: an additional file with signal programs that run in place of the network's")
    .option('--coordinates <file>', 'DIMACS: the .co file')
    .option('--planar', 'DIMACS: coordinates are metres, not microdegrees')
    .addOption(new Option('--metric <what>', 'DIMACS: what the weights are').choices(['length', 'time']))
    .option('--weight-unit <number>', 'DIMACS: metres or seconds of a weight of 1; 0.1 m or 0.001 s if absent', unitOf)
    .action(async (file: string, { nameZh, nameEn, weightUnit, ...options }: NetworkOptions) => {
      const name = { ...(nameZh && { zh: nameZh }), ...(nameEn && { en: nameEn }) }
      const named = Object.keys(name).length > 0 ? { name } : {}
      const unit = weightUnit === undefined ? {} : { unit: weightUnit }
      const { report } = await importNetwork(file, { ...options, ...named, ...unit }, loadConfig().dataDir)
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
    .description('new versions of tariffs: a document, { id, document, validFrom? } or { items: [ … ] }, JSON or YAML')
    .argument('<file>')
    .action((file: string) => {
      const items = readTariffFile(file)
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

  command
    .command('passes')
    .description('adds or changes passes: { items: [{ id, plates, lots?, validFrom, validUntil }] }, JSON or YAML')
    .argument('<file>')
    .option('--json <file>', 'writes what was done')
    .action((file: string, { json }: { json?: string }) => {
      const { items } = compile(ParkingPassList).require(readDocument(file), file)
      const config = loadConfig()
      const records = Records.open(config.dataDir)
      try {
        records.transaction(() => {
          const audit = new AuditLog(records, systemClock)
          importPasses(records, items, systemClock.now(), readCalendar(config.city.calendarFile))
          for (const { id, plates } of items) audit.record(operator, 'pass.put', id, { plates: plates.length })
        })
      } finally {
        records.close()
      }
      writeResult(json, { passes: items.length })
      console.log(JSON.stringify({ passes: items.length }))
    })
  return command
}
