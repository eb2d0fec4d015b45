import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { importSumoCity, readNet } from '@clearway/routing'
import { afterAll, describe, expect, it } from 'vitest'
import { testData } from '../../routing/test/test-data.ts'
import { need } from '../debian-packages.ts'

const data = (name: string) => testData(`networks/nanchang/${name}.txt.gz`) as string
const ready = need('sumo') && need('netconvert') && data('roadnet_nanchang')
const folder = mkdtempSync(join(tmpdir(), 'clearway-citybrain-'))
afterAll(() => rmSync(folder, { recursive: true }))

const command = join(import.meta.dirname, '..', '..', 'bin', 'clearway.ts')
const convert = (...options: string[]) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', command, 'convert', 'citybrain', ...options], {
    encoding: 'utf8',
  })

describe.skipIf(!ready)('clearway convert citybrain (needs sumo and CLEARWAY_TEST_DATA)', () => {
  it('makes the whole of Nanchang, with a program at every signal that our controllers can run', async () => {
    const out = join(folder, 'nanchang')
    const flow = ['--flow', data('flow_nanchang')]
    const run = convert('--roadnet', data('roadnet_nanchang'), ...flow, '--out', out, '--green-s', '25')
    expect(run.stderr).toBe('')
    expect(JSON.parse(run.stdout)).toMatchObject({ edges: 6024, signals: 859, vehicles: 126_669 })
    const signals = join(out, 'signals.add.xml')
    const { city, report } = await importSumoCity(join(out, 'network.net.xml'), {
      ...{ origin: { lon: 0, lat: 0 }, timeZone: 'Asia/Shanghai', signals },
    })
    expect(report.kept).toMatchObject({ junctions: 859, junctionsWithProgram: 859 })
    expect(city.bounds.west).toBeCloseTo(115.7502, 3)
    expect(city.bounds.north).toBeCloseTo(28.7407, 3)
    // The same roads between the same nodes as SUMO's own importer makes.
    const [made, reference] = await Promise.all(
      [join(out, 'network.net.xml'), join(data('roadnet_nanchang'), '..', 'nanchang.net.xml.gz')].map((file) =>
        readNet(file, file),
      ),
    )
    const ends = ({ edges }: NonNullable<typeof made>) =>
      [...edges].map(([id, { from, to, lengthM, lanes }]) => `${id} ${from} ${to} ${lengthM} ${lanes.length}`).sort()
    expect(ends(made!)).toEqual(ends(reference!))
  }, 240_000)

  it('makes what SUMO runs without an error', () => {
    const out = join(folder, 'small')
    const flow = ['--flow', data('flow_nanchang_small')]
    const made = convert('--roadnet', data('roadnet_nanchang_small'), ...flow, '--out', out, '--green-s', '20')
    expect(made.stderr).toBe('')
    const options = ['--end', '5000', '--no-step-log', '--duration-log.statistics', '--xml-validation', 'never']
    const run = spawnSync(need('sumo') as string, ['-c', join(out, 'run.sumocfg'), ...options], {
      ...{ encoding: 'utf8', timeout: 100_000 },
      env: { SUMO_HOME: '/usr/share/sumo', ...process.env },
    })
    expect(run.status).toBe(0)
    expect(run.stderr.split('\n').filter((line) => /error|no connection|collision|route/i.test(line))).toEqual([])
    const [, inserted, running] = /Inserted: (\d+)[\s\S]*?Running: (\d+)/.exec(run.stdout)!
    expect([Number(inserted), Number(running)]).toEqual([1047, 0])
  }, 180_000)

  it('names the file, the line and what is wrong in it, and writes nothing', () => {
    const spoilt = join(folder, 'spoilt.txt')
    const lines = gunzipSync(readFileSync(data('flow_nanchang_small')))
      .toString('utf8')
      .split('\n')
    lines[3] = '56 1'
    writeFileSync(spoilt, lines.join('\n'))
    const out = join(folder, 'never')
    const wrong = convert('--roadnet', data('roadnet_nanchang_small'), '--flow', spoilt, '--out', out)
    expect([wrong.status, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/spoilt\.txt, line 4: nothing leads from edge 56/),
    ])
    expect(() => readFileSync(join(out, 'network.nod.xml'))).toThrow(/ENOENT/)
    expect(convert('--roadnet', spoilt, '--out', out, '--demand-share', '2').status).toBe(2)
  }, 60_000)
})
