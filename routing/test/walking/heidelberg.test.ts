import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@clearway/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadWalking, saveCity } from '../../src/network/city-folder.ts'
import { distanceBetweenM } from '../../src/network/geodesy.ts'
import { heidelberg, importCity } from '../../src/network/import-city.ts'
import type { ImportedCity } from '../../src/network/imported-city.ts'
import type { WalkingNetwork } from '../../src/walking/walking-network.ts'
import { createWalks, type Walks } from '../../src/walking/walks.ts'
import { plainWalkCm } from './plain-walk.ts'

const map = new URL('../../../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname

let imported: ImportedCity
let network: WalkingNetwork
let walks: Walks
let dir: string
beforeAll(async () => {
  imported = await importCity(map, heidelberg)
  network = imported.walking!
  walks = createWalks(network)
  dir = await mkdtemp(join(tmpdir(), 'clearway-walking-'))
}, 60_000)
afterAll(() => rm(dir, { recursive: true, force: true }))

it('walks in Heidelberg are as long as plain Dijkstra says', () => {
  const random = seededRandom(11)
  const anywhere = () => {
    const point = random.integer(network.shapeLon.length)
    // Some metres beside the way.
    return {
      lon: network.shapeLon[point]! + 1e-4 * random.next(),
      lat: network.shapeLat[point]! + 1e-4 * random.next(),
    }
  }
  for (let i = 0; i < 15; i++) {
    const [from, to] = [anywhere(), anywhere()]
    expect(Math.round(walks.walk([from], [to]).distanceM * 100)).toBe(plainWalkCm(network, from, to))
  }
}, 60_000)

it('the car parks that can be walked to from a hospital are those, in that order, that plain Dijkstra finds', () => {
  const { city } = imported
  const hospital = city.places.find(({ id }) => id === 'st-josefskrankenhaus')!
  const lots = new Map(city.carParks.map(({ id, position }) => [id, [position]]))
  const expected = city.carParks
    .filter(({ position }) => distanceBetweenM(position, hospital.position) <= 1000)
    .map(({ id, position }) => [id, plainWalkCm(network, hospital.position, position) ?? 1e9] as const)
    .filter(([, cm]) => cm <= 100_000)
    .sort((a, b) => a[1] - b[1])
  const found = walks.within([hospital.position], lots, 1000)
  expect(found.map(({ key, walkM }) => [key, Math.round(walkM * 100)])).toEqual(expected)
  expect(found.length).toBeGreaterThan(3)
}, 60_000)

it('a walk is no shorter than the straight line and rarely twice as long', () => {
  const [church, bridge] = [
    { lon: 8.7101, lat: 49.4121 },
    { lon: 8.7092, lat: 49.4141 },
  ]
  const { distanceM } = walks.walk([church], [bridge])
  expect(distanceM).toBeGreaterThan(230)
  expect(distanceM).toBeLessThan(460)
})

it('the university hospital is entered by its main door', () => {
  const hospital = imported.city.places.find(({ id }) => id === 'medizinische-klinik')!
  expect(walks.doors(hospital)).toEqual([{ lon: 8.6663853, lat: 49.4155531 }])
})

it('the ways are kept beside the roads, in a file of less than 2 MB, and go when a map without any is imported', async () => {
  await saveCity(dir, imported)
  expect(await loadWalking(dir)).toEqual(network)
  await saveCity(dir, { ...imported, walking: undefined })
  expect(await loadWalking(dir)).toBeUndefined()
}, 20_000)
