import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type City, InputError, type Position, type RouteProfile, type VehicleLimits } from '@clearway/contracts'
import { loadConfig } from '@clearway/gateway'
import {
  createRouteEngine,
  createWalks,
  isochroneMap,
  loadCity,
  loadWalking,
  type RoadNetwork,
  type RouteEngine,
  routeOf,
  routeSteps,
} from '@clearway/routing'
import { Command, InvalidArgumentError, Option } from 'commander'
import { walkText, wayText } from '../way-text.ts'

interface Vehicle {
  profile: RouteProfile
  height?: number
  width?: number
  weight?: number
  axleLoad?: number
}

interface RouteOptions extends Vehicle {
  from: string
  to: string
  alternatives: number
  departAt?: number
  steps?: boolean
  language: 'zh' | 'en'
  json?: boolean
}

interface MatrixOptions extends Vehicle {
  from: string[]
  to: string[]
  json?: boolean
}

interface IsochroneOptions extends Vehicle {
  from: string
  within: number[]
  out?: string
}

interface WalkOptions {
  from: string
  to?: string
  within: number
  json?: boolean
}

const endText = 'lon,lat, or the id of a hospital, station or car park'

/** `clearway route`, `matrix`, `isochrone` and `walk`: answered from the imported city, without a gateway. */
export const wayCommands = (): Command[] => [routeCommand(), matrixCommand(), isochroneCommand(), walkCommand()]

function routeCommand(): Command {
  return driving(new Command('route').description('the way from one place to another in the imported city'))
    .requiredOption('--from <place>', endText)
    .requiredOption('--to <place>', endText)
    .option('--alternatives <number>', 'other ways beside the best', wholeNumber, 0)
    .option('--depart-at <time>', 'RFC 3339 with an offset: waits at signals as their plans say', instantOf)
    .option('--steps', 'what the driver does')
    .addOption(new Option('--language <language>', 'of the steps').choices(['zh', 'en']).default('en'))
    .option('--json', 'prints JSON, as GET /routes answers')
    .action(async (options: RouteOptions) => {
      const { city, network, engine } = await importedCity()
      const destination = positionOf(city, 'to', options.to)
      const answers = engine.route({
        ...asked(options),
        ...{ from: positionOf(city, 'from', options.from), to: destination, alternatives: options.alternatives },
        departMs: options.departAt,
      })
      const routes = answers.map((answer) => ({
        ...routeOf(answer),
        ...(options.steps && { steps: routeSteps(network, answer, destination) }),
      }))
      console.log(options.json ? JSON.stringify({ routes }, null, 2) : wayText(routes, options.language))
    })
}

function matrixCommand(): Command {
  return driving(new Command('matrix').description('driving times from many places to many, tab-separated seconds'))
    .requiredOption('--from <places...>', endText)
    .requiredOption('--to <places...>', endText)
    .option('--json', 'prints JSON, as POST /routes/matrix answers')
    .action(async (options: MatrixOptions) => {
      const { city, engine } = await importedCity()
      const positions = (field: 'from' | 'to') => options[field].map((one, i) => positionOf(city, `${field}.${i}`, one))
      const durationsS = engine.matrix({ ...asked(options), from: positions('from'), to: positions('to') })
      if (options.json) return console.log(JSON.stringify({ durationsS, epoch: engine.epoch }))
      console.log(['', ...options.to].join('\t'))
      for (const [i, row] of durationsS.entries()) {
        console.log([options.from[i], ...row.map((seconds) => seconds ?? '–')].join('\t'))
      }
    })
}

function isochroneCommand(): Command {
  return driving(new Command('isochrone').description('what can be driven to within some times, GeoJSON'))
    .requiredOption('--from <place>', endText)
    .requiredOption('--within <seconds>', 'one or more times, separated by commas', secondsOf)
    .option('--out <file>', 'writes to the file')
    .action(async (options: IsochroneOptions) => {
      const { city, network, engine } = await importedCity()
      const from = positionOf(city, 'from', options.from)
      const { parts } = engine.reach({ ...asked(options), from, withinS: Math.max(...options.within) })
      const map = JSON.stringify(isochroneMap(network, parts, options.within))
      if (options.out === undefined) console.log(map)
      else await writeFile(options.out, map)
    })
}

