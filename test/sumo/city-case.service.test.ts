import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@clearway/contracts'
import { heidelberg, importCity, readNetWith } from '@clearway/routing'
import { afterAll, describe, expect, it } from 'vitest'
import { GatewayCentre } from '../../bin/evaluation/gateway-centre.ts'
import {
  type CentreOf,
  generateMissions,
  makeCityCase,
  prepareScenario,
  QuietCentre,
  readDemand,
  runGreenChannel,
  type SumoScenario,
} from '../../simulators/src/index.ts'
import { SumoProcess } from '../../simulators/src/sumo/sumo-process.ts'
import { readTripInfo } from '../../simulators/src/sumo/tripinfo.ts'
import { need } from '../debian-packages.ts'

const ready = need('sumo') !== undefined
const root = join(import.meta.dirname, '..', '..')
const map = join(root, 'simulators', 'cities', 'heidelberg', 'heidelberg.osm.pbf')
/** Bergheim and the west of the old town. */
const bounds = { west: 8.665, south: 49.398, east: 8.7, north: 49.416 }
const folder = mkdtempSync(join(tmpdir(), 'clearway-city-case-'))
afterAll(() => rmSync(folder, { recursive: true }))

let made: Promise<SumoScenario> | undefined
const scenario = () => {
  made ??= importCity(map, { ...heidelberg, bounds }).then((city) =>
    makeCityCase(city, { folder, seed: 1, vehiclesPerHour: 1200, departingS: 400 }),
  )
  return made
}

describe.skipIf(!ready)('a case made of an imported city (needs sumo)', () => {
  it('gives every junction of the import its signal, and every link its approach and group', async () => {
    const { imported, plan } = await prepareScenario(await scenario())
    expect(imported.city.junctions.length).toBeGreaterThan(20)
    expect([...plan.signals.keys()].sort()).toEqual(imported.city.junctions.map(({ id }) => id).sort())
    for (const table of imported.city.junctions) {
      const links = plan.signals.get(table.id)!.links
      expect(links.map(({ group }) => table.groups.find(({ id }) => id === group)?.kind)).not.toContain('pedestrian')
      expect(new Set(links.map(({ approach }) => approach))).toEqual(new Set(table.approaches.map(({ id }) => id)))
    }
    const { netFile, signalsFile } = await scenario()
    const net = await readNetWith(netFile, signalsFile)
    const turns = new Set(net.connections.map(({ from, to }) => `${from}>${to}`))
    const trips = await readDemand((await scenario()).demandFile)
    expect(trips).toHaveLength(133)
    const driven = trips.flatMap(({ route }) => route.slice(1).map((edge, i) => `${route[i]}>${edge}`))
    expect(driven.filter((turn) => !turns.has(turn))).toEqual([])
  }, 240_000)

  it('runs the plans of its controllers as SUMO alone runs the programs made of them, to the second', async () => {
    const files = await scenario()
    const lastS = 600
    const alone = await SumoProcess.start({
      ...{ netFile: files.netFile, routeFiles: [files.demandFile], additionalFiles: [files.signalsFile!] },
      ...{ seed: 1, beginS: 0, teleportS: files.teleportS, tripinfoFile: join(folder, 'alone.xml') },
    })
    await alone.traci.runTo(lastS)
    await alone.stop()
    const trips = readTripInfo(join(folder, 'alone.xml')).filter(({ departS }) => departS >= 0)
    expect(trips.length).toBeGreaterThan(100)
    const prepared = await prepareScenario(files)
    const centreOf: CentreOf = async (around) => new QuietCentre(around)
    const run = await runGreenChannel({ prepared, missions: [], seed: 1, centreOf, lastS })
    const delayVehS = trips.reduce((sum, { timeLossS, departDelayS }) => sum + timeLossS + departDelayS, 0)
    expect(run.othersDelayVehS).toBeCloseTo(delayVehS, 6)
    expect(run.monitorTrips).toBe(0)
  }, 240_000)

  it('sends a mission through with greens, none of them red where it passes', async () => {
    const files = await scenario()
    const prepared = await prepareScenario(files)
    const [mission] = generateMissions(await readDemand(files.demandFile), prepared.plan, 1, seededRandom(2))
    const run = (centreOf: CentreOf) =>
      runGreenChannel({ prepared, missions: [mission!], seed: 1, centreOf, lastS: 600 })
    const alone = await run(async (around) => new QuietCentre(around))
    const served = await run((around) => GatewayCentre.open(around))
    expect(served.passings.length).toBeGreaterThanOrEqual(3)
    expect([...served.passings, ...alone.passings].filter(({ shown }) => shown === 'red')).toEqual([])
    expect(served.absences.length).toBeGreaterThan(0)
    expect(served.monitorTrips).toBe(0)
    expect(served.ambulances[0]!.durationS).toBeLessThan(alone.ambulances[0]!.durationS)
  }, 240_000)

  it('is Heidelberg where nothing is given; half of a case is refused', () => {
    const evaluate = (...more: string[]) =>
      spawnSync(
        process.execPath,
        [
          ...['--disable-warning=ExperimentalWarning', join(root, 'bin', 'clearway.ts'), 'evaluate', 'green-channel'],
          ...['--controllers', 'none', '--seeds', '1', '--trips', '1', '--last-s', '5', ...more],
        ],
        { encoding: 'utf8' },
      )
    const run = evaluate()
    expect([run.status, run.stderr]).toEqual([0, expect.stringMatching(/Heidelberg.*none, seed 1: 5 s in/s)])
    const half = evaluate('--network', 'some.net.xml')
    expect([half.status, half.stderr]).toEqual([1, expect.stringMatching(/given together/)])
  }, 240_000)
})
