import { describe, expect, it } from 'vitest'
import { GatewayCentre } from '../../bin/evaluation/gateway-centre.ts'
import { testData } from '../../routing/test/test-data.ts'
import {
  type CentreOf,
  type GreenChannelOutcome,
  prepareScenario,
  QuietCentre,
  readMissions,
  runGreenChannel,
} from '../../simulators/src/index.ts'
import { need } from '../debian-packages.ts'

const netFile = testData('networks/jinan-3x4/sumo/jinan.net.xml.gz')
const ready = need('sumo') !== undefined && netFile !== undefined
const data = (name: string) => testData(`networks/jinan-3x4/${name}`) as string

const scenario = () => ({
  netFile: netFile as string,
  demandFile: data('sumo/jinan_6295.rou.xml.gz'),
  signalsFile: data('sumo/tls_6295_coord120.add.xml'),
  teleportS: -1,
})

describe.skipIf(!ready)('the gateway in lock step with SUMO (needs sumo and CLEARWAY_TEST_DATA)', () => {
  it('brings an ambulance through with greens, and gives the same run for the same seed', async () => {
    const prepared = await prepareScenario(scenario())
    const missions = [{ ...readMissions(data('ambulances.json'), prepared.plan)[0]!, departS: 120 }]
    const run = (centreOf: CentreOf): Promise<GreenChannelOutcome> =>
      runGreenChannel({ prepared, missions, seed: 1, centreOf, lastS: 370 })
    const withGateway: CentreOf = (around) => GatewayCentre.open(around)
    const first = await run(withGateway)
    const alone = await run(async (around) => new QuietCentre(around))
    expect(first.ambulances[0]!.durationS).toBeLessThan(alone.ambulances[0]!.durationS - 20)
    expect(first.monitorTrips).toBe(0)
    expect((await run(withGateway)).digest).toBe(first.digest)
  }, 120_000)

  it('gives the same run by MQTT through its broker as in memory', async () => {
    const prepared = await prepareScenario(scenario())
    const missions = [{ ...readMissions(data('ambulances.json'), prepared.plan)[0]!, departS: 60 }]
    const run = (transport: 'memory' | 'mqtt') =>
      runGreenChannel({
        ...{ prepared, missions, seed: 3, lastS: 160 },
        centreOf: (around) => GatewayCentre.open(around, {}, transport),
      })
    expect((await run('mqtt')).digest).toBe((await run('memory')).digest)
  }, 120_000)

  it('leads drivers who follow its advice away from the vehicle, the same way by MQTT as in memory', async () => {
    const prepared = await prepareScenario(scenario())
    // Sent out at a second in which a junction is asked at once: the request is there before the junction's step.
    const missions = [{ ...readMissions(data('ambulances.json'), prepared.plan)[0]!, departS: 120 }]
    const run = (compliance: number, transport: 'memory' | 'mqtt' = 'memory') =>
      runGreenChannel({
        ...{ prepared, missions, seed: 1, lastS: 320, compliance },
        centreOf: (around) => GatewayCentre.open(around, {}, transport),
      })
    const half = await run(0.5)
    expect(half.diversion!.drivers).toBeGreaterThan(0.4 * half.others)
    expect(half.diversion!.drivers).toBeLessThan(0.6 * half.others)
    expect(half.diversion!.diverted).toBeGreaterThan(0)
    const none = await run(0)
    expect(none.diversion).toBeUndefined()
    expect(none.digest).not.toBe(half.digest)
    expect((await run(0.5, 'mqtt')).digest).toBe(half.digest)
    // Nobody advises anything.
    const quiet: CentreOf = async (around) => new QuietCentre(around)
    const unadvised = await runGreenChannel({ prepared, missions, seed: 1, lastS: 320, compliance: 1, centreOf: quiet })
    expect(unadvised.diversion).toMatchObject({ diverted: 0, detourVehS: 0 })
  }, 240_000)

  it('refuses a variant whose key is none of the configuration', async () => {
    const around = { clock: undefined, imported: undefined, vehicles: [] } as never
    await expect(GatewayCentre.open(around, { 'no.such': '1' })).rejects.toThrow(/"no\.such" is no key/)
  })
})
