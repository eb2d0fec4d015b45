import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type TrafficComparison, trafficMarks } from '../../bin/evaluation/traffic.ts'
import { testData } from '../../routing/test/test-data.ts'
import { readDemand } from '../../simulators/src/sumo/demand-file.ts'
import { runEmbedded } from '../../simulators/src/sumo/embedded-run.ts'
import { prepareScenario } from '../../simulators/src/sumo/scenario.ts'
import { need } from '../debian-packages.ts'

const data = (name: string) => testData(`networks/jinan-3x4/sumo/${name}`) as string
const ready = need('sumo') && need('netconvert') && data('jinan.net.xml.gz')
const folder = mkdtempSync(join(tmpdir(), 'clearway-traffic-'))
afterAll(() => rmSync(folder, { recursive: true }))

const command = join(import.meta.dirname, '..', '..', 'bin', 'clearway.ts')
const evaluate = (demand: string, plan: string, ...more: string[]) =>
  spawnSync(
    process.execPath,
    [
      ...['--disable-warning=ExperimentalWarning', command, 'evaluate', 'traffic'],
      ...['--network', data('jinan.net.xml.gz'), '--demand', demand, '--signals', data(`tls_6295_${plan}.add.xml`)],
      ...more,
    ],
    { encoding: 'utf8' },
  )

describe.skipIf(!ready)('clearway evaluate traffic (needs sumo and CLEARWAY_TEST_DATA)', () => {
  it.each([
    ['coord120', 351.7, 683],
    ['cn120', 380.9, 724],
  ])(
    'finds the embedded simulator as near to SUMO as is wanted under the plan %s',
    async (plan, meanS, p95S) => {
      const json = join(folder, `${plan}.json`)
      const run = evaluate(data('jinan_6295.rou.xml.gz'), plan, '--json', json)
      expect([run.status, run.stderr]).toEqual([0, ''])
      expect(run.stdout).toMatch(/^\| 1 \| mean door to door \| \d+\.\d s \| \d+\.\d s \| [−+]\d\.\d % \| ± 5 % \|$/m)
      const { vehicles, runs, dischargeVehH } = JSON.parse(readFileSync(json, 'utf8')) as TrafficComparison
      const [{ sumo, embedded, correlation }] = runs as [TrafficComparison['runs'][number]]
      expect(vehicles).toBe(6295)
      // SUMO itself is what the reference values are of.
      expect(sumo.meanS).toBeCloseTo(meanS, 0)
      expect(sumo.p95S).toBe(p95S)
      expect([sumo.unfinished, embedded.unfinished, embedded.passedRed]).toEqual([0, 0, 0])
      expect(Math.abs(embedded.meanS / sumo.meanS - 1)).toBeLessThan(trafficMarks.mean)
      expect(Math.abs(embedded.p95S / sumo.p95S - 1)).toBeLessThan(trafficMarks.p95)
      expect(correlation).toBeGreaterThan(trafficMarks.correlation)
      for (const flow of Object.values(dischargeVehH)) {
        expect(Math.abs(flow / trafficMarks.dischargeVehH - 1)).toBeLessThan(trafficMarks.discharge)
      }
      // Once more in another process: the same run, byte for byte.
      const scenario = { netFile: data('jinan.net.xml.gz'), demandFile: data('jinan_6295.rou.xml.gz'), teleportS: -1 }
      const prepared = await prepareScenario({ ...scenario, signalsFile: data(`tls_6295_${plan}.add.xml`) })
      const again = { prepared, trips: await readDemand(scenario.demandFile), endS: 20_000 }
      expect(runEmbedded({ ...again, seed: 1 }).digest).toBe(embedded.digest)
      expect(runEmbedded({ ...again, seed: 2 }).digest).not.toBe(embedded.digest)
    },
    120_000,
  )

  it('counts who is still on the way at the end', () => {
    const json = join(folder, 'short.json')
    const run = evaluate(data('jinan_6295.rou.xml.gz'), 'coord120', '--end-s', '300', '--json', json)
    expect([run.status, run.stderr]).toEqual([0, ''])
    const [{ sumo, embedded }] = (JSON.parse(readFileSync(json, 'utf8')) as TrafficComparison).runs as [
      TrafficComparison['runs'][number],
    ]
    // In five minutes about 520 of the 6,295 set out, and those with short ways arrive.
    for (const { unfinished } of [sumo, embedded]) {
      expect(unfinished).toBeGreaterThan(6295 - 400)
      expect(unfinished).toBeLessThan(6295 - 50)
    }
    expect(Math.abs(sumo.unfinished - embedded.unfinished)).toBeLessThan(30)
  }, 240_000)

  it('names a demand without routes, an unknown edge and a route that breaks', () => {
    const demand = (name: string, vehicle: string) => {
      const file = join(folder, `${name}.rou.xml`)
      writeFileSync(file, `<routes>\n${vehicle}\n</routes>\n`)
      const run = evaluate(file, 'cn120')
      expect(run.status).toBe(1)
      return run.stderr
    }
    const along = (edges: string) => `<vehicle id="f1" depart="0"><route edges="${edges}"/></vehicle>`
    const absent = evaluate(join(folder, 'absent.rou.xml'), 'cn120')
    expect([absent.status, absent.stderr]).toEqual([
      1,
      expect.stringMatching(/^clearway: cannot read the demand .*ENOENT/),
    ])
    expect(demand('none', '<vType id="car"/>')).toMatch(
      /none\.rou\.xml has no vehicle that can be driven; give <vehicle>/,
    )
    expect(demand('unknown', along('road_0_1_0 moon'))).toMatch(/vehicle f1: its route has edge "moon"/)
    const broken = along('road_0_1_0 road_2_1_0')
    expect(demand('broken', broken)).toMatch(/vehicle f1: its route breaks: "road_0_1_0" does not lead to "road_2_1_0"/)
    const others = `<vType id="slow" accel="1" decel="4.5" sigma="0.5" tau="1.1" length="5" minGap="2.5"/>\n${broken}`
    expect(demand('others', others)).toMatch(/other drivers .*vType slow has accel 1 and not 2\n/)
  }, 180_000)
})
