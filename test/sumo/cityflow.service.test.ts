import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readNet } from '@clearway/routing'
import { afterAll, describe, expect, it } from 'vitest'
import { testData } from '../../routing/test/test-data.ts'
import { need } from '../debian-packages.ts'

const data = (name: string) => testData(`networks/${name}`) as string
const ready = need('sumo') && need('netconvert') && data('jinan-3x4/roadnet_3_4.json.gz')
const folder = mkdtempSync(join(tmpdir(), 'clearway-cityflow-'))
afterAll(() => rmSync(folder, { recursive: true }))

const command = join(import.meta.dirname, '..', '..', 'bin', 'clearway.ts')
const convert = (...options: string[]) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', command, 'convert', 'cityflow', ...options], {
    encoding: 'utf8',
  })
const text = (file: string) =>
  file.endsWith('.gz') ? gunzipSync(readFileSync(file)).toString('utf8') : readFileSync(file, 'utf8')
const vehiclesOf = (file: string) =>
  [...text(file).matchAll(/<vehicle id="(\w+)" [^>]*depart="([\d.]+)"[^>]*><route edges="([^"]*)"/g)].map((m) =>
    m.slice(1),
  )
const phasesOf = (file: string) =>
  [...text(file).matchAll(/<tlLogic id="(\w+)"|<phase duration="(\d+)" state="(\w+)"/g)].map((m) => m.slice(1))

describe.skipIf(!ready)('clearway convert cityflow (needs sumo and CLEARWAY_TEST_DATA)', () => {
  it('makes of Jinan the network, the vehicles and the plan that its reference runs were made with', async () => {
    const out = join(folder, 'jinan')
    const flow = ['--flow', data('jinan-3x4/anon_3_4_jinan_real.json.gz')]
    const run = convert('--roadnet', data('jinan-3x4/roadnet_3_4.json.gz'), ...flow, '--out', out, '--green-s', '30')
    expect(run.stderr).toBe('')
    expect(JSON.parse(run.stdout)).toMatchObject({ edges: 62, signals: 12, vehicles: 6295 })
    const reference = data('jinan-3x4/sumo/jinan.net.xml.gz')
    // Edges with their lanes, lengths and shapes, connections with their links, junctions, programs.
    expect(await readNet(join(out, 'network.net.xml'), 'made')).toEqual(await readNet(reference, 'reference'))
    const vehicles = vehiclesOf(data('jinan-3x4/sumo/jinan_6295.rou.xml.gz'))
    expect(vehicles).toHaveLength(6295)
    expect(vehiclesOf(join(out, 'demand.rou.xml'))).toEqual(vehicles)
    const phases = phasesOf(data('jinan-3x4/sumo/tls_6295_fixed30.add.xml'))
    expect(phases).toHaveLength(12 * 13)
    expect(phasesOf(join(out, 'signals.add.xml'))).toEqual(phases)
  }, 180_000)

  it.each([
    ['newyork', 'newyork-16x3/roadnet_16_3.json.gz', 'newyork-16x3/anon_16_3_newyork_real.json.gz', 1500, 250],
    ['hangzhou', 'hangzhou-1x1/roadnet.json.gz', 'hangzhou-1x1/flow_bc-tyc_18041607_1h.json.gz', 7200, 1847],
  ])(
    'makes of %s what SUMO runs without an error',
    (name, roadnet, flow, endS, least) => {
      const out = join(folder, name)
      const made = convert('--roadnet', data(roadnet), '--flow', data(flow), '--out', out, '--green-s', '30')
      expect(made.stderr).toBe('')
      const options = ['--end', String(endS), '--no-step-log', '--duration-log.statistics', '--xml-validation', 'never']
      const run = spawnSync(need('sumo') as string, ['-c', join(out, 'run.sumocfg'), ...options], {
        ...{ encoding: 'utf8', timeout: 200_000 },
        env: { SUMO_HOME: '/usr/share/sumo', ...process.env },
      })
      expect(run.status).toBe(0)
      // Vehicles set forward because they stand in each other's way are a matter of the demand.
      expect(run.stderr.split('\n').filter((line) => /error|no connection|collision|route/i.test(line))).toEqual([])
      const [, inserted, running] = /Inserted: (\d+)[\s\S]*?Running: (\d+)/.exec(run.stdout)!
      expect(Number(inserted) - Number(running)).toBeGreaterThan(least)
    },
    240_000,
  )

  it('names what is wrong and writes nothing', () => {
    const spoilt = join(folder, 'spoilt.json')
    const roadnet = JSON.parse(text(data('jinan-3x4/roadnet_3_4.json.gz')))
    roadnet.roads[0].endIntersection = 'nowhere'
    writeFileSync(spoilt, JSON.stringify(roadnet))
    const out = join(folder, 'never')
    const wrong = convert('--roadnet', spoilt, '--out', out)
    expect(wrong.status).toBe(1)
    expect(wrong.stderr).toMatch(/spoilt\.json, road "[^"]+": "nowhere" is not in the file/)
    expect(() => readFileSync(join(out, 'network.nod.xml'))).toThrow(/ENOENT/)
    const absent = convert('--roadnet', join(folder, 'absent.json'), '--out', out)
    expect([absent.status, absent.stderr]).toEqual([1, expect.stringMatching(/absent\.json/)])
    expect(convert('--roadnet', spoilt).status).toBe(2)
    const whole = data('hangzhou-1x1/roadnet.json.gz')
    const unwritable = convert('--roadnet', whole, '--out', spoilt)
    expect([unwritable.status, unwritable.stderr]).toEqual([1, expect.stringMatching(/cannot write to .*spoilt\.json/)])
    expect(convert('--roadnet', whole, '--out', out, '--green-s', '0').status).toBe(2)
  }, 180_000)
})
