import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LineString, toTimestamp } from '@clearway/contracts'
import { createRouteEngine, type RouteAnswer } from '@clearway/routing'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { testData } from '../../routing/test/test-data.ts'
import type { CentreOf, MissionOrder } from '../../simulators/src/sumo/centre.ts'
import { runGreenChannel } from '../../simulators/src/sumo/green-channel-run.ts'
import { LeadCentre } from '../../simulators/src/sumo/lead-centre.ts'
import { type Mission, readMissions } from '../../simulators/src/sumo/missions.ts'
import type { PlantStep } from '../../simulators/src/sumo/plant.ts'
import { QuietCentre } from '../../simulators/src/sumo/quiet-centre.ts'
import { orderOf, prepareScenario } from '../../simulators/src/sumo/scenario.ts'
import { SumoProcess } from '../../simulators/src/sumo/sumo-process.ts'
import { findSumo } from '../../simulators/src/sumo/sumo-program.ts'
import type { SumoScenario } from '../../simulators/src/sumo/sumo-scenario.ts'
import { readTripInfo } from '../../simulators/src/sumo/tripinfo.ts'
import { need } from '../debian-packages.ts'

const netFile = testData('networks/jinan-3x4/sumo/jinan.net.xml.gz')
const ready = need('sumo') !== undefined && netFile !== undefined
const data = (name: string) => testData(`networks/jinan-3x4/${name}`) as string
const scenario = (): SumoScenario => ({
  netFile: netFile as string,
  demandFile: data('sumo/jinan_6295.rou.xml.gz'),
  signalsFile: data('sumo/tls_6295_coord120.add.xml'),
  teleportS: -1,
})
const folder = mkdtempSync(join(tmpdir(), 'clearway-sumo-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The first mission of the file, in the first minutes. */
const early = (missions: readonly Mission[]): Mission[] => [{ ...missions[0]!, departS: 120 }]

describe.skipIf(!ready)('SUMO as the plant (needs sumo and CLEARWAY_TEST_DATA)', () => {
  it('runs the programs of the network as SUMO alone does, to the second', async () => {
    const lastS = 420
    const alone = await SumoProcess.start({
      ...scenario(),
      ...{ routeFiles: [scenario().demandFile], additionalFiles: [scenario().signalsFile!] },
      ...{ seed: 1, beginS: 0, tripinfoFile: join(folder, 'alone.xml') },
    })
    await alone.traci.runTo(lastS)
    await alone.stop()
    const trips = readTripInfo(join(folder, 'alone.xml'))
    expect(trips.length).toBeGreaterThan(150)
    const prepared = await prepareScenario(scenario())
    const quiet = async (around: ConstructorParameters<typeof QuietCentre>[0]) => new QuietCentre(around)
    const run = await runGreenChannel({ prepared, missions: [], seed: 1, centreOf: quiet, lastS })
    expect(run.others).toBe(trips.length)
    const delayVehS = trips.reduce((sum, { timeLossS, departDelayS }) => sum + timeLossS + departDelayS, 0)
    expect(run.othersDelayVehS).toBeCloseTo(delayVehS, 6)
    expect(run.monitorTrips).toBe(0)
  }, 120_000)

  it('gives an ambulance its green in time, and the same run for the same seed', async () => {
    const prepared = await prepareScenario(scenario())
    const missions = early(readMissions(data('ambulances.json'), prepared.plan))
    const run = (leadS: number) => {
      const steps: PlantStep[] = []
      const centreOf = async (around: ConstructorParameters<typeof QuietCentre>[0]) => new LeadCentre(around, leadS)
      const onStep = (step: PlantStep) => void steps.push(step)
      return runGreenChannel({ prepared, missions, seed: 1, centreOf, lastS: 330, onStep }).then((outcome) => ({
        outcome,
        steps,
      }))
    }
    const first = await run(20)
    const [ambulance] = first.outcome.ambulances
    expect(ambulance!.durationS).toBeLessThan(175)
    expect(first.outcome.monitorTrips).toBe(0)
    expect(first.steps.some(({ modes }) => modes.includes('preempted'))).toBe(true)
    expect((await run(20)).outcome.digest).toBe(first.outcome.digest)
    expect((await run(5)).outcome.digest).not.toBe(first.outcome.digest)
  }, 120_000)

  it('lets an ambulance follow the way that it is sent, if it ends where the mission does', async () => {
    const prepared = await prepareScenario(scenario())
    const { network, city } = prepared.imported
    const mission = { ...readMissions(data('ambulances.json'), prepared.plan)[5]!, departS: 20 }
    const { origin, destination } = orderOf(mission, prepared)
    const engine = createRouteEngine(network, { junctions: city.junctions })
    const [given, other] = engine.route({ from: origin, to: destination, profile: 'ambulance', alternatives: 1 })
    const passed = async (line: LineString) => {
      const told = class extends QuietCentre {
        override send({ vehicle }: MissionOrder): Promise<void> {
          const at = toTimestamp(this.surroundings.clock.now())
          const message = { id: 'r-1', at, dispatch: 'd-1', geometry: line, etaAt: at }
          this.broker.send({ district: city.district, kind: 'vehicle', device: vehicle }, 'route', message)
          return Promise.resolve()
        }
      }
      const centreOf: CentreOf = async (around) => new told(around)
      const { passings } = await runGreenChannel({ prepared, missions: [mission], seed: 1, centreOf, lastS: 400 })
      return passings.map(({ junction }) => junction)
    }
    const junctions = ({ junctions }: RouteAnswer) => junctions.map(({ junction }) => junction)
    const byOther = await passed(other!.geometry)
    expect(byOther.length).toBeGreaterThan(3)
    expect(byOther).toEqual(junctions(other!).slice(0, byOther.length))
    expect(byOther).not.toEqual(junctions(given!).slice(0, byOther.length))
    const elsewhere = engine.route({ from: origin, to: prepared.plan.unproject(0, 0), profile: 'ambulance' })[0]!
    const stays = await passed(elsewhere.geometry)
    expect(stays).toEqual(junctions(given!).slice(0, stays.length))
  }, 120_000)

  it('fails at once, with SUMO’s exit, when SUMO dies on the way', async () => {
    const prepared = await prepareScenario(scenario())
    const began = performance.now()
    const pidFile = join(folder, 'pid')
    const wrapper = join(folder, 'sumo-with-pid')
    writeFileSync(wrapper, `#!/bin/sh\necho $$ > ${pidFile}\nexec ${findSumo()} "$@"\n`, { mode: 0o700 })
    vi.stubEnv('SUMO_BINARY', wrapper)
    const quiet = async (around: ConstructorParameters<typeof QuietCentre>[0]) => new QuietCentre(around)
    const run = runGreenChannel({
      ...{ prepared, missions: [], seed: 1, centreOf: quiet },
      onStep: ({ atS }) => {
        if (atS === 20) process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL')
      },
    })
    await expect(run).rejects.toThrow(/SUMO ended by SIGKILL/)
    vi.unstubAllEnvs()
    expect(performance.now() - began).toBeLessThan(20_000)
  }, 120_000)

  it('says what is wrong with a file that SUMO cannot read', async () => {
    const broken = { ...scenario(), demandFile: join(folder, 'missing.rou.xml') }
    const prepared = await prepareScenario(scenario())
    const quiet = async (around: ConstructorParameters<typeof QuietCentre>[0]) => new QuietCentre(around)
    const run = runGreenChannel({
      prepared: { ...prepared, scenario: broken },
      ...{ missions: [], seed: 1, centreOf: quiet },
    })
    await expect(run).rejects.toThrow(/SUMO ended with exit code 1.*missing\.rou\.xml/s)
  }, 120_000)
})

it('says how SUMO is installed where it is not', () => {
  expect(() => findSumo({ PATH: folder })).toThrow(/apt-get install --no-install-recommends sumo sumo-tools/)
  expect(() => findSumo({ SUMO_BINARY: join(folder, 'sumo') })).toThrow(/SUMO_BINARY names/)
})
