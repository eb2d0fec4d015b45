import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { City, compile, InputError, WorldError } from '@clearway/contracts'
import { readWalking, writeWalking } from '../walking/walking-file.ts'
import type { WalkingNetwork } from '../walking/walking-network.ts'
import { readNetwork, writeNetwork } from './network-file.ts'
import type { RoadNetwork } from './road-network.ts'
import type { StreetMap } from './street-map.ts'

const checkCity = compile(City)

/** What a folder holds. */
interface SavedCity {
  city: City
  network: RoadNetwork
  streets: StreetMap
  /** Undefined where the map knows no ways for people on foot. */
  walking?: WalkingNetwork | undefined
}

/**
 * Writes `city.json`, `network.bin`, `streets.geojson` and `walking.bin` into `dir`, made when missing. `city.json` goes
 * last: a folder that has one is complete.
 *
 * @throws WorldError `city-unwritable`
 */
export async function saveCity(dir: string, { city, network, streets, walking }: SavedCity): Promise<void> {
  try {
    // It may be the first folder of a data folder, which holds plates.
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await replace(join(dir, 'network.bin'), writeNetwork(network))
    await replace(join(dir, 'streets.geojson'), JSON.stringify(streets))
    if (walking) await replace(join(dir, 'walking.bin'), writeWalking(walking))
    // What an earlier map left here would lead through another city.
    else await rm(join(dir, 'walking.bin'), { force: true })
    await replace(join(dir, 'city.json'), `${JSON.stringify(city)}\n`)
  } catch (cause) {
    throw new WorldError('city-unwritable', `cannot write the city to ${dir}: ${(cause as Error).message}`, cause)
  }
}

async function replace(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${file}.new`, content)
  await rename(`${file}.new`, file)
}

/**
 * @throws WorldError `city-unreadable` when a file cannot be read
 * @throws InputError `schema` or `network-file` when one is not what it should be
 */
export async function loadCity(dir: string): Promise<{ city: City; network: RoadNetwork }> {
  const file = join(dir, 'city.json')
  const text = (await bytesOf(file)).toString('utf8')
  const networkFile = join(dir, 'network.bin')
  const network = readNetwork(await bytesOf(networkFile), networkFile)
  return { city: checkCity.require(parsed(text, file), file), network }
}

/**
 * @returns undefined where the imported map knew no ways for people on foot, or was imported before they were kept
 * @throws WorldError `city-unreadable`, InputError `network-file`
 */
export async function loadWalking(dir: string): Promise<WalkingNetwork | undefined> {
  const file = join(dir, 'walking.bin')
  return existsSync(file) ? readWalking(await bytesOf(file), file) : undefined
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    const message = `cannot read ${file}: ${(cause as Error).message}; import a map with "clearway import network"`
    throw new WorldError('city-unreadable', message, cause)
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = (cause as Error).message
    throw new InputError('schema', `${file} is not JSON: ${reason}`, [{ field: '(body)', message: reason }])
  }
}