function walkCommand(): Command {
  return new Command('walk')
    .description('the shortest way on foot, or the car parks within a walk, nearest first')
    .requiredOption('--from <place>', endText)
    .option('--to <place>', `${endText}; without it, car parks`)
    .option('--within <metres>', 'how far car parks may be', metresOf, 1000)
    .option('--json', 'prints JSON, as GET /walks answers')
    .action(async (options: WalkOptions) => {
      const dir = cityFolder()
      const { city } = await loadCity(dir)
      const network = await loadWalking(dir)
      if (!network) {
        const message = 'the imported map has no ways for people on foot; import it again from OpenStreetMap'
        throw new InputError('no-walking-network', message)
      }
      const walks = createWalks(network)
      const doors = (field: string, text: string) => {
        const place = city.places.find(({ id }) => id === text)
        return place ? walks.doors(place) : [positionOf(city, field, text)]
      }
      const from = doors('from', options.from)
      if (options.to !== undefined) {
        const walk = walks.walk(from, doors('to', options.to))
        return console.log(options.json ? JSON.stringify(walk) : walkText(walk.distanceM, walk.durationS))
      }
      const lots = new Map(city.carParks.map((lot) => [lot.id, [lot.position]]))
      for (const { key, walkM, walkS } of walks.within(from, lots, options.within)) {
        console.log(options.json ? JSON.stringify({ lot: key, walkM, walkS }) : `${key}  ${walkText(walkM, walkS)}`)
      }
    })
}

/** What all commands for drivers have in common. */
function driving(command: Command): Command {
  return command
    .addOption(new Option('--profile <profile>', 'how it drives').choices(['car', 'ambulance', 'fire']).default('car'))
    .option('--height <metres>', 'of the vehicle', metresOf)
    .option('--width <metres>', 'of the vehicle', metresOf)
    .option('--weight <tons>', 'of the vehicle, laden', metresOf)
    .option('--axle-load <tons>', 'of its heaviest axle', metresOf)
}

function asked({ profile, height, width, weight, axleLoad }: Vehicle): {
  profile: RouteProfile
  vehicle: VehicleLimits
} {
  const vehicle = {
    ...(height !== undefined && { heightM: height }),
    ...(width !== undefined && { widthM: width }),
    ...(weight !== undefined && { weightT: weight }),
    ...(axleLoad !== undefined && { axleLoadT: axleLoad }),
  }
  return { profile, vehicle }
}

const cityFolder = (): string => join(loadConfig().dataDir, 'city')

async function importedCity(): Promise<{ city: City; network: RoadNetwork; engine: RouteEngine }> {
  const { city, network } = await loadCity(cityFolder())
  return { city, network, engine: createRouteEngine(network, { junctions: city.junctions, timeZone: city.timeZone }) }
}

/** @throws InputError naming the field */
function positionOf(city: City, field: string, text: string): Position {
  const named = [...city.places, ...city.carParks].find(({ id }) => id === text)
  if (named) return named.position
  const [lon, lat, ...rest] = text.split(',').map(Number) as [number, number]
  if (Number.isFinite(lon) && Number.isFinite(lat) && rest.length === 0) return { lon, lat }
  const message = `"${text}" is neither lon,lat nor a place or car park of the city`
  throw new InputError('place-unknown', `${field}: ${message}`, [{ field, message }])
}

function wholeNumber(text: string): number {
  if (!/^[0-5]$/.test(text)) throw new InvalidArgumentError('A number from 0 to 5 is expected.')
  return Number(text)
}

function metresOf(text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('A number above 0 is expected.')
  return value
}

function secondsOf(text: string): number[] {
  const times = text.split(',').map(Number)
  if (times.every((seconds) => seconds > 0 && seconds <= 3600)) return times
  throw new InvalidArgumentError('Seconds from 1 to 3600, separated by commas, are expected.')
}

/** Milliseconds since the epoch. Without an offset nobody knows which instant is meant. */
function instantOf(text: string): number {
  const ms = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw new InvalidArgumentError('A time like 2026-11-23T08:00:00+08:00 is expected.')
  return ms
}
