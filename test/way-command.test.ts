import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Route } from '@clearway/contracts'
import {
  createRouteEngine,
  createWalks,
  heidelberg,
  type ImportedCity,
  importCity,
  routeOf,
  routeSteps,
  saveCity,
} from '@clearway/routing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { clearwayProgram } from '../bin/program.ts'

const map = new URL('../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'clearway-ways-'))
let imported: ImportedCity
let engine: ReturnType<typeof createRouteEngine>
let printed: string[]

beforeAll(async () => {
  imported = await importCity(map, heidelberg)
  await saveCity(join(folder, 'city'), imported)
  const { junctions, timeZone } = imported.city
  engine = createRouteEngine(imported.network, { junctions, timeZone })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  printed = []
  vi.stubEnv('CLEARWAY_DATA_DIR', folder)
  vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(line))
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const run = async (line: string) => {
  await clearwayProgram().parseAsync(['node', 'clearway', ...line.split(' ')])
  return printed.join('\n')
}
const place = (id: string) => imported.city.places.find((one) => one.id === id)!.position
const ways = '--from feuerwache-heidelberg --to st-josefskrankenhaus'

describe('clearway route', () => {
  it('prints what the gateway would answer', async () => {
    const to = place('st-josefskrankenhaus')
    const { routes } = JSON.parse(await run(`route ${ways} --profile ambulance --alternatives 1 --steps --json`)) as {
      routes: Route[]
    }
    const expected = engine
      .route({ from: place('feuerwache-heidelberg'), to, profile: 'ambulance', alternatives: 1 })
      .map((answer) => ({ ...routeOf(answer), steps: routeSteps(imported.network, answer, to) }))
    expect(routes).toEqual(JSON.parse(JSON.stringify(expected)))
    expect(routes.length).toBe(2)
  })

  it('tells the way in words, in either language, with what breaks a rule', async () => {
    const across = '--from bg-rci --to st-josefskrankenhaus --profile ambulance'
    const english = await run(`route ${across} --alternatives 1 --steps`)
    expect(english).toContain('Turn right into Kaiserstraße')
    expect(english).toContain('! forbidden turn at')
    expect(english).toContain('! closed to ordinary traffic from')
    printed = []
    expect(await run(`route ${across} --steps --language zh`)).toContain('右转进入Kaiserstraße')
  })

  it.each([
    ['route --from nowhere --to 8.69,49.41', /from: "nowhere" is neither/],
    ['route --from 8.69,49.41 --to 1,2', /to: 1,2 is off the map/],
    ['route --from 8.69,49.41 --to NaN,2', /to: "NaN,2" is neither/],
    ['route --from 8.69,49.41 --to 999,2', /to: 999,2 is no longitude/],
    ['matrix --from 8.69,49.41 --to sankt-elisabeth 1,2', /to\.1: 1,2 is off the map/],
    ['walk --from 8.69,49.41 --to 1,2', /to: 1,2 is off the map/],
  ])('%s is refused', (line, message) => expect(run(line)).rejects.toThrow(message))

  it.each(['--height 0', '--height tall', '--alternatives 9', '--depart-at 08:00', '--profile bike'])(
    'wrong usage: %s',
    async (more) => {
      vi.spyOn(process.stderr, 'write').mockReturnValue(true)
      await expect(run(`route ${ways} ${more}`)).rejects.toMatchObject({ code: /commander/ })
    },
  )

  it('prints what the documentation shows', async () => {
    const page = readFileSync(new URL('../docs/routes.md', import.meta.url), 'utf8')
    const [, command, shown] = /```console\n\$ clearway (.+)\n([\s\S]+?)\n```/.exec(page) as unknown as [
      string,
      string,
      string,
    ]
    expect(await run(command)).toBe(shown)
  })

  it('without an imported city says how to import one', async () => {
    vi.stubEnv('CLEARWAY_DATA_DIR', join(folder, 'empty'))
    await expect(run(`route ${ways}`)).rejects.toThrow(/clearway import network/)
  })
})

it('clearway matrix prints a table of seconds', async () => {
  const rows = (await run('matrix --from feuerwache-heidelberg 8.69,49.41 --to sankt-elisabeth --profile fire'))
    .split('\n')
    .map((row) => row.split('\t'))
  const to = place('sankt-elisabeth')
  const seconds = (from: { lon: number; lat: number }) => engine.route({ from, to, profile: 'fire' })[0]!.durationS
  expect(rows).toEqual([
    ['', 'sankt-elisabeth'],
    ['feuerwache-heidelberg', String(seconds(place('feuerwache-heidelberg')))],
    ['8.69,49.41', String(seconds({ lon: 8.69, lat: 49.41 }))],
  ])
})

it('clearway isochrone writes GeoJSON', async () => {
  const file = join(folder, 'reach.geojson')
  await run(`isochrone --from feuerwache-heidelberg --within 60,120 --profile fire --out ${file}`)
  const { features } = JSON.parse(readFileSync(file, 'utf8')) as { features: { properties: { withinS: number } }[] }
  expect(features.map(({ properties }) => properties.withinS)).toEqual([60, 60, 120, 120])
})

describe('clearway walk', () => {
  it('tells how far it is', async () => {
    const lot = imported.city.carParks.find(({ id }) => id === 'poststrasse')!.position
    const walk = createWalks(imported.walking!).walk([lot], [place('st-josefskrankenhaus')])
    expect(JSON.parse(await run('walk --from poststrasse --to st-josefskrankenhaus --json'))).toEqual(walk)
  })

  it('lists the car parks within a walk, nearest first', async () => {
    const lines = (await run('walk --from st-josefskrankenhaus --within 800')).split('\n')
    expect(lines[0]).toMatch(/^crowne-plaza {2}\d+ m, \d+ min \d\d s$/)
    expect(lines.length).toBeGreaterThan(2)
  })
})
